"""The only writers of users."""

import secrets
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line
from apps.core.versions import keep, lock_at

from .. import closing
from ..models import Role, User


@transaction.atomic
def create_user(
    *, by: User | None, email: str, name: str, role: str, password: str | None = None, timezone: str = "UTC"
) -> User:
    """A new person; without a password they set one through a link. Raises Refused."""
    address = address_of(email)
    hold("accounts.email", address)
    if User.objects.filter(email=address).exists():
        raise Refused("email_taken", "Somebody with this e-mail address exists already.", field="email")
    user = User(
        email=address, name=_name(name), role=_role(role), timezone=_timezone(timezone), last_login=None
    )
    if password is None:
        user.set_unusable_password()
    else:
        _set_password(user, password)
    user.save(force_insert=True)
    record(by=by, verb="created", subject=user, role=user.role)
    return user


@transaction.atomic
def make_first_administrator(*, email: str, name: str, password: str, timezone: str = "UTC") -> User:
    """The administrator of an empty Fieldwork. Raises Refused as soon as anyone exists, also to a
    simultaneous twin."""
    hold("accounts.first_administrator")
    if User.objects.exists():
        raise Refused("not_empty", "Somebody has already set up this Fieldwork.")
    return create_user(by=None, email=email, name=name, role=Role.ADMIN, password=password, timezone=timezone)


@transaction.atomic
def change_role(*, by: User | None, user: User, role: str, version: int | None = None) -> None:
    """Give a person another role. Raises Refused for the last active administrator, and for a `version` that
    is no longer the person's."""
    locked, changed = lock_at(user, version, role=_role(role))
    if not changed:
        return
    if changed["role"] == Role.ADMIN:
        _require_another_administrator(locked)
    keep(locked, changed)
    user.role, user.version = locked.role, locked.version
    record(by=by, verb="role changed", subject=locked, before=changed["role"], after=locked.role)


@transaction.atomic
def deactivate(*, by: User | None, user: User) -> None:
    """Close a person's account; their sessions end with their next request, and with them whatever else is theirs
    (see `closing`), for good. Raises Refused for the last active administrator and for oneself."""
    locked = _lock(user)
    if not locked.is_active:
        return
    if by is not None and by.pk == locked.pk:
        raise Refused("oneself", "You cannot deactivate yourself; another administrator can.")
    if locked.role == Role.ADMIN:
        _require_another_administrator(locked)
    locked.is_active = user.is_active = False
    _end_sessions(locked, user)
    locked.save(update_fields=["is_active", "generation"])
    record(by=by, verb="deactivated", subject=locked)
    closing.closed(by, locked)


@transaction.atomic
def reactivate(*, by: User | None, user: User) -> None:
    """Open a closed account again; the person signs in anew."""
    locked = _lock(user)
    if locked.is_active:
        return
    locked.is_active = user.is_active = True
    locked.save(update_fields=["is_active"])
    record(by=by, verb="reactivated", subject=locked)


@transaction.atomic
def change_password(*, by: User | None, user: User, password: str) -> None:
    """Set a person's password and end their sessions. Raises Refused with what the password lacks."""
    locked = _lock(user)
    _set_password(locked, password)
    _end_sessions(locked, user)
    user.password = locked.password
    locked.save(update_fields=["password", "generation"])
    record(by=by, verb="password changed", subject=locked)


@transaction.atomic
def change_profile(*, by: User, user: User, name: str, timezone: str, version: int | None = None) -> None:
    """Change how a person is called and in which time zone they read times. Raises Refused, also for a
    `version` that is no longer the person's."""
    locked, changed = lock_at(user, version, name=_name(name), timezone=_timezone(timezone))
    if changed:
        keep(locked, changed)
        user.name, user.timezone, user.version = locked.name, locked.timezone, locked.version
        record(by=by, verb="profile changed", subject=locked, fields=sorted(changed))


def address_of(text: str) -> str:
    """An e-mail address as it is kept: trimmed, in lower case. Raises Refused for what is none."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused("email_invalid", "This is not an e-mail address.", field="email") from None
    return address


def _lock(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _end_sessions(locked: User, user: User) -> None:
    locked.generation += 1
    user.generation = locked.generation


def _require_another_administrator(user: User) -> None:
    hold("accounts.administrators")  # two administrators who demote each other wait for one another
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise Refused("last_administrator", "This is the last active administrator; make another one first.")


def made_password(*, email: str, name: str) -> str:
    """A random password that the rules accept: now and then one resembles its owner's address by chance."""
    user = User(email=address_of(email), name=_name(name))
    while True:
        password = secrets.token_urlsafe(9)
        try:
            validate_password(password, user)
        except ValidationError:
            continue
        return password


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("password_weak", " ".join(error.messages), field="password") from None
    user.set_password(password)


def _name(text: str) -> str:
    return one_line(text, limit=120, field="name")


def _role(text: str) -> str:
    if text not in Role.values:
        known = ", ".join(Role.values)
        raise Refused("role_unknown", f"There is no such role; known are {known}.", field="role")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "There is no such time zone; name one like Europe/Zurich."
        raise Refused("timezone_unknown", message, field="timezone") from None
    return text
