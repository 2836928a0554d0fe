"""What follows an import, once for all of its rows: gates look again, standings are worked out anew, owners get one
notice. Whoever is mentioned in a text from elsewhere is told nothing, and its references lead nowhere: R-4 was another
register's there."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from ...models import Import, Imported, Item
from ...models.kinds import MODELS
from ...notices import About, Notice, doer, tell
from .. import items
from .writing import Writer

_NOUNS = {
    Imported.ACTIONS: "actions",
    Imported.RISKS: "RAID items",
    Imported.MILESTONES: "milestones",
    Imported.LOG: "log entries",
}


def settle(pending: Import, writer: Writer) -> None:
    """After everything is written, in its transaction."""
    tell_afterwards(writer.kinds.items(), "written")
    for owner, count in writer.owners.items():
        one = Item.objects.select_related("engagement").get(pk=writer.first[owner]) if count == 1 else None
        what = str(one) if one else f"{count:,} {noun_of(pending.what)}, brought along from a file"
        text = f"{doer(pending.by, owner)} gave you {what}"
        tell(Notice(About.ASSIGNMENT, owner, pending.by, pending.engagement, one, text))


def tell_afterwards(kinds: Iterable[tuple[tuple[str, str], UUID]], done: str) -> None:
    """Whoever follows what is written learns of one item of each kind."""
    for (kind, _), pk in kinds:
        item: Item = QuerySet(MODELS[kind]).select_related("engagement__client").get(pk=pk)
        items.call_afterwards(item, done)


def noun_of(what: str) -> str:
    """What the rows become, in the middle of a sentence."""
    return _NOUNS[Imported(what)]
