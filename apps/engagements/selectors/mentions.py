"""Who may be mentioned on an engagement, and by whom."""

from apps.accounts.models import Role, User

from ..models import Engagement, Member, MemberRole

_ACCOUNTABLE = frozenset({MemberRole.LEAD, MemberRole.ENGINEER})


def mentionable(by: User | None, engagement: Engagement) -> list[User]:
    """Whom an @ may stand for when that person writes, by name. A client viewer means whom they know: their own
    people, and who leads or works on the engagement."""
    places = Member.objects.filter(engagement=engagement, user__is_active=True).select_related("user")
    known = [
        place
        for place in places.order_by("user__name", "user__pk")
        if by is None
        or by.role != Role.CLIENT
        or place.user.role == Role.CLIENT
        or place.role in _ACCOUNTABLE
    ]
    return [place.user for place in known]


def reaches(person: User, *, client_visible: bool) -> bool:
    """Whether a member may learn of something on their engagement."""
    return client_visible or person.role != Role.CLIENT
