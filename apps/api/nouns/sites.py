"""Sites: workers in clients' networks, which alone hold rows and keys."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.dataplane.contract.privacy import Level
from apps.dispatch import selectors
from apps.dispatch.models import Site
from apps.dispatch.presenters import health_of
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out
from ..noun import Narrow, Noun
from .engagements import ClientInPassing

STATES = ["new", "present", "away", "inactive"]


class SiteOut(Out):
    """A site. client: null for the local one, which serves all; state: how it is, and words: in a sentence; level and
    names: what its policy lets leave; in_hand, queued: jobs that are there, and that wait for it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    client = ClientInPassing(allow_null=True)
    state = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField()
    active = serializers.BooleanField()
    heard_at = Moment(allow_null=True)
    level = serializers.ChoiceField(choices=[str(level) for level in Level])
    names = serializers.BooleanField()
    program_version = serializers.CharField(source="version")
    in_hand = serializers.SerializerMethodField()
    queued = serializers.SerializerMethodField()

    def get_state(self, site: Any) -> str:
        """new, present, away or inactive."""
        return health_of(site).state

    def get_words(self, site: Any) -> str:
        """Such as "Heard of 3 s ago."."""
        return health_of(site).text

    def get_in_hand(self, site: Any) -> int:
        """Jobs."""
        return self._jobs(site, "running")

    def get_queued(self, site: Any) -> int:
        """Jobs."""
        return self._jobs(site, "queued")

    def _jobs(self, site: Any, state: str) -> int:
        known: dict[Any, dict[str, int]] = self.context["jobs"]
        return known.get(site.pk, {}).get(state, 0)


def _rows(bearer: Bearer) -> QuerySet[Site]:
    """Those that a person sees; through a token for one engagement, and of an engagement's own, those that may run its
    jobs."""
    found = Site.objects.all() if bearer.user is None else selectors.visible_to(bearer.user)
    if bearer.user is None or (bearer.token and bearer.token.limited_to_id):
        clients = bearer.engagements().order_by().values("client")
        found = found.filter(Q(client=None) | Q(client__in=clients))
    return found.select_related("client")


def _jobs(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    return {"jobs": selectors.open_jobs(rows)}


SITES = Noun(
    name="sites",
    one="site",
    says="Sites: workers in clients' networks, which alone hold rows and keys; how each is, and what waits for it.",
    scope="data",
    roles=STAFF,
    rows=_rows,
    engagement="",
    out=SiteOut,
    orders={"name": "name", "-created_at": "created_at"},
    narrow={"client": Narrow(serializers.UUIDField(required=False), "client")},
    beside=_jobs,
    moves=True,
)
