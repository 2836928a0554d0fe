"""Pages of evaluations and runs: a form in, one service, a page or a fragment out."""
