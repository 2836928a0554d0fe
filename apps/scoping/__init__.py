"""Use cases, baselines, success criteria and their measurements."""
