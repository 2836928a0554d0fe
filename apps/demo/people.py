"""The demo people; their passwords are made at the first start and kept, so that they can be shown again."""

import json
import secrets
from pathlib import Path

from django.db import transaction

from apps.accounts.models import Role, User
from apps.accounts.services import create_user

PEOPLE = (
    ("admin@demo.invalid", "Demo administrator", Role.ADMIN),
    ("manager@demo.invalid", "Demo manager", Role.MANAGER),
    ("fde@demo.invalid", "Demo FDE", Role.FDE),
    ("client@demo.invalid", "Demo client viewer", Role.CLIENT),
)


@transaction.atomic
def ensure(path: Path) -> list[dict[str, str]]:
    """The demo people with their passwords, made if absent. `path` keeps them, readable by its owner only."""
    known = {person["email"]: person for person in _read(path)}
    for email, name, role in PEOPLE:
        if User.objects.filter(email=email).exists():
            continue
        known[email] = {"email": email, "password": secrets.token_urlsafe(9), "role": str(role)}
        create_user(by=None, email=email, name=name, role=role, password=known[email]["password"])
    people = [known[email] for email, _, _ in PEOPLE if email in known]
    _write(path, people)
    return people


def _read(path: Path) -> list[dict[str, str]]:
    return list(json.loads(path.read_text())) if path.exists() else []


def _write(path: Path, people: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(json.dumps(people, indent=2))
