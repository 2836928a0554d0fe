"""What people see of engagements."""
