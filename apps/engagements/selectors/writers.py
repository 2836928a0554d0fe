"""Under which name something was written down: a person's, a token's, or Fieldwork's own."""

from functools import cache
from typing import TypeVar, cast

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from apps.accounts.models import Role, User
from apps.audit.models import Event

from ..models import Item

Row = TypeVar("Row", bound=Item)
NOBODY = "Fieldwork"


def with_writer(rows: QuerySet[Row], user: User) -> QuerySet[Row]:
    """The rows, each with `via`: the token through which it was written, such as "token CI"; not for the client's
    viewers, who are told of no tokens."""
    if user.role == Role.CLIENT:
        return rows
    return cast("QuerySet[Row]", rows.annotate(via=_via()))


@cache
def _via() -> Coalesce:
    """How the token of whichever item is read; put together once, as every list of items asks for it."""
    told = Event.objects.filter(subject_id=OuterRef("pk"), verb="written", data__has_key="via")
    said = Subquery(told.values(said=KeyTextTransform("via", "data"))[:1], output_field=CharField())
    return Coalesce(said, Value(""))


def writer_of(item: Item) -> str:
    """Who wrote a row of `with_writer`; of an engagement's token, its name."""
    return item.by.name if item.by else getattr(item, "via", "") or NOBODY
