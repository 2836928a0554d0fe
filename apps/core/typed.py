"""What somebody typed into a form that was not taken: given back to whoever sent it, and to nobody else."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException

TEXTS = 20
MOST = 100_000  # characters, of all texts together
CARRIED = "typed-"  # before the names of texts that the sign-in page carries
_SENT = "application/x-www-form-urlencoded"
_UNREADABLE = (
    BadRequest,
    MultiPartParserError,
    RawPostDataException,
    SuspiciousOperation,
    UnreadablePostError,
)
# What may hold a credential, and what a page's own machinery sends.
_NEVER = re.compile(
    r"pass|token|csrf|secret|key|dsn|header|proxy|url|param|further|address|^(current|next|do|q|theme|username)$",
    re.I,
)
_ID = r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
# Choices, ticks, numbers, days, times, ids and digests.
_NOT_TYPED = re.compile(rf"[a-z_]{{0,20}}|[\d.,:TZ+ %-]*|{_ID}|[0-9a-f]{{32,}}")


@dataclass(frozen=True, slots=True)
class Typed:
    """name: as it was sent; label: for people; cut: whether the end is missing; first: what the form showed, None when
    it did not say."""

    name: str
    label: str
    text: str
    cut: bool = False
    first: str | None = None

    @property
    def rows(self) -> int:
        """The height of its box."""
        return min(max(self.text.count("\n") + len(self.text) // 80 + 1, 1), 12)


def typed_in(request: HttpRequest, *, shown: Collection[str] = (), carried: bool = False) -> list[Typed]:
    """The texts of a form that the person sent, without those that it showed them at first. Of another site's form,
    and of one that came without a form's content type, nothing.

    shown: names that the page shows anyway. carried: only those that the sign-in page carries, under their own names.
    """
    found: list[Typed] = []
    room = MOST
    data = _sent(request)
    for sent, text in data.items():
        if not isinstance(text, str) or (carried and not sent.startswith(CARRIED)):
            continue
        name = sent.removeprefix(CARRIED)
        if name in shown or not room or len(found) == TEXTS or not _is_typed(data, name, text):
            continue
        kept = _plain(text)[:room]
        room -= len(kept)
        first = data.get(f"initial-{name}")
        first = _plain(first)[:MOST] if isinstance(first, str) else None
        found.append(Typed(name[:100], _label(name), kept, len(kept) < len(_plain(text)), first))
    return found


def _sent(request: HttpRequest) -> QueryDict:
    """What was sent, if it came from one of our own pages and can be read."""
    origin = request.headers.get("Origin", "")
    foreign = origin and origin.partition("://")[2] != request.get_host()
    if request.method != "POST" or foreign or request.content_type != _SENT:
        return QueryDict()
    try:
        return request.POST
    except _UNREADABLE:
        return QueryDict()


def _is_typed(data: QueryDict, name: str, text: str) -> bool:
    if _NEVER.search(name) or name.startswith("initial-") or _NOT_TYPED.fullmatch(text.strip()):
        return False
    return f"initial-{name}" not in data or _plain(str(data[f"initial-{name}"])) != _plain(text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def _label(name: str) -> str:
    words = re.sub(r"[-_\s]+", " ", re.sub(_ID, "", name)).strip()
    return words[:60].capitalize() or "Text"
