"""People, clients and engagements for tests, made through the services."""

from .people import PASSWORD, make_client, make_engagement, make_member, make_user

__all__ = ["PASSWORD", "make_client", "make_engagement", "make_member", "make_user"]
