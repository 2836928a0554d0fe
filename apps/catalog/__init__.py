"""Endpoints: kept once, chosen by name, tried from the site."""
