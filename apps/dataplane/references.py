"""Credentials are references: `secret:NAME`, `env:NAME` or `file:path`. Their values are looked up here and go nowhere
else."""

import os
from collections.abc import Mapping
from pathlib import Path

from .keyring import is_name
from .policy import Policy
from .readers.access import Access, open_file
from .refusal import Refusal

PREFIXES = ("secret:", "env:", "file:")
_LARGEST = 64 * 1024  # bytes of a credential's file


class MissingReference(Refusal, LookupError):
    """Names the reference, which came with the order, and never a value."""

    def __init__(self, reference: str, why: str) -> None:
        super().__init__("secret_missing", facts={"reference": reference}, detail=why)
        self.reference = reference

    def __str__(self) -> str:
        return f"{self.reference}: {self.detail}"


def resolve_reference(
    reference: str,
    *,
    policy: Policy,
    secrets: Path,
    roots: tuple[Path, ...] = (),
    environment: Mapping[str, str] = os.environ,
) -> str:
    """The value behind a reference. A file must lie in the site's `secrets` folder or below a root.

    Raises MissingReference (a LookupError) when it is missing or not allowed.
    """
    kind, _, rest = reference.partition(":")
    if kind == "env" and rest:
        if not policy.may_name(rest):
            raise MissingReference(reference, "the site's policy does not allow this variable")
        value = environment.get(rest)
        if value is None:
            raise MissingReference(reference, "no such environment variable at the site")
        return value
    if kind == "secret" and is_name(rest):
        return _content(reference, rest, secrets, ())
    if kind == "file" and rest:
        return _content(reference, rest, secrets, roots)
    raise MissingReference(reference, "must be secret:NAME, env:NAME or file:path")


def _content(reference: str, path: str, secrets: Path, roots: tuple[Path, ...]) -> str:
    whole = path if os.path.isabs(path) else str(secrets / path)
    access = Access(roots=(secrets, *roots), resolve=str, temp=secrets)
    try:
        with open_file(whole, access) as file:
            return file.read(_LARGEST).decode().strip()
    except (Refusal, UnicodeDecodeError) as error:
        code = error.code if isinstance(error, Refusal) else "source_not_utf8"
        raise MissingReference(reference, code) from error
