"""The folder of one client in this machine's data folder, and that nobody reaches into another client's."""

import os
from pathlib import Path

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.dispatch import places
from apps.engagements.models import Client

from ..rules.places import is_others

_FILE = "file:"


def folder_of(client: Client) -> Path:
    """Where the local site keeps that client's files; it may not exist yet."""
    return places.data() / client.slug


def make_folder(client: Client) -> Path:
    """The client's folder, made if absent, for its owner only."""
    folder = folder_of(client)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def check_place(*, by: User | None, client: Client, source: plan.Source) -> None:
    """The local site serves all clients, so that what a person names below this machine's data folder must lie in the
    client's own part of it, as written and with links followed. Whoever sits at the terminal (None) is free.

    Raises Refused at the field `path` or `dsn`.
    """
    field, path = _path_of(source)
    if by is None or not path.startswith("/"):
        return
    own, shared = folder_of(client), places.data()
    real = (os.path.realpath(place) for place in (shared, own))
    if is_others(path, shared=str(shared), own=str(own)) or _is_others_really(path, *real):
        raise Refused("path_foreign", f"On this machine, files of {client} lie in {own}.", field=field)


def _is_others_really(path: str, shared: str, own: str) -> bool:
    return is_others(os.path.realpath(path), shared=shared, own=own)


def _path_of(source: plan.Source) -> tuple[str, str]:
    if isinstance(source, plan.PostgresSource):
        return "dsn", source.dsn.removeprefix(_FILE) if source.dsn.startswith(_FILE) else ""
    return "path", source.path
