"""A request that is sent twice, because the first answer was lost, does its work once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import Refused
from apps.core.locks import hold

from ..models import Answer

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Given:
    """An answer. again: it was given before, and nothing was done this time; told_once: fields of its body, or of
    each of its results, that are kept nowhere and told this time alone."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    again: bool = False
    told_once: frozenset[str] = frozenset()

    @property
    def kept(self) -> Any:
        """The body as it may be kept."""
        if not self.told_once or self.body is None:
            return self.body
        if "results" in self.body:
            return {"results": [self._without(one) for one in self.body["results"]]}
        return self._without(self.body)

    def _without(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: None if name in self.told_once else value for name, value in row.items()}


def fingerprint_of(*parts: bytes) -> str:
    """What tells one request from another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


@transaction.atomic
def once(*, bearer: str, key: str, fingerprint: str, work: Callable[[], Given]) -> Given:
    """Do the work unless this bearer has sent the same request under this key within a day; then the answer of
    that time. A twin that is under way is waited for. What fails is not kept, so that it can be tried again.
    Raises Refused when another request was sent under this key, and what `work` raises."""
    hold("api.answer", bearer, key)
    known = Answer.objects.filter(bearer=bearer, key=key).first()
    if known and known.created_at > timezone.now() - KEPT_FOR:
        if known.fingerprint != fingerprint:
            raise Refused(
                "key_reused", "Another request was sent with this Idempotency-Key; choose a new one."
            )
        return Given(known.status, known.body, known.headers, again=True)
    given = work()
    facts = {"fingerprint": fingerprint, "status": given.status, "body": given.kept, "headers": given.headers}
    Answer.objects.update_or_create(bearer=bearer, key=key, defaults={**facts, "created_at": timezone.now()})
    return given


def forget() -> int:
    """Delete the answers that are older than a day. Returns how many."""
    return Answer.objects.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()[0]
