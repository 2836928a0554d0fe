"""Sources, datasets and their frozen snapshots. Rows live at the site; here is only where, and what was frozen."""
