"""Sites: workers in clients' networks, which alone hold rows and keys. Their policy is the client's own file there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.dataplane.contract.privacy import Level
from apps.dispatch import presenters, selectors
from apps.dispatch.forms import SiteForm
from apps.dispatch.models import Site
from apps.dispatch.presenters import health_of
from apps.dispatch.services import sites
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import ClientInPassing, is_staff, manages

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


class FailureOut(Out):
    """Jobs that failed there within a week, by their code."""

    code = serializers.CharField()
    text = serializers.CharField()
    number = serializers.IntegerField()
    last = Moment()


class SiteWhole(SiteOut):
    """A site as its page shows it. roots: how many folders are open to reading; bounds: what its policy says in
    numbers; setup: the commands with which its owner sets it up, null for the local one and for those who may not."""

    boot = serializers.CharField()
    roots = serializers.IntegerField()
    bounds = serializers.DictField(child=serializers.IntegerField())
    introduced = serializers.SerializerMethodField()
    failures = serializers.SerializerMethodField()
    setup = serializers.SerializerMethodField()

    def get_introduced(self, site: Any) -> bool:
        """Whether its public key is known."""
        return bool(site.public_key)

    @extend_schema_field(FailureOut(many=True))
    def get_failures(self, site: Any) -> Any:
        """The latest first."""
        return FailureOut(presenters.failures_of(site), many=True).data

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": {"type": "string"}})
    def get_setup(self, site: Any) -> dict[str, str] | None:
        """In their order."""
        may = site.client is not None and keeps(self.context["bearer"], None, site)
        return presenters.setup_of(site) if may else None


class SiteNew(Strict):
    """A site of that client's own."""

    client = serializers.UUIDField()
    name = serializers.CharField(max_length=120)


class PublicKey(Strict):
    """The public half of the key with which it signs: the line that fieldwork-site init prints last."""

    public_key = serializers.CharField(max_length=1_000)


def keeps(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Managers and administrators, with a token for all that they see."""
    return manages(bearer, engagement, row) and is_staff(bearer, engagement, row)


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


def _enroll(asked: Asked) -> Site:
    form = SiteForm(asked.sent, by=asked.person)
    if not form.is_valid():
        wrong = {name: [str(word) for word in words] for name, words in form.errors.items()}
        raise serializers.ValidationError(wrong, "unfit")
    return sites.enroll(by=asked.person, **form.cleaned_data)


def _introduce(asked: Asked) -> Any:
    sites.introduce(by=asked.person, site=asked.row, public_key=asked.sent["public_key"])
    return asked.row


def _deactivate(asked: Asked) -> Any:
    sites.deactivate(by=asked.person, site=asked.row)
    return asked.row


def _activate(asked: Asked) -> Any:
    sites.activate(by=asked.person, site=asked.row)
    return asked.row


SITES = Noun(
    name="sites",
    one="site",
    says="Sites: workers in clients' networks, which alone hold rows and keys; how each is, and what waits for it. "
    "What may leave one is written in a file of its own, which nobody changes from here.",
    scope="data",
    writes="sites",
    roles=STAFF,
    rows=_rows,
    engagement="",
    out=SiteOut,
    whole=SiteWhole,
    orders={"name": "name", "-created_at": "created_at"},
    narrow={
        "client": Narrow(serializers.UUIDField(required=False), "client"),
        "q": Narrow(
            serializers.CharField(required=False, max_length=300, help_text="In its name or its client's."),
            lambda rows, words, bearer: selectors.holding(rows, words),
        ),
    },
    add=Act(_enroll, SiteNew, keeps),
    verbs={
        "introduce": Act(_introduce, PublicKey, keeps, says="Tell the key with which it signs from now on."),
        "deactivate": Act(
            _deactivate, may=keeps, says="Send it nothing and accept nothing from it until it is activated."
        ),
        "activate": Act(_activate, may=keeps, says="Work with it again."),
    },
    beside=_jobs,
    moves=True,
)
