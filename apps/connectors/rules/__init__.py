"""Pure decisions about sources and datasets; no database, no disk."""
