"""Clients, engagements, members and stages."""
