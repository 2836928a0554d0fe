"""Search over everything written down that a person may see, and the names of what hangs on it, newest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from apps.accounts.models import Role, User
from apps.core.keyset import Cursor, before

from ..models import Attachment, Item, Kind
from ..rules.excerpts import plain_title
from ..rules.items import INTERNAL, KIND_OF_PREFIX
from ..rules.search_words import terms_of
from .items import items_visible_to
from .writers import with_writer, writer_of

MOST = 1_000  # hits that are counted: each costs a visit to its row
_MOST_FILES = 500  # whose names fit, the newest
_LOOKED_AT = 5_000  # characters of a text in which its snippet is looked for
_BEGIN, _END = "\ue000", "\ue001"  # around what was found, until everything else is escaped
_MARKED = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")
_REFERENCE = re.compile(r"([A-Za-z])-(\d{1,6})")
_SHOWN = ("kind", "number", "title", "by__name", "at", "tags", "engagement__name", "engagement__client__name")


@dataclass(frozen=True)
class Hit:
    """What was found, with safe HTML in which the words are marked. files: the names of its attachments that fit;
    at: by the reader's clock."""

    item: Item
    at: datetime
    title: SafeString
    snippet: SafeString
    writer: str = ""
    files: Sequence[str] = ()


def found(user: User, words: str, query: SearchQuery, kind: str = "") -> QuerySet[Item]:
    """The items of which the person may know that hold these words, or are spoken of by that reference. query: the
    words, as PostgreSQL searches for them."""
    rows = items_visible_to(user, Item).filter(**({"kind": kind} if kind else {}))
    named = _REFERENCE.fullmatch(words)
    spoken = KIND_OF_PREFIX.get(named[1].upper(), "") if named else ""
    if named and spoken:
        return rows.filter(Q(kind=spoken, number=int(named[2])))
    holds = Q(search=query)
    # looked up first: beside the ids of rows, the index of words serves; beside a subquery, nothing does
    owners = _files(words).filter(item__in=items_visible_to(user, Item).values("pk"))
    ids = list(owners.order_by("-created_at").values_list("item", flat=True)[:_MOST_FILES])
    return rows.filter(holds | Q(pk__in=ids) if ids else holds)


def _files(words: str) -> QuerySet[Attachment]:
    """The attachments whose names hold all of what is looked for, each within any of its words."""
    fits = Q()
    for terms in terms_of(words):
        each = Q()
        for term in terms:
            holds = Q(name__icontains=term.words)
            each &= ~holds if term.without else holds
        fits |= each if not all(term.without for term in terms) else Q(pk=None)
    return Attachment.objects.filter(fits, removed_at=None) if fits else Attachment.objects.none()


def count(rows: QuerySet[Item]) -> int:
    """How many there are; MOST + 1 when there are more."""
    return rows.order_by()[: MOST + 1].count()


def hits(
    user: User, rows: QuerySet[Item], words: str, query: SearchQuery, cursor: Cursor | None, limit: int
) -> Sequence[Hit]:
    """The newest that lie before the cursor. The snippets are made for these alone."""
    keys = list(before(rows, cursor).values_list("pk", flat=True)[:limit])
    shown = (
        with_writer(Item.objects.filter(pk__in=keys), user)
        .select_related("engagement__client", "by")
        .only(*_SHOWN)
        .annotate(
            marked_title=SearchHeadline(
                "title", query, config="english", start_sel=_BEGIN, stop_sel=_END, highlight_all=True
            ),
            marked_text=SearchHeadline(
                Left("text", _LOOKED_AT),
                query,
                config="english",
                start_sel=_BEGIN,
                stop_sel=_END,
                max_words=30,
                min_words=12,
                max_fragments=2,
            ),
        )
    )
    ordered = sorted(shown, key=lambda item: (item.at, item.pk), reverse=True)
    files: dict[UUID, list[str]] = {}
    for pk, name in _files(words).filter(item__in=keys).order_by("name").values_list("item", "name"):
        files.setdefault(pk, []).append(name)
    return [
        Hit(
            item,
            localtime(item.at),
            _safe(plain_title(item.marked_title)),
            _snippet(item),
            writer_of(item),
            files.get(item.pk, ()),
        )
        for item in ordered
    ]


def kinds_for(user: User) -> list[tuple[str, str]]:
    """The kinds that a person may search for."""
    return [(kind, label) for kind, label in Kind.choices if user.role != Role.CLIENT or kind not in INTERNAL]


def _snippet(item: Item) -> SafeString:
    """What of the text was found; nothing when it only repeats the title."""
    marked: str = item.marked_text or ""  # type: ignore[attr-defined]
    bare = marked.replace(_BEGIN, "").replace(_END, "").strip()
    return _safe("" if bare in item.title else marked)


def _safe(text: str) -> SafeString:
    """Escaped first, and then marked."""
    return mark_safe(_MARKED.sub(r"<mark>\1</mark>", escape(text)))  # noqa: S308 - escaped before it is marked
