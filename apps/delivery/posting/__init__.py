"""Handing deliveries to the receivers of webhooks: the one way in which control calls an address that people type."""

from .client import Answer, Posted, Poster
from .resolving import check_address, look_up

__all__ = ["Answer", "Posted", "Poster", "check_address", "look_up"]
