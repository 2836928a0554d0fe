"""Approvals. The digest of what was approved holds ids, which are others in every installation: while it is that of
what is there now, the pack says so, and it is made anew once all is there; one of an earlier version stays as it is."""

from collections.abc import Iterator

from apps.engagements.approvals import digest_of, may_be_approved
from apps.engagements.models import Approval, Engagement, Item
from apps.engagements.models.kinds import MODELS
from apps.scoping.models import SuccessCriterion

from ..rules.refusal import Unfit
from ..shape.names import Names
from ..shape.nouns import Noun, Row
from ..shape.reading import Into, Values
from ..shape.writing import File, Out

CURRENT = "current"
NOUN = Noun("approvals", Approval, "item__engagement")
NOUNS = (NOUN,)
PATH = "approvals.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH, _rows(out))


def _rows(out: Out) -> Iterator[Row]:
    now = current(out.engagement)
    for row, plain in zip(NOUN.rows(out.engagement), out.rows(NOUN), strict=True):
        yield plain | ({"digest": CURRENT} if row.digest and row.digest == now.get(str(row.item_id)) else {})


def call(engagement: Engagement, names: Names) -> None:
    """Give the digests of what is there now their names."""
    now = current(engagement)
    for row in NOUN.rows(engagement):
        if row.digest and row.digest == now.get(str(row.item_id)):
            names.opaque.setdefault(row.digest, f"digest-of-{names.of(NOUN.name, row.pk)}")


def current(engagement: Engagement) -> dict[str, str]:
    """What is there to approve now, by the id of each item about which somebody was asked."""
    asked = Item.objects.filter(engagement=engagement, approvals__isnull=False).distinct()
    found = {}
    for item in asked:
        model = MODELS.get(item.kind, SuccessCriterion)
        if may_be_approved(item.kind):
            found[str(item.pk)] = digest_of(
                model._base_manager.select_related("engagement__client").get(pk=item.pk)
            )
    return found


def read(into: Into) -> None:
    """Rows in, without the digests that `settle` makes anew. Raises Unfit for the approval of what nobody approves."""
    into.copy(NOUN, _rows_in(into))


def _rows_in(into: Into) -> Iterator[tuple[Values, int]]:
    for values, line in into.table(NOUN, PATH):
        if not into.ids.name_of(values["item_id"]).startswith(("G-", "C-")):
            raise Unfit("Gates and success criteria are approved, and nothing else.", PATH, line)
        yield values, line


def settle(into: Into) -> None:
    """Make the digests of what is there now, once all is there that they rest on."""
    now = current(into.engagement)
    for row in NOUN.rows(into.engagement).filter(digest=CURRENT):
        digest = now.get(str(row.item_id), "")
        Approval.objects.filter(pk=row.pk).update(digest=digest or CURRENT)
        into.ids.opaque.setdefault(f"digest-of-{into.ids.name_of(row.pk)}", digest)
