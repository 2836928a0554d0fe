"""The only writers of evaluations, runs and results."""
