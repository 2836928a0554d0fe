"""Pure decisions about telling people."""
