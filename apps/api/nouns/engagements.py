"""Engagements: one piece of work for a client."""

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF, Role
from apps.core.errors import Refused
from apps.engagements.models import Ending, Engagement, Member, MemberRole, Stage
from apps.engagements.rules.endings import STATES
from apps.engagements.selectors import SEE_ALL, may_staff, templates
from apps.engagements.selectors.engagements import IN_STATE
from apps.engagements.services import endings
from apps.engagements.services.engagements import change_engagement
from apps.engagements.services.starting import start_engagement
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import ITSELF, Act, Asked, Narrow, Noun

_NAMES = ("name", "slug", "client__name", "client__slug")


class ClientInPassing(Out):
    """An engagement's client."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()


class EngagementOut(Out):
    """An engagement. budget_minutes: of work, agreed on; null for client viewers, who see no hours."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    client = ClientInPassing()
    stage = serializers.ChoiceField(choices=Stage.choices)
    state = serializers.ChoiceField(choices=STATES)
    starts_on = serializers.DateField()
    budget_minutes = serializers.SerializerMethodField()
    closed_at = Moment(allow_null=True)
    ending = serializers.CharField()
    version = serializers.IntegerField()
    created_at = Moment()

    def get_budget_minutes(self, engagement: Any) -> int | None:
        """For staff and programs."""
        minutes: int | None = engagement.budget_minutes
        return minutes if self.context["bearer"].is_staff else None


class EngagementNew(Strict):
    """client: the client's name; who is not known yet is made. template: of which, by its key."""

    client = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=120)
    starts_on = serializers.DateField(required=False)
    template = serializers.CharField(max_length=120, required=False)


class EngagementChange(Strict):
    """What is kept of an engagement itself."""

    name = serializers.CharField(max_length=120)
    starts_on = serializers.DateField()
    budget_minutes = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True)


class Closing(Strict):
    """Why the work is over."""

    ending = serializers.ChoiceField(choices=Ending.choices)
    words = serializers.CharField(max_length=endings.WORDS)
    learning = serializers.CharField(required=False, allow_blank=True, default="")


class Words(Strict):
    """In a sentence."""

    words = serializers.CharField(max_length=endings.WORDS)


def _start(asked: Asked) -> Engagement:
    wanted = dict(asked.sent)
    if key := wanted.pop("template", ""):
        wanted["template"] = templates.find(key)
        if wanted["template"] is None:
            raise Refused("template", "There is no such template.", field="template")
    return start_engagement(by=asked.person, **wanted)


def _change(asked: Asked) -> Any:
    engagement = asked.row
    stands = {name: getattr(engagement, name) for name in ("name", "starts_on", "budget_minutes")}
    change_engagement(by=asked.by, engagement=engagement, version=asked.version, **{**stands, **asked.sent})
    return engagement


def _close(asked: Asked) -> Any:
    endings.close(by=asked.by, engagement=asked.row, **asked.sent)
    return asked.row


def _reopen(asked: Asked) -> Any:
    endings.reopen(by=asked.by, engagement=asked.row, **asked.sent)
    return asked.row


def _archive(asked: Asked) -> Any:
    endings.archive(by=asked.by, engagement=asked.row)
    return asked.row


def _bring_back(asked: Asked) -> Any:
    endings.bring_back(by=asked.by, engagement=asked.row)
    return asked.row


def staffs(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Whoever may change its members."""
    return bearer.user is not None and may_staff(bearer.user, engagement)


def is_staff(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Staff as persons, with a token for all that they see."""
    narrowed = bearer.token is not None and bearer.token.limited_to_id is not None
    return bearer.user is not None and bearer.user.role in STAFF and not narrowed


def manages(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Managers and administrators, as persons."""
    return bearer.user is not None and bearer.user.role in SEE_ALL


def governs(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Administrators as persons, with a token for all that they see."""
    return is_staff(bearer, engagement, row) and bearer.user is not None and bearer.user.role == Role.ADMIN


def placed(bearer: Bearer, *roles: MemberRole) -> QuerySet[Engagement]:
    """The ids of the engagements within reach on which the bearer has one of these places; as everywhere, managers,
    administrators and the engagement's own token have any."""
    within, user = bearer.engagements().order_by(), bearer.user
    if user is not None and user.role not in SEE_ALL:
        within = within.filter(pk__in=Member.objects.filter(user=user, role__in=roles).values("engagement"))
    return within.values("pk")  # type: ignore[return-value]  # of which only `__in` is asked


def _named(rows: QuerySet[Any], words: str, bearer: Bearer) -> QuerySet[Any]:
    return rows.filter(Q(*[(f"{name}__icontains", words) for name in _NAMES], _connector=Q.OR))


ENGAGEMENTS = Noun(
    name="engagements",
    one="engagement",
    says="Engagements: one piece of work for a client. A new one may begin as a template says.",
    scope="engagements",
    rows=Bearer.engagements,
    engagement=ITSELF,
    out=EngagementOut,
    orders={"-created_at": "created_at", "created_at": "created_at", "name": "name"},
    narrow={
        "stage": Narrow(serializers.ChoiceField(choices=Stage.choices, required=False), "stage"),
        "state": Narrow(
            serializers.ChoiceField(choices=STATES, required=False),
            lambda rows, state, bearer: rows.filter(IN_STATE[state]),
        ),
        "client": Narrow(serializers.UUIDField(required=False), "client"),
        "q": Narrow(
            serializers.CharField(
                required=False, max_length=300, allow_blank=True, help_text="In its name or its client's."
            ),
            _named,
        ),
    },
    add=Act(_start, EngagementNew, is_staff),
    change=Act(_change, EngagementChange, staffs),
    verbs={
        "close": Act(
            _close, Closing, staffs, says="End the work, for a reason; nothing on it changes any more."
        ),
        "reopen": Act(_reopen, Words, staffs, closed=True, says="Go on with one that was closed."),
        "archive": Act(_archive, Strict, staffs, closed=True, says="Put a closed one away."),
        "bring-back": Act(_bring_back, Strict, staffs, closed=True, says="Take it out of the archive."),
    },
)
