"""The small common shape of all nouns of a pack: their columns, their names, their files."""
