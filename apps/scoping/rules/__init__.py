"""What decides, what a use case scores, how long it takes today. Pure decisions."""
