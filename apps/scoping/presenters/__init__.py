"""Use cases, criteria and their thread as pages lay them out."""
