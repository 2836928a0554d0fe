"""Evaluations, runs and verdicts: what was promised, measured on the client's rows."""
