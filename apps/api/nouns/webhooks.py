"""Webhooks: addresses that are told what happens, on an engagement or on the whole installation."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from apps.accounts.models import STAFF, Role
from apps.delivery.models import Webhook
from apps.delivery.models.webhooks import KIND, NAME
from apps.delivery.rules.webhooks import addresses, events
from apps.delivery.services import webhooks as services
from apps.delivery.services.webhooks import Issued
from apps.engagements.models import MemberRole
from apps.engagements.selectors import may_staff
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .deliveries import DELIVERIES, INSTALLATION_DELIVERIES
from .engagements import governs, placed

ADMINS = frozenset({Role.ADMIN})
STATES = ("active", "failing", *Webhook.Pause.values)
Rows = Callable[[Bearer], QuerySet[Webhook]]


class WebhookOut(Out):
    """An address that is told what happens. address: null for whoever may not change it, and for a token without the
    scope to write; state: active, failing, or why it is paused; old_secret_until: how long the secret before signs
    too; secret: in the answer that has made it alone, else null, as it is kept nowhere."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id", allow_null=True)
    name = serializers.CharField()
    host = serializers.CharField()
    address = serializers.SerializerMethodField()
    events = serializers.ListField(child=serializers.CharField())
    state = serializers.SerializerMethodField()
    paused_at = Moment(allow_null=True)
    failing_since = Moment(allow_null=True)
    old_secret_until = serializers.SerializerMethodField()
    author = PersonOut(source="created_by", allow_null=True)
    secret = serializers.CharField(default=None, allow_null=True)
    version = serializers.IntegerField()
    created_at = Moment()

    def get_address(self, webhook: Webhook) -> str | None:
        """It may hold what is nobody else's."""
        return webhook.address if webhook.pk in self.context["changeable"] else None

    def get_state(self, webhook: Webhook) -> str:
        """active, failing, hand, gone."""
        return webhook.paused_why or ("failing" if webhook.failing_since else "active")

    def get_old_secret_until(self, webhook: Webhook) -> str | None:
        """Null when only one signs."""
        until = webhook.old_until
        return Moment().to_representation(until) if until and webhook.signs_twice(timezone.now()) else None


class WebhookFields(Strict):
    """Where it leads, and what it is told of."""

    name = serializers.CharField(max_length=NAME)
    address = serializers.CharField(
        max_length=addresses.LIMIT, help_text="Called over https with a POST; it is looked up at once."
    )
    events = serializers.ListField(
        child=serializers.CharField(max_length=KIND),
        min_length=1,
        max_length=len(events.KINDS) + 1,
        help_text="Kinds, such as gate.decided; * is everything. docs/webhooks.md lists them.",
    )


def _of_engagements(bearer: Bearer) -> QuerySet[Webhook]:
    within = Webhook.objects.filter(engagement__in=bearer.engagements().order_by().values("pk"))
    return within.select_related("engagement__client", "created_by")


def _of_installation(bearer: Bearer) -> QuerySet[Webhook]:
    known = Webhook.objects.filter(engagement=None).select_related("created_by")
    return known if governs(bearer, None, None) else known.none()


def leads(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Whoever leads the engagement; its own token, which was given the scope by one of them."""
    return bearer.user is None or may_staff(bearer.user, engagement)


def _changeable(scope: str) -> Callable[[Bearer, Sequence[Any]], dict[str, Any]]:
    """Which webhooks show their address: those that the bearer could change."""

    def beside(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
        if bearer.token is not None and f"{scope}:write" not in bearer.token.scopes:
            return {"changeable": frozenset()}
        led = set(placed(bearer, MemberRole.LEAD).values_list("pk", flat=True))
        return {"changeable": {row.pk for row in rows if row.engagement_id in led or not row.engagement_id}}

    return beside


def _found(rows_of: Rows) -> Callable[[Bearer, Sequence[Any]], Iterable[Webhook]]:
    """With the secret of what has just got one."""

    def found(bearer: Bearer, rows: Sequence[Any]) -> Iterable[Webhook]:
        secrets = {row.pk: getattr(row, "secret", None) for row in rows}
        for row in rows_of(bearer).filter(pk__in=secrets):
            row.secret = secrets[row.pk]  # type: ignore[attr-defined]
            yield row

    return found


def _told(issued: Issued) -> Webhook:
    issued.webhook.secret = issued.secret  # type: ignore[attr-defined]
    return issued.webhook


def _make(asked: Asked) -> Webhook:
    return _told(services.make(by=asked.by, engagement=asked.engagement, **asked.sent))


def _change(asked: Asked) -> Webhook:
    return services.change(by=asked.by, webhook=asked.row, version=asked.version, **asked.sent)


def _test(asked: Asked) -> Any:
    return services.send_test(by=asked.by, webhook=asked.row)


def _verbs(may: Any, deliveries: Noun) -> dict[str, Act]:
    return {
        "pause": Act(
            lambda asked: services.pause(by=asked.by, webhook=asked.row),
            may=may,
            says="Tell it nothing any more; what happens meanwhile is not kept for it.",
        ),
        "resume": Act(
            lambda asked: services.resume(by=asked.by, webhook=asked.row),
            may=may,
            says="Tell it what happens from now on, and send what waits.",
        ),
        "rotate": Act(
            lambda asked: _told(services.rotate(by=asked.by, webhook=asked.row)),
            may=may,
            says="Give it a new secret, told in this answer alone; for a day the old one signs as well.",
        ),
        "end-old-secret": Act(
            lambda asked: services.end_old_secret(by=asked.by, webhook=asked.row),
            may=may,
            says="Let the secret before the present one sign no more.",
        ),
        "test": Act(_test, may=may, makes=deliveries, says="Send a test, whatever it wants to be told of."),
    }


def _declared(scope: str, says: str, rows: Rows, may: Any, deliveries: Noun, **more: Any) -> Noun:
    """What both sorts have in common; their scopes are apart, as are the people who may have them."""
    return Noun(
        name=scope,
        scope=scope,
        says=says,
        rows=rows,
        out=WebhookOut,
        orders={"name": "name", "-created_at": "created_at", "created_at": "created_at"},
        narrow={"name": Narrow(serializers.CharField(required=False, max_length=NAME), "name")},
        add=Act(_make, WebhookFields, may),
        change=Act(_change, WebhookFields, may),
        remove=Act(
            lambda asked: services.remove(by=asked.by, webhook=asked.row),
            may=may,
            says="Remove it with its log; what is on its way is not sent.",
        ),
        verbs=_verbs(may, deliveries),
        beside=_changeable(scope),
        found=_found(rows),
        told_once=frozenset({"secret"}),
        **more,
    )


WEBHOOKS = _declared(
    "webhooks",
    "Addresses that are told what happens on an engagement. Staff see which there are; who leads the engagement "
    "changes them. The secret is told in the answer that makes it and never again.",
    _of_engagements,
    leads,
    DELIVERIES,
    one="webhook",
    roles=STAFF,
)
INSTALLATION_WEBHOOKS = _declared(
    "installation-webhooks",
    "Addresses that are told what happens on the whole installation, for administrators. The secret is told in the "
    "answer that makes it and never again.",
    _of_installation,
    governs,
    INSTALLATION_DELIVERIES,
    one="webhook of the installation",
    roles=ADMINS,
    engagement="",
)
