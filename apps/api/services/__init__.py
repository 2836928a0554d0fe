"""What the API writes besides what the services of other apps do."""
