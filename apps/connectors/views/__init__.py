"""Pages of sources and datasets."""
