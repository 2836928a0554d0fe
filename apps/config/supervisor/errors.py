"""Why Fieldwork does not start."""


class StartError(Exception):
    """The text says what is wrong and what would be right."""
