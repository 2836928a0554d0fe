"""Reads of what registers hold, always through the eyes of one person."""
