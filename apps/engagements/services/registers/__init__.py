"""The only writers of what registers hold: RAID, actions, milestones, stakeholders, access requests."""
