"""Everything of one machine, started and stopped together: `python -m apps.config.supervisor run`."""
