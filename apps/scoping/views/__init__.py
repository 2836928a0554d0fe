"""Pages of use cases, criteria and their thread."""
