"""The `fieldwork` command: a thin client of the API. Standard library alone, so that it is there at once."""
