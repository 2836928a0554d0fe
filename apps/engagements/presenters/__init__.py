"""Rows as pages show them."""
