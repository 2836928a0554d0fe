"""What people type about sources and datasets."""
