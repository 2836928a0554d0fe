"""How a token is written, how long it lives and what state it is in. Pure decisions."""
