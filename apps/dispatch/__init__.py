"""Sites, the job ledger, and signed envelopes out and in. The ledger is the truth, the broker a doorbell."""
