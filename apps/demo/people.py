"""The demo people; their passwords are made at the first start and kept, so that they can be shown again."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from apps.accounts.models import Role, User
from apps.accounts.services import change_password, create_user, made_password, reactivate
from apps.core.errors import Refused

FDE, MANAGER = "fde@demo.invalid", "manager@demo.invalid"
PEOPLE = (
    ("admin@demo.invalid", "Demo administrator", Role.ADMIN),
    (MANAGER, "Demo manager", Role.MANAGER),
    (FDE, "Demo FDE", Role.FDE),
    ("hospital@demo.invalid", "Demo viewer of the hospital", Role.CLIENT),
    ("insurer@demo.invalid", "Demo viewer of the insurer", Role.CLIENT),
    ("logistics@demo.invalid", "Demo viewer of the freight firm", Role.CLIENT),
)
FILE = Path("keys/people.json")


def ensure(
    *, by: User | None, path: Path, known: Mapping[str, str], earlier: Iterable[str] = ()
) -> dict[str, str]:
    """The demo people, made at the first time: ids by e-mail address, which is also what `known` is.

    earlier: ids of those whom a demo that was removed has left, because the audit trail names them; they are used
    again. `path` keeps the passwords, readable by its owner only. Raises Refused when somebody else has one of these
    addresses.
    """
    if known:
        return dict(known)
    there = {user.email: user for user in User.objects.filter(email__in=[email for email, _, _ in PEOPLE])}
    left = set(earlier)
    if taken := next((user for user in there.values() if str(user.pk) not in left), None):
        raise Refused("email_taken", f"There is a person {taken.email} whom the demo has not made.")
    kept, made, now = {one["email"]: one for one in told(path)}, {}, []
    for email, name, role in PEOPLE:
        user, password = there.get(email), made_password(email=email, name=name)
        if user is None:
            user = create_user(by=by, email=email, name=name, role=role, password=password)
        elif user.is_active and email in kept:
            password = kept[email]["password"]
        else:
            reactivate(by=by, user=user)
            change_password(by=by, user=user, password=password)
        made[email] = str(user.pk)
        now.append({"email": email, "password": password, "role": str(role)})
    _write(path, now)
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
