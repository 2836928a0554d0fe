"""What may be kept of an endpoint, and what a try of it says. Pure decisions."""
