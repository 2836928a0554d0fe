"""REST v1, and the `fieldwork` command that uses it. Imports nothing: the command starts without Django."""
