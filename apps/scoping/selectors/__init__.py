"""Reads of use cases, criteria and measurements."""
