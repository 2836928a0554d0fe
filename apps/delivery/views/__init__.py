"""What people see of delivery."""
