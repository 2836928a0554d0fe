"""Where somebody may log, and with which words."""

from dataclasses import dataclass

from django.db.models import Count, F, Func, Value
from django.db.models.functions import Concat, Lower

from apps.accounts.models import User

from ..models import Engagement, Item
from ..rules.mentions import handle_for, matching
from .engagements import workable_by
from .mentions import mentionable

MOST_PLACES = 200
MOST_TAGS = 60
_LATELY = 200  # items of theirs, among which their engagements are looked for


@dataclass(frozen=True)
class Word:
    """What may follow an @ or a #. name: what it stands for."""

    word: str
    name: str = ""


def places_of(user: User) -> list[str]:
    """The names of the engagements on which a person may log, those first on which they did lately."""
    lately = list(
        Item.objects.filter(by=user).order_by("-at").values_list("engagement_id", flat=True)[:_LATELY]
    )
    rank = {pk: position for position, pk in reversed(list(enumerate(lately)))}
    workable = workable_by(user).select_related("client")
    known = list(workable.filter(pk__in=rank))
    others = workable.exclude(pk__in=rank).order_by("client__name", "name")[: MOST_PLACES - len(known)]
    return [str(one) for one in (*sorted(known, key=lambda one: rank[one.pk]), *others)]


def place_named(user: User, name: str) -> Engagement | None:
    """The engagement of that name ("Client · engagement") on which a person may log; None when two are called so,
    for nothing is written down by guessing."""
    wanted = " ".join(name.replace("\0", "").split())[:300]
    said = Lower(Concat("client__name", Value(" · "), "name"))
    workable = workable_by(user).select_related("client").alias(said=said)
    found = list(workable.filter(said=Lower(Value(wanted)))[:2])
    return found[0] if len(found) == 1 else None


def people_to_mention(by: User, engagement: Engagement) -> list[Word]:
    """Everybody who may stand behind an @, each by the shortest way of writing that is theirs alone."""
    people = mentionable(by, engagement)
    words = [(handle_for(person, people), person) for person in people]
    return [Word(word, person.name) for word, person in words if matching(word, people) == [person]]


def tags_of(engagement: Engagement) -> list[Word]:
    """The tags of the engagement, those used most first."""
    each = Item.objects.filter(engagement=engagement, removed_at=None).order_by()
    named = each.annotate(tag=Func(F("tags"), function="unnest")).values("tag")
    used = named.annotate(uses=Count("pk")).order_by("-uses", "tag")[:MOST_TAGS]
    return [Word(row["tag"]) for row in used]
