"""Users and their roles, sign-in, and the declaration of access that every view carries."""
