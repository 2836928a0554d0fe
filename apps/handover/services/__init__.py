"""The only writers of packs, and of what a pack brings along."""
