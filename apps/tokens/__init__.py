"""API tokens of persons and engagements."""
