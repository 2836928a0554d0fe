"""What all items have in common: how they look, whom and what they name, and what can be done to each."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.engagements.models import TEXT, TITLE, Engagement, Item, Kind
from apps.engagements.rules.items import OPEN, STATES
from apps.engagements.rules.tags import MOST as MOST_TAGS
from apps.engagements.rules.tags import tags_in
from apps.engagements.selectors.words import matching
from apps.engagements.services.moves import press, take_away
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow

Row = TypeVar("Row", bound=Item)
# Of which noun an item is, by its kind.
NOUN_OF = {
    Kind.ENTRY: "log",
    Kind.ACTION: "actions",
    Kind.MILESTONE: "milestones",
    Kind.ACCESS_REQUEST: "access-requests",
    Kind.STAKEHOLDER: "stakeholders",
    Kind.GATE: "gates",
    Kind.USE_CASE: "use-cases",
    Kind.CRITERION: "criteria",
    **dict.fromkeys((Kind.RISK, Kind.ASSUMPTION, Kind.ISSUE, Kind.DEPENDENCY), "raid"),
}
ORDERS = {"-at": "at", "at": "at", "number": "number", "-number": "number"}


class ItemOut(Out):
    """Anything written down on an engagement. reference: how one speaks of it there, such as R-4; author: null when it
    was written through an engagement's token."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    engagement = serializers.UUIDField(source="engagement_id")
    title = serializers.CharField()
    text = serializers.CharField()
    state = serializers.CharField()
    client_visible = serializers.BooleanField()
    owner = PersonOut(allow_null=True)
    author = PersonOut(source="by", allow_null=True)
    due = serializers.DateField(allow_null=True)
    at = Moment()
    tags = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField()


class Why(Strict):
    """Why, in a sentence."""

    why = serializers.CharField(max_length=2_000)


def rows_of(model: type[Row], *more: str) -> Any:
    """What a bearer reaches of that model. more: relations that are shown, besides the engagement and the people."""

    def rows(bearer: Bearer) -> QuerySet[Row]:
        return bearer.items(model).select_related("engagement__client", "by", "owner", *more).defer("search")

    return rows


def narrowings(*kinds: str) -> dict[str, Narrow]:
    """How lists of items of these kinds are narrowed."""
    known = sorted({state for kind in kinds for state in STATES[kind]})
    return {
        "state": Narrow(serializers.ChoiceField(choices=known, required=False), "state"),
        "open": Narrow(
            serializers.BooleanField(
                required=False,
                allow_null=True,
                default=None,
                help_text="Whether something is still to be done.",
            ),
            lambda rows, is_open, bearer: (
                rows.filter(state__in=OPEN) if is_open else rows.exclude(state__in=OPEN)
            ),
        ),
        "owner": Narrow(serializers.UUIDField(required=False, help_text="A person."), "owner"),
        "due_until": Narrow(serializers.DateField(required=False), "due__lte"),
        "tag": Narrow(
            serializers.CharField(required=False, max_length=41),
            lambda rows, tag, bearer: rows.filter(tags__contains=[tag.removeprefix("#").lower()]),
        ),
        "q": Narrow(
            serializers.CharField(
                required=False, max_length=300, allow_blank=True, help_text="Words in title or text."
            ),
            lambda rows, words, bearer: rows.filter(search=matching(words)),
        ),
    }


class State(Strict):
    """The state that it comes to."""

    state = serializers.ChoiceField(choices=sorted({state for states in STATES.values() for state in states}))


def _move(asked: Asked) -> Any:
    return press(by=asked.by, item=asked.row, state=asked.sent["state"], seen=asked.row.state)


MOVE = Act(_move, State, says="Take it to another state.")
REMOVE = Act(
    lambda asked: take_away(by=asked.by, item=asked.row),
    says="Remove it; whoever works on the engagement can bring it back, at `items/`.",
)


def optional(*, help_text: str = "") -> serializers.UUIDField:
    """The id of something that may be missing, or be taken away with null."""
    return serializers.UUIDField(required=False, allow_null=True, help_text=help_text or None)


class ItemFields(Strict):
    """What can be written of any item. owner: the id of a member."""

    title = serializers.CharField(max_length=TITLE)
    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=TEXT)
    owner = optional(help_text="A member of the engagement.")
    due = serializers.DateField(required=False, allow_null=True)
    client_visible = serializers.BooleanField(required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=41), max_length=MOST_TAGS, required=False
    )

    def validate_tags(self, tags: list[str]) -> list[str]:
        """In lower case, each once."""
        try:
            return tags_in(", ".join(tags))
        except ValueError as error:
            raise serializers.ValidationError(str(error), "tags") from None


class ItemInPassing(Out):
    """An item to which something belongs."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.CharField()


def member_of(engagement: Engagement, pk: UUID | None, field: str) -> User | None:
    """The member with that id. Raises Refused for anybody else, whether they exist or not."""
    if pk is None:
        return None
    person = User.objects.filter(pk=pk, is_active=True, memberships__engagement=engagement).first()
    if person is None:
        raise Refused("not_a_member", "Nobody with this id is a member of the engagement.", field=field)
    return person


def beside(model: type[Row], engagement: Engagement, pk: UUID | None, field: str) -> Row | None:
    """The item of that engagement with that id. Raises Refused for any other, whether it exists or not."""
    if pk is None:
        return None
    found: Row | None = QuerySet(model).filter(pk=pk, engagement=engagement, removed_at=None).first()
    if found is None:
        raise Refused("elsewhere", "There is no such thing on this engagement.", field=field)
    return found


def reached(asked: Asked, model: type[Row], field: str) -> Row:
    """The item of the engagement that was sent as that field, as far as the bearer sees it. Raises Refused for any
    other, whether it exists or not."""
    found = asked.bearer.items(model).filter(pk=asked.sent[field], engagement=asked.engagement)
    row: Row | None = found.select_related("engagement__client", "owner", "by").first()
    if row is None:
        raise Refused("elsewhere", "There is no such thing on this engagement.", field=field)
    return row


def named(asked: Asked, **models: type[Item]) -> dict[str, Any]:
    """What was sent, with what its ids name in place of them: the owner, and items of those models. Raises Refused for
    what is not on the engagement."""
    sent = dict(asked.sent)
    if "owner" in sent:
        sent["owner"] = member_of(asked.engagement, sent["owner"], "owner")
    for name in models.keys() & sent.keys():
        sent[name] = beside(models[name], asked.engagement, sent[name], name)
    return sent
