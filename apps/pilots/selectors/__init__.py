"""Reads of evaluations, runs and results."""
