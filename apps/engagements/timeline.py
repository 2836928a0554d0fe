"""What happened on an engagement, newest first, merged from everybody who knows some of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import merge
from itertools import islice
from uuid import UUID

from django.utils.timezone import localtime

from apps.accounts.models import User

from .models import Engagement

Cursor = tuple[datetime, UUID]  # what lies strictly before it follows
_GOOD = {
    "confirmed",
    "done",
    "granted",
    "met",
    "mitigated",
    "passed",
    "picked",
    "reached",
    "resolved",
    "stated",
}
_BAD = {"broken", "occurred", "refused", "refuted", "stopped"}


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. kind: an item's kind, or a word of the app that registered it; what: plain
    text, escaped where it is shown; who: the name of whoever did it.

    label: the kind as a word on screens; reference: such as "R-4"; state: to which an item came then; hours:
    of work, as one writes them."""

    at: datetime
    id: UUID
    kind: str
    what: str
    who: str
    href: str = ""
    client_visible: bool = False
    reference: str = ""
    label: str = ""
    state: str = ""
    tags: tuple[str, ...] = ()
    hours: str = ""

    @cached_property
    def local(self) -> datetime:
        """When it happened by the reader's clock."""
        return localtime(self.at)

    @property
    def tone(self) -> str:
        """How the badge of its state looks."""
        return "good" if self.state in _GOOD else "bad" if self.state in _BAD else "quiet"

    @property
    def name(self) -> str:
        """Its kind as a word."""
        return self.label or self.kind.replace("_", " ").capitalize()


Fetch = Callable[[User, Engagement, Cursor | None, int], list[Moment]]
FetchKind = Callable[[User, Engagement, Cursor | None, int, str], list[Moment]]
_sources: dict[str, Fetch] = {}
_of_kinds: dict[str, FetchKind] = {}


def register(name: str, fetch: Fetch) -> None:
    """Add what `fetch(user, engagement, before, limit)` gives: at most `limit` moments that lie before the
    cursor and of which that person may know, newest first (by at, then id), in a constant number of queries.
    The timeline can be narrowed to `name`, which is a word on screens."""
    _sources[name] = fetch


def register_kinds(name: str, fetch: FetchKind) -> None:
    """Add a source that knows several kinds of moments: it is also told to which one the timeline is narrowed,
    "" for all."""
    _of_kinds[name] = fetch


def names() -> list[str]:
    """What the timeline can be narrowed to, besides kinds of items."""
    return sorted(_sources)


def moments(
    user: User, engagement: Engagement, *, before: Cursor | None = None, limit: int, kind: str = ""
) -> list[Moment]:
    """The newest moments before the cursor, of all sources together, or of one kind (or source) alone."""
    asked = [fetch for name, fetch in _sources.items() if kind in {"", name}]
    of_kinds = [] if kind in _sources else list(_of_kinds.values())
    found: list[Iterator[Moment]] = [
        *(iter(fetch(user, engagement, before, limit)) for fetch in asked),
        *(iter(fetch(user, engagement, before, limit, kind)) for fetch in of_kinds),
    ]
    return list(islice(merge(*found, key=lambda moment: (moment.at, moment.id), reverse=True), limit))
