"""The only writers of sites and the ledger."""
