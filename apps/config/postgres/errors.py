"""What goes wrong with the embedded PostgreSQL."""


class PostgresError(Exception):
    """It cannot be set up, started or stopped; the text says what would help."""
