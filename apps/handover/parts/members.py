"""Members. Whoever works for the house and has an open account here is a member here, too; of everybody else the
pack's word is kept (`BroughtMember`), and gives no access: nobody gets one by an import who is not staff already."""

from collections.abc import Iterator
from typing import Any

from apps.accounts.models import STAFF, User
from apps.engagements.models import Engagement, Member, MemberRole

from ..models import BroughtMember
from ..rules.refusal import Unfit
from ..shape.names import Names
from ..shape.nouns import Noun, Row
from ..shape.reading import Into
from ..shape.writing import File, Out


class _Members(Noun):
    """Members of both sorts in one list, in the order of their coming."""

    def found(self, engagement: Engagement) -> list[Member | BroughtMember]:
        """Whoever is one, and whoever was one elsewhere and is none here."""
        here = list(Member.objects.filter(engagement=engagement).select_related("user"))
        known = {one.user_id for one in here}
        brought = BroughtMember.objects.filter(engagement=engagement).select_related("user")
        others = [one for one in brought if one.user_id not in known]
        return sorted([*here, *others], key=lambda one: (one.created_at, one.user.email))

    def call(self, engagement: Engagement, names: Names) -> None:
        """Give every row its name."""
        names.give(self.name, (one.pk for one in self.found(engagement)))

    def people(self, engagement: Engagement) -> set[Any]:
        """The ids of all people whom its rows name."""
        return {one.user_id for one in self.found(engagement)}

    def plain_rows(self, engagement: Engagement, names: Names) -> Iterator[Row]:
        """Its rows as plain values."""
        for row in self.found(engagement):
            yield self.plain(row, names)


NOUN = _Members("members", Member, "engagement", leave=["engagement"])
BROUGHT = Noun("members", BroughtMember, "engagement", leave=["engagement"])
NOUNS = (NOUN,)
PATH = "members.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in. Raises Unfit for an unknown role."""
    for values, line in into.table(NOUN, PATH):
        if values["role"] not in MemberRole.values:
            raise Unfit("There is no such role.", PATH, line)
        person = User.objects.get(pk=values["user_id"])
        may = person.is_active and person.role in STAFF
        into.told.setdefault("members" if may else "no members", []).append(person.name)
        into.put(NOUN if may else BROUGHT, [values | {"engagement_id": into.engagement.pk}])
