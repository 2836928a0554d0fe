"""Pure decisions: metrics, verdicts, chunks, pace, states."""
