"""How the pages of the overview say what they show."""
