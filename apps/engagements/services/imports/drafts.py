"""Files that wait. They are nobody's but their owner's, so the audit trail hears of them when they are taken."""

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.waking import wake

from ... import selectors
from ...models import Engagement, Import, Imported
from ...rules.endings import CLOSED_WORDS
from ...rules.imports import cells, dates
from ...rules.imports.fields import fields_of, guess
from ...rules.imports.table import Unreadable, table_of
from ...selectors.imports import KINDS
from .. import items
from .looking import PERFORM, is_large, kept, look

WAITS = timedelta(days=1)
NAME = 200  # characters of a file's name
PASTED = "pasted text"


@transaction.atomic
def begin(*, by: User, engagement: Engagement, what: str, content: bytes, name: str = "") -> Import:
    """Let a file wait, its columns understood as far as their headings say. Raises Refused for what is no table, and
    on a closed engagement."""
    if what not in Imported.values:
        raise Refused("what", "Choose what the rows are.", field="what")
    if not engagement.is_open:
        raise Refused("closed", CLOSED_WORDS)
    try:
        table = table_of(content)
    except Unreadable as error:
        raise Refused("unreadable", str(error), field="file" if name else "text") from None
    pending = Import.objects.create(
        engagement=engagement,
        by=by,
        what=what,
        name=_name(name),
        content=content,
        mapping={
            "columns": guess(what, table.headings),
            "headings": list(table.headings),
            "rows": table.count,
        },
    )
    _look_again(pending)
    return pending


@transaction.atomic
def remap(*, by: User, pending: Import, **wanted: Any) -> Import:
    """Understand the file otherwise. wanted: of `columns` ({field: place}), `order`, `scale`, `people` ({key of a
    name: id of a member, or empty}), `shown`, `rest`, `again`; what is left out stays. Raises Refused for a column
    that is not there, for one that would be two things, and once it is taken."""
    locked = held(by, pending)
    columns = wanted.get("columns", locked.mapping["columns"])
    names = {one.name for one in fields_of(locked.what)}
    places = list(columns.values())
    if columns.keys() - names or not all(0 <= place < len(locked.mapping["headings"]) for place in places):
        raise Refused("column", "There is no such column in this file.", field="columns")
    twice = [place for place in places if places.count(place) > 1]
    if twice:
        heading = locked.mapping["headings"][twice[0]]
        raise Refused(
            "column_twice", f"“{heading}” can only be one thing; choose another column.", field="columns"
        )
    if wanted.get("order", "") not in {"", dates.DAY_FIRST, dates.MONTH_FIRST}:
        raise Refused("order", "Either the day comes first or the month.", field="order")
    if wanted.get("scale", 0) not in {0, *cells.SCALES}:
        raise Refused("scale", "Levels count up to 3, 5 or 10.", field="scale")
    locked.mapping = {**locked.mapping, **wanted}
    locked.save(update_fields=["mapping"])
    _look_again(locked)
    return locked


@transaction.atomic
def drop(*, by: User, pending: Import) -> None:
    """Forget a file that waits. Raises Refused once it is taken."""
    held(by, pending).delete()


@transaction.atomic
def forget_old() -> int:
    """Forget files that nobody has taken within a day, and the refused rows of those that were; asked every hour, so
    that nothing stays for longer than 25. Returns how many."""
    old = timezone.now() - WAITS
    dropped, _ = (
        Import.objects.filter(taken_at=None, created_at__lt=old)
        .exclude(counts__contains={"doing": "take"})
        .delete()
    )
    taken = Import.objects.filter(taken_at__lt=old).exclude(content=b"")
    return dropped + taken.update(content=b"")


def held(by: User, pending: Import) -> Import:
    """That person's import as it is now, held until the transaction ends. Raises Refused once it is taken, or while
    it is being written down."""
    hold("engagements.import", str(pending.pk))
    found = Import.objects.select_related("engagement__client", "by").filter(pk=pending.pk, by=by).first()
    if found is None:
        raise Refused("gone", "This import is gone: it was dropped, or had waited for more than a day.")
    if found.taken_at is not None:
        raise Refused("taken", f"{found.name} has been imported already; nothing was written a second time.")
    if found.counts.get("doing") == "take":
        raise Refused("under_way", f"{found.name} is being imported right now.")
    return found


def hold_open(pending: Import, nothing: str) -> Engagement:
    """The engagement as it is now; nobody closes it until the transaction ends. nothing: what has not been done, for
    the sentence. Raises Refused when it is closed, or no longer that person's to change."""
    items.hold_numbers(pending.engagement, *KINDS[pending.what])
    # Asked only now: closing waits for whoever holds numbers.
    engagement = Engagement.objects.select_related("client").get(pk=pending.engagement_id)
    if not engagement.is_open:
        raise Refused("closed", CLOSED_WORDS)
    if not pending.by.is_active or not selectors.may_work_on(pending.by, engagement):
        raise Refused("not_allowed", f"You may no longer change this engagement; {nothing}.")
    return engagement


def _look_again(pending: Import) -> None:
    """The dry run is made once and kept; of a large file a worker makes it."""
    large = is_large(pending)
    pending.counts = {"doing": "look"} if large else kept(pending, look(pending))
    pending.save(update_fields=["counts"])
    if large:
        wake(PERFORM)


def _name(said: str) -> str:
    last = PurePosixPath(said.replace("\\", "/")).name
    return "".join(one for one in last if one.isprintable())[:NAME].strip() or PASTED
