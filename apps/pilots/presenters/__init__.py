"""Rows as a page lays them out."""
