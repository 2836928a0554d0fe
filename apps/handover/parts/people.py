"""People, each with a handle, a name, an e-mail address, and the side that they are on: staff or client.

Whoever has an account here is taken for the same by their address, and stays as they are. Of everybody else a closed
account is made, so that their name stays with what they have done; nobody can sign in with it, and its role is the
least of its side, whatever it was elsewhere.
"""

from collections.abc import Iterator
from typing import Any

from apps.accounts.models import STAFF, Role, User
from apps.accounts.services import create_user, deactivate
from apps.core.errors import Refused
from apps.core.text import slug_of

from ..rules import documents
from ..rules.refusal import Unfit, shown
from ..shape.columns import PERSON
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUNS = ()
PATH = "people.yml"
_STAFF, _CLIENT = "staff", "client"
_KEYS = ["handle", "name", "email", "side"]


def call(out: Out) -> list[tuple[str, User]]:
    """Give everybody whom the pack names a handle that follows from their address."""
    found: list[tuple[str, User]] = []
    used: set[str] = set()
    for person in sorted(User.objects.filter(pk__in=out.people), key=lambda one: one.email):
        base, number = slug_of(person.email.partition("@")[0]), 1
        handle = base
        while handle in used:
            number += 1
            handle = f"{base}-{number}"
        used.add(handle)
        out.names.call(person.pk, f"{PERSON}/{handle}")
        found.append((handle, person))
    return found


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    rows = [
        {
            "handle": handle,
            "name": person.name,
            "email": person.email,
            "side": _STAFF if person.role in STAFF else _CLIENT,
        }
        for handle, person in call(out)
    ]
    out.counts["people"] = len(rows)
    yield PATH, [documents.dump(rows).encode()]


def read(into: Into) -> None:
    """Rows in. Raises Unfit for somebody who cannot be kept."""
    data = into.yaml(PATH)
    if not isinstance(data, list):
        raise Unfit("This is a list of people.", PATH)
    seen: set[str] = set()
    for row in data:
        if (
            not isinstance(row, dict)
            or list(row) != _KEYS
            or not all(isinstance(v, str) for v in row.values())
        ):
            raise Unfit(f"Each of them has {', '.join(_KEYS)}.", PATH)
        if row["handle"] in seen or row["email"] in seen or slug_of(row["handle"]) != row["handle"]:
            raise Unfit(f"{shown(row['handle'])} cannot be a handle, or somebody is there twice.", PATH)
        seen |= {row["handle"], row["email"]}
        into.ids.know(f"{PERSON}/{row['handle']}", _person(into, row).pk)
    into.counts["people"] = len(data)


def _person(into: Into, row: dict[str, Any]) -> User:
    known = User.objects.filter(email=row["email"]).first()
    if known is not None:
        into.told.setdefault("matched", []).append(known.name)
        return known
    if row["side"] not in {_STAFF, _CLIENT}:
        raise Unfit(f"A side is {_STAFF} or {_CLIENT}.", PATH)
    role = Role.FDE if row["side"] == _STAFF else Role.CLIENT
    try:
        made = create_user(by=into.by, email=row["email"], name=row["name"], role=role)
        deactivate(by=into.by, user=made)
    except Refused as error:
        raise Unfit(f"{shown(row['handle'])}: {error.message}", PATH) from None
    if made.email != row["email"] or made.name != row["name"]:
        raise Unfit(f"{shown(row['handle'])}: name and address stand there as they are kept.", PATH)
    into.told.setdefault("closed", []).append(made.name)
    return made
