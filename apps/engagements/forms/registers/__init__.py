"""What people type into registers."""
