"""What a file that somebody brings along means: what it is written in, which column is what, and what each cell says.
Pure decisions; nothing is guessed that a person would not want guessed."""
