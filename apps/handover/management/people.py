"""Whoever sits at the terminal, as the audit trail names them."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from apps.accounts.models import User


def offer_by(parser: ArgumentParser) -> None:
    """The argument --by."""
    parser.add_argument(
        "--by",
        default="",
        metavar="EMAIL",
        help="who does it, for the audit trail; unless it is said, Fieldwork itself does",
    )


def person_of(email: str) -> User | None:
    """The person with that address; None for none. Raises CommandError when nobody with an open account has it."""
    if not email:
        return None
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise CommandError(f"Nobody with an open account has the address {email}.")
    return found
