"""Append-only events: who did what, and when. Everyone writes them, nobody changes them."""
