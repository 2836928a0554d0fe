"""The only writers of users and of sign-in attempts."""

from .people import (
    address_of,
    change_password,
    change_profile,
    change_role,
    create_user,
    deactivate,
    made_password,
    make_first_administrator,
    reactivate,
)

__all__ = [
    "address_of",
    "change_password",
    "change_profile",
    "change_role",
    "create_user",
    "deactivate",
    "made_password",
    "make_first_administrator",
    "reactivate",
]
