"""The demo people; their passwords are made at the first start and kept, so that they can be shown again."""

import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from apps.accounts.models import Role, User
from apps.accounts.services import create_user
from apps.core.errors import Refused

FDE = "fde@demo.invalid"
PEOPLE = (
    ("admin@demo.invalid", "Demo administrator", Role.ADMIN),
    ("manager@demo.invalid", "Demo manager", Role.MANAGER),
    (FDE, "Demo FDE", Role.FDE),
    ("hospital@demo.invalid", "Demo viewer of the hospital", Role.CLIENT),
    ("insurer@demo.invalid", "Demo viewer of the insurer", Role.CLIENT),
    ("logistics@demo.invalid", "Demo viewer of the freight firm", Role.CLIENT),
)
FILE = Path("keys/people.json")


def ensure(*, by: User | None, path: Path, known: Mapping[str, str]) -> dict[str, str]:
    """The demo people, made at the first time: ids by e-mail address, which is also what `known` is.

    `path` keeps their passwords, readable by its owner only. Raises Refused when somebody else has one of these
    addresses.
    """
    if known:
        return dict(known)
    if taken := User.objects.filter(email__in=[email for email, _, _ in PEOPLE]).first():
        raise Refused("email_taken", f"There is a person {taken.email} whom the demo has not made.")
    made, told = {}, []
    for email, name, role in PEOPLE:
        password = secrets.token_urlsafe(9)
        made[email] = str(create_user(by=by, email=email, name=name, role=role, password=password).pk)
        told.append({"email": email, "password": password, "role": str(role)})
    _write(path, told)
    return made


def told(path: Path) -> list[dict[str, str]]:
    """[{"email", "password", "role"}] as they are kept; empty when nothing is."""
    return list(json.loads(path.read_text())) if path.exists() else []


def forget(path: Path, emails: Iterable[str]) -> None:
    """Keep these passwords no longer."""
    gone = set(emails)
    if left := [person for person in told(path) if person["email"] not in gone]:
        _write(path, left)
    else:
        path.unlink(missing_ok=True)


def _write(path: Path, people: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(json.dumps(people, indent=2))
