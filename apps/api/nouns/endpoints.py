"""Endpoints: callable models, kept once and chosen by name. Keys are references; the keys stay at the site."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.catalog import presenters, selectors, services
from apps.catalog.forms import TrialForm
from apps.catalog.models import Endpoint, Kind, Place
from apps.catalog.rules.details import LENGTHS
from apps.core.errors import Refused
from apps.dispatch import selectors as dispatch
from apps.engagements.models import Client
from apps.engagements.selectors import SEE_ALL
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import ClientInPassing, is_staff


class TrialStepOut(Out):
    """One thing that a call must get past."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["done", "failed", "unknown", "waiting", "running"])
    text = serializers.CharField()


class TrialOut(Out):
    """The last try. state: never, waiting for its site, away while that is, or over; good: whether it answers; title:
    what happened, and advice: what to do; command: what the site's owner types for it."""

    state = serializers.ChoiceField(choices=["never", "waiting", "away", "over"])
    site = serializers.SerializerMethodField()
    good = serializers.BooleanField()
    title = serializers.CharField()
    advice = serializers.CharField()
    command = serializers.CharField()
    steps = TrialStepOut(many=True)

    def get_site(self, trial: Any) -> str | None:
        """Its name."""
        return trial.site.name if trial.site else None


class FiguresOut(Out):
    """What a call came to, and never a word of the answer. model: as the endpoint names it; cause: of a connection that
    was not made."""

    http = serializers.IntegerField(allow_null=True, default=None)
    latency_ms = serializers.FloatField(allow_null=True, default=None)
    input_tokens = serializers.IntegerField(allow_null=True, default=None)
    output_tokens = serializers.IntegerField(allow_null=True, default=None)
    model = serializers.CharField(allow_null=True, default=None)
    cause = serializers.CharField(allow_null=True, default=None)


class EndpointOut(Out):
    """A callable model. client: null for every client; api_key: a reference, such as secret:llm-key; prices in USD per
    million tokens, null where not given, which counts as zero; outcome: of the last try, empty when what is called has
    changed since."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    client = ClientInPassing(allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    base_url = serializers.CharField()
    model = serializers.CharField()
    api_key = serializers.CharField()
    params = serializers.DictField()
    headers = serializers.DictField(child=serializers.CharField())
    price_input = serializers.FloatField(allow_null=True)
    price_output = serializers.FloatField(allow_null=True)
    priced_at = Moment(allow_null=True)
    ca = serializers.CharField()
    proxy = serializers.CharField()
    place = serializers.ChoiceField(choices=Place.choices)
    place_words = serializers.CharField()
    notes = serializers.CharField()
    retired_at = Moment(allow_null=True)
    tried_at = Moment(allow_null=True)
    outcome = serializers.CharField()
    waiting = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    created_at = Moment()

    def get_waiting(self, endpoint: Any) -> bool:
        """Whether a try is awaited from its site."""
        return bool(endpoint.trial and endpoint.trial.is_open)


class EndpointWhole(EndpointOut):
    """An endpoint with its last try. figures: null unless one is over."""

    trial = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()

    @extend_schema_field(TrialOut)
    def get_trial(self, endpoint: Any) -> Any:
        """As its page shows it."""
        return TrialOut(presenters.trial_of(endpoint)).data

    @extend_schema_field(FiguresOut(allow_null=True))
    def get_figures(self, endpoint: Any) -> Any:
        """Of the last try."""
        return FiguresOut(endpoint.result).data if endpoint.outcome else None


def _line(name: str, **more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=LENGTHS[name], **more)


def _maybe(name: str) -> serializers.CharField:
    return _line(name, required=False, allow_blank=True)


def _price() -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=6, required=False, allow_null=True)


class EndpointChange(Strict):
    """What is kept of an endpoint. A key is a reference, never the key itself: secret:NAME, env:NAME or file:path at
    the site; what looks like a key is refused and not kept."""

    name = _line("name")
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    base_url = _line("base_url")
    model = _line("model")
    api_key = _maybe("api_key")
    params = serializers.DictField(required=False)
    headers = serializers.DictField(child=serializers.CharField(), required=False)
    price_input = _price()
    price_output = _price()
    ca = _maybe("ca")
    proxy = _maybe("proxy")
    place = serializers.ChoiceField(choices=Place.choices, required=False)
    place_words = _maybe("place_words")
    notes = _maybe("notes")


class EndpointNew(EndpointChange):
    """A new one. client: whose evaluations may choose it; left out by administrators and managers, everybody's."""

    client = serializers.UUIDField(required=False, allow_null=True)


class TrialFrom(Strict):
    """client: of an endpoint for every client, at whose site it is called; left out by administrators and managers, at
    the local one."""

    client = serializers.UUIDField(required=False, allow_null=True)


def _rows(bearer: Bearer) -> QuerySet[Endpoint]:
    """Those that a person sees; through a token for one engagement, and of an engagement's own, what its evaluations
    may choose from and what they could once."""
    found = Endpoint.objects.all() if bearer.user is None else selectors.visible_to(bearer.user)
    if bearer.user is None or (bearer.token and bearer.token.limited_to_id):
        clients = bearer.engagements().order_by().values("client")
        found = found.filter(Q(client=None) | Q(client__in=clients))
    related = found.select_related("client", "tried_site", "trial__plan__site")
    return related.defer("trial__plan__body", "trial__answer")


def writes(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Whoever may change it on its page, with a token for all that they see."""
    if bearer.user is None or not is_staff(bearer, engagement, row):
        return False
    return row is None or selectors.may_write(bearer.user, row)


def tries(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Whoever may try it on its page, with a token for all that they see."""
    return (
        bearer.user is not None and is_staff(bearer, engagement, row) and selectors.may_try(bearer.user, row)
    )


def _add(asked: Asked) -> Endpoint:
    sent, by = dict(asked.sent), asked.person
    pk = sent.pop("client", None)
    client: Client | None = None
    if pk is not None:
        client = selectors.clients_written_by(by).filter(pk=pk).first()
        if client is None:
            raise Refused("elsewhere", "There is no such client that you may do this for.", field="client")
    elif by.role not in SEE_ALL:
        raise Refused("needed", "Say of which client; for every client a manager adds one.", field="client")
    return services.add(by=by, client=client, **sent)


def _change(asked: Asked) -> Any:
    services.change(by=asked.person, endpoint=asked.row, version=asked.version, **asked.sent)
    return asked.row


def _retire(asked: Asked) -> Any:
    services.retire(by=asked.person, endpoint=asked.row)
    return asked.row


def _restore(asked: Asked) -> Any:
    services.restore(by=asked.person, endpoint=asked.row)
    return asked.row


def _try(asked: Asked) -> Any:
    """From its client's site; of one for every client, from the site of the client that is named."""
    by, endpoint, client = asked.person, asked.row, asked.sent.get("client")
    if endpoint.client is not None:
        if client not in (None, endpoint.client_id):
            raise Refused("elsewhere", "It is tried from its own client's site.", field="client")
        chosen = endpoint.client
    else:
        form = TrialForm({"client": client}, by=by)
        if not form.is_valid():
            raise Refused("elsewhere", "Say from the site of which client of yours.", field="client")
        chosen = form.cleaned_data["client"]
    site = dispatch.site_for(chosen) if chosen else dispatch.local_site()
    services.ask(by=by, endpoint=endpoint, site=site)
    return endpoint


ENDPOINTS = Noun(
    name="endpoints",
    one="endpoint",
    says="Endpoints: callable models, kept once and chosen by name. Keys stay at the site.",
    scope="endpoints",
    roles=STAFF,
    rows=_rows,
    engagement="",
    out=EndpointOut,
    whole=EndpointWhole,
    orders={"name": "name", "-created_at": "created_at"},
    narrow={
        "client": Narrow(serializers.UUIDField(required=False), "client"),
        "q": Narrow(
            serializers.CharField(
                required=False, max_length=300, help_text="In name, model, address or client."
            ),
            lambda rows, words, bearer: selectors.holding(rows, words),
        ),
        "kind": Narrow(serializers.ChoiceField(choices=Kind.choices, required=False), "kind"),
        "place": Narrow(serializers.ChoiceField(choices=Place.choices, required=False), "place"),
        "retired": Narrow(
            serializers.BooleanField(default=False, help_text="true: only those that are retired."),
            lambda rows, retired, bearer: rows.filter(retired_at__isnull=not retired),
        ),
    },
    add=Act(_add, EndpointNew, writes),
    change=Act(_change, EndpointChange, writes),
    verbs={
        "retire": Act(_retire, may=writes, says="Let nobody choose it any more."),
        "restore": Act(_restore, may=writes, says="Let it be chosen again."),
        "try": Act(
            _try,
            TrialFrom,
            tries,
            later=True,
            says="Have it called once, from the site, with a harmless prompt.",
        ),
    },
    moves=True,
)
