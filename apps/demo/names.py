"""The practice endpoint's models."""

LARGE, SMALL = "practice-large", "practice-small"
