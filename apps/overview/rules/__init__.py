"""What needs somebody, how an engagement is doing, and when it will be done. Pure decisions."""
