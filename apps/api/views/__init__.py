"""The addresses of REST v1."""
