"""What a person wants to be told, as they say it themselves."""

from collections.abc import Mapping

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.engagements.models import Engagement
from apps.engagements.selectors import visible_to

from .. import selectors
from ..models import Mute, Preference
from ..rules import preferences

Wanted = Mapping[tuple[str, str], bool]


@transaction.atomic
def choose(*, by: User, user: User, wanted: Wanted) -> None:
    """Set which kinds of notice take which channels; what `wanted` leaves out stays. Raises Refused for other
    people's, for kinds that they are never told of, and for channels that do not exist."""
    _require_own(by, user)
    offered = preferences.offered(staff=user.is_staff_member)
    for about, channel in wanted:
        if about not in offered or channel not in preferences.CHANNELS:
            raise Refused("notice_unknown", "There is no such kind of notice.", field="about")
    hold("delivery.preferences", str(user.pk))
    said = selectors.said_by(user)
    changed = {key: on for key, on in wanted.items() if preferences.wanted(said, *key) != on}
    for (about, channel), on in changed.items():
        Preference.objects.update_or_create(
            user=user, about=about, channel=channel, defaults={"on": on}, create_defaults={"on": on}
        )
    if changed:
        after = {f"{about} by {channel}": "on" if on else "off" for (about, channel), on in changed.items()}
        before = {name: "off" if on == "on" else "on" for name, on in after.items()}
        record(by=by, verb="notices chosen", subject=user, before=before, after=after)


@transaction.atomic
def mute(*, by: User, user: User, engagement: Engagement) -> Mute:
    """Tell that person nothing more of the engagement. Raises Refused for other people's, and for one that
    they do not see."""
    _require_own(by, user)
    if not visible_to(user).filter(pk=engagement.pk).exists():
        raise Refused("engagement_unknown", "There is no such engagement.", field="engagement")
    muted, new = Mute.objects.get_or_create(user=user, engagement=engagement)
    if new:
        record(by=by, verb="notices muted", subject=user, muted=str(engagement))
    return muted


@transaction.atomic
def unmute(*, by: User, user: User, engagement: Engagement) -> None:
    """Tell that person of the engagement again. Raises Refused for other people's."""
    _require_own(by, user)
    gone, _ = Mute.objects.filter(user=user, engagement=engagement).delete()
    if gone:
        record(by=by, verb="notices unmuted", subject=user, unmuted=str(engagement))


def _require_own(by: User, user: User) -> None:
    if by.pk != user.pk:
        raise Refused("not_yours", "What somebody is told, they choose themselves.")
