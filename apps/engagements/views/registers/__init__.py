"""What people see of registers: RAID, actions, milestones, stakeholders, access requests, decisions."""
