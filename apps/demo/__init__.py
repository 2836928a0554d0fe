"""The storyline of the demo, seeded through the same services as everything else."""
