"""Endpoints and sites in every state that a page shows differently, for a browser to look at."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from apps.catalog import services
from apps.catalog.models import Endpoint
from apps.dataplane.contract.messages import FailureReport, Heartbeat, TryReport
from apps.dispatch.models import Inquiry, Site
from apps.dispatch.services import sites
from tests.factories import make_client, make_engagement
from tests.factories.acting import ActedSite, dispatch
from tests.factories.endpoints import make_endpoint

LONG = "Wolfeschlegelsteinhausenbergerdorff and Sons International Holdings of Somewhere"
GOOD = TryReport(
    answer="ok", http=200, latency_ms=412.4, input_tokens=9, output_tokens=2, model="llama-3.3-70b-0613"
)


def make_scene(acted: ActedSite) -> dict[str, str]:
    """Name of each screen → its address."""
    bank = make_client("Northwind Bank")
    engagement = make_engagement(client=bank, name="support-triage")
    good = _tried(
        acted,
        make_endpoint(
            client=bank,
            name="Llama 70B, on site",
            model="llama-3.3-70b",
            api_key="secret:llm-key",
            place="client",
            place_words="Rack 7, Utrecht; nothing leaves the building",
            price_input=Decimal("0.15"),
            price_output=Decimal("0.6"),
            params={"temperature": 0, "max_tokens": 16, "stop": ["\n"]},
            headers={"X-Team": "pilots"},
            notes="Bob at the bank restarts it on Mondays.",
        ),
        GOOD,
    )
    missing = FailureReport(code="secret_missing", stage="try", facts={"reference": "secret:claude"})
    bad = _tried(acted, make_endpoint(name="Claude", kind="anthropic", api_key="secret:claude"), missing)
    html = _tried(
        acted, make_endpoint(name=LONG, base_url="https://h.example"), TryReport(answer="not_json", http=200)
    )
    waiting = make_endpoint(name="Waiting")
    services.ask(by=None, endpoint=waiting, site=acted.site)
    for number in range(60):
        make_endpoint(client=bank, name=f"model {number:02d}")
    vault = sites.enroll(by=None, name="vault in Utrecht", client=bank)
    limits = {"rows": 5_000_000, "bytes": 4_000_000_000, "columns": 2000, "seconds": 900}
    said = {"boot": "b" * 32, "version": "0.0.9", "level": "scores", "names": False, "roots": 2}
    sites.hear(vault.pk, Heartbeat.model_validate({**said, "minimum_group": 5, "limits": limits}))
    fresh = sites.enroll(by=None, name="site", client=make_client(LONG))
    away = sites.enroll(by=None, name=LONG, client=bank)
    Site.objects.filter(pk=away.pk).update(heard_at=timezone.now() - timedelta(days=2))
    screens = {"endpoints": reverse("catalog:endpoints"), "endpoint-new": reverse("catalog:endpoint-new")}
    screens |= {"sites": reverse("dispatch:sites"), "site-new": reverse("dispatch:site-new")}
    screens |= {"none": f"{reverse('catalog:endpoints')}?q=nothing", "client": bank.get_absolute_url()}
    shown = {"good": good, "bad": bad, "html": html, "waiting": waiting, "untried": _untried()}
    screens |= {f"endpoint-{name}": each.get_absolute_url() for name, each in shown.items()}
    screens["endpoint-edit"] = reverse("catalog:endpoint-edit", args=[good.pk])
    screens |= {
        f"site-{name}": each.get_absolute_url() for name, each in {"vault": vault, "fresh": fresh}.items()
    }
    return screens | {"engagement": engagement.get_absolute_url()}


def _tried(acted: ActedSite, endpoint: Endpoint, body: TryReport | FailureReport) -> Endpoint:
    services.ask(by=None, endpoint=endpoint, site=acted.site)
    dispatch()
    assert acted.report(acted.orders[-1], body) == "accepted"
    return endpoint


def _untried() -> Endpoint:
    assert Inquiry.objects.exists()
    return Endpoint.objects.get(name="model 01")
