"""A try is one harmless call from the site; what it came to is kept, and told with what to do next."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.catalog import presenters, services
from apps.catalog.models import Endpoint
from apps.catalog.rules import trials
from apps.core.errors import Refused
from apps.dataplane.contract.errors import CODES
from apps.dataplane.contract.messages import FailureReport, Operation, TryReport
from apps.dispatch.models import Inquiry, Job, Site
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.acting import ActedSite, dispatch
from tests.factories.endpoints import make_endpoint

pytestmark = pytest.mark.django_db
GOOD = TryReport(answer="ok", http=200, latency_ms=412.4, input_tokens=9, output_tokens=2, model="m-1-0613")


def tried(acted: ActedSite, endpoint: Endpoint, body: Any) -> Endpoint:
    """Asked, answered by the site, and as it is kept then."""
    services.ask(by=None, endpoint=endpoint, site=acted.site)
    dispatch()
    assert acted.report(acted.orders[-1], body) == "accepted"
    return Endpoint.objects.select_related("trial__plan__site", "tried_site").get(pk=endpoint.pk)


def test_the_site_is_asked_for_one_small_call_that_reads_nothing(acted: ActedSite) -> None:
    endpoint = make_endpoint(params={"max_tokens": 4000, "temperature": 0.5}, api_key="secret:k")
    services.ask(by=None, endpoint=endpoint, site=acted.site)
    dispatch()
    (order,) = acted.orders
    (target,) = order.plan.targets
    assert (order.operation, order.plan.prompt) == (Operation.TRY, "Reply with the word OK.")
    assert (target.base_url, target.model, target.api_key) == (endpoint.base_url, "m-1", "secret:k")
    assert target.params == {"max_tokens": trials.TOKENS, "temperature": 0.5}
    assert (order.plan.dataset.source.kind, order.plan.dataset.input) == ("folder", ())


@pytest.mark.parametrize(
    ("kind", "params", "sent"),
    [
        ("openai", {}, {"max_tokens": 16}),
        ("openai", {"max_completion_tokens": 900}, {"max_completion_tokens": 16}),
        ("anthropic", {"thinking": {"budget_tokens": 2000}, "max_tokens": 4000}, {"max_tokens": 16}),
    ],
)
def test_few_tokens_are_asked_for_under_the_name_that_the_endpoint_knows(
    kind: str, params: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert trials.trial_params(kind, params) == sent


def test_the_last_result_is_kept_with_the_endpoint(acted: ActedSite) -> None:
    endpoint = tried(acted, make_endpoint(), GOOD)
    assert (endpoint.outcome, endpoint.tried_site, endpoint.version) == ("ok", acted.site, 1)
    assert presenters.row_of(endpoint)["latency"] == 412.4
    trial = presenters.trial_of(endpoint)
    assert (trial.state, trial.good, {step.state for step in trial.steps}) == ("over", True, {"done"})
    assert ("Answered by", "m-1-0613 (asked for: m-1)") in trial.facts


def test_it_outlives_the_inquiry(acted: ActedSite) -> None:
    tried(acted, endpoint := make_endpoint(), GOOD)
    Inquiry.objects.all().delete()
    endpoint.refresh_from_db()
    assert (endpoint.trial, presenters.trial_of(endpoint).good) == (None, True)


def test_sent_twice_it_asks_once_and_a_late_answer_may_be_asked_for_again(acted: ActedSite) -> None:
    endpoint = make_endpoint()
    first = services.ask(by=None, endpoint=endpoint, site=acted.site)
    assert services.ask(by=None, endpoint=endpoint, site=acted.site) == first
    Inquiry.objects.update(asked_at=timezone.now() - 2 * trials.PATIENCE)
    assert services.ask(by=None, endpoint=endpoint, site=acted.site) != first


def test_an_answer_to_what_has_been_changed_since_is_not_kept(acted: ActedSite) -> None:
    endpoint = make_endpoint()
    services.ask(by=None, endpoint=endpoint, site=acted.site)
    dispatch()
    services.change(by=None, endpoint=endpoint, base_url="https://elsewhere.example/v1")
    acted.report(acted.orders[-1], GOOD)
    endpoint.refresh_from_db()
    assert (endpoint.outcome, endpoint.tried_at) == ("", None)


def test_a_changed_note_keeps_the_result_and_a_changed_model_forgets_it(acted: ActedSite) -> None:
    endpoint = tried(acted, make_endpoint(), GOOD)
    services.change(by=None, endpoint=endpoint, notes="x")
    endpoint.refresh_from_db()
    assert endpoint.outcome == "ok"
    services.change(by=None, endpoint=endpoint, model="m-2")
    endpoint.refresh_from_db()
    assert (endpoint.outcome, endpoint.result, endpoint.tried_site) == ("", {}, None)


def test_a_retired_endpoint_is_not_tried(acted: ActedSite) -> None:
    endpoint = make_endpoint()
    services.retire(by=None, endpoint=endpoint)
    with pytest.raises(Refused, match="restore it"):
        services.ask(by=None, endpoint=endpoint, site=acted.site)
    assert not Job.objects.exists()


FAILURES = [
    (TryReport(answer="unauthorized", http=401), "Authorised", "Store the right one"),
    (TryReport(answer="not_found", http=404), "Understood", "name of the model is wrong"),
    (TryReport(answer="not_found", http=308), "Understood", "leads elsewhere"),
    (TryReport(answer="not_json", http=200), "Understood", "perhaps a page to sign in"),
    (TryReport(answer="bad_shape", http=200), "Understood", "whether the kind is right"),
    (TryReport(answer="bad_request", http=400), "Understood", "max_completion_tokens"),
    (TryReport(answer="rate_limited", http=429), "Answered", "Try again in a minute"),
    (TryReport(answer="server_error", http=503), "Answered", "own log"),
    (TryReport(answer="timeout"), "Answered", "being loaded"),
    (TryReport(answer="connection"), "Reached", "broke off"),
    (TryReport(answer="connection", cause="certificate"), "Reached", "is not trusted at the site (TLS)"),
    (TryReport(answer="connection", cause="tls"), "Reached", "begins with http://"),
    (TryReport(answer="connection", cause="name"), "Reached", "typing error"),
    (TryReport(answer="connection", cause="refused"), "Reached", "Nobody listens"),
    (TryReport(answer="connection", cause="proxy"), "Reached", "proxy does not"),
]


@pytest.mark.parametrize(("report", "step", "words"), FAILURES)
def test_a_failure_says_how_far_the_call_came_and_what_to_do(
    acted: ActedSite, report: TryReport, step: str, words: str
) -> None:
    trial = presenters.trial_of(tried(acted, make_endpoint(), report))
    assert [each.name for each in trial.steps if each.state == "failed"] == [step]
    assert trial.title == CODES[report.answer]
    assert words in trial.advice


def test_an_address_without_v1_is_pointed_out(acted: ActedSite) -> None:
    endpoint = tried(
        acted, make_endpoint(base_url="https://h.example/"), TryReport(answer="not_found", http=404)
    )
    assert "https://h.example/v1" in presenters.trial_of(endpoint).advice


def test_every_way_a_call_can_fail_has_advice() -> None:
    calls = list(CODES)[list(CODES).index("timeout") : list(CODES).index("missing_output")]
    for code in [*calls, "secret_missing", "secret_unusable", "ca_unreadable", "site_error"]:
        assert trials.advice(code, {}, base_url="https://h/v1"), code


@pytest.mark.parametrize(
    ("key", "headers", "reference", "command"),
    [
        ("secret:llm-key", {}, "secret:llm-key", "fieldwork-site secret llm-key --state /srv/fieldwork-site"),
        (
            "",
            {"X-Key": "secret:gate"},
            "secret:gate",
            "fieldwork-site secret gate --state /srv/fieldwork-site",
        ),
        ("env:LLM_KEY", {}, "env:LLM_KEY", "export LLM_KEY=…"),
    ],
)
def test_a_missing_key_is_answered_with_the_very_command_that_stores_it(
    acted: ActedSite, key: str, headers: dict[str, str], reference: str, command: str
) -> None:
    body = FailureReport(code="secret_missing", stage="try", facts={"reference": reference})
    trial = presenters.trial_of(tried(acted, make_endpoint(api_key=key, headers=headers), body))
    assert (trial.command, trial.good, trial.steps) == (command, False, [])
    assert trial.title == f"Nothing was called: the site does not hold {reference}."


class TestPage:
    def test_waits_then_shows_the_steps_with_and_without_javascript(self, client, acted: ActedSite) -> None:
        endpoint = make_endpoint()
        client.force_login(make_user("admin"))
        page = client.post(reverse("catalog:endpoint-try", args=[endpoint.pk]), follow=True).content.decode()
        assert 'hx-trigger="every 1s"' in page
        assert "Look again" in page
        htmx = {"HX-Request": "true", "HX-Target": "trial"}
        still = client.get(endpoint.get_absolute_url(), {"seen": "waiting"}, headers=htmx)
        assert still.status_code == 204
        dispatch()
        acted.report(acted.orders[-1], GOOD)
        part = client.get(endpoint.get_absolute_url(), {"seen": "waiting"}, headers=htmx).content.decode()
        assert "<html" not in part
        assert "every 1s" not in part
        assert "412" in part
        assert "m-1-0613" in client.get(endpoint.get_absolute_url()).content.decode()
        assert "Answers" in client.get(reverse("catalog:endpoints")).content.decode()

    def test_says_that_the_site_is_away(self, client, acted: ActedSite) -> None:
        Site.objects.update(heard_at=None)
        client.force_login(make_user("admin"))
        page = client.post(reverse("catalog:endpoint-try", args=[make_endpoint().pk]), follow=True)
        assert "The site is away" in page.content.decode()

    def test_without_any_site_it_says_so_instead_of_failing(self, client) -> None:
        client.force_login(make_user("admin"))
        for owner in (None, make_client()):
            address = reverse("catalog:endpoint-try", args=[make_endpoint(client=owner).pk])
            answer = client.post(address)
            assert answer.status_code == 409
            assert "site" in answer.content.decode()

    @pytest.mark.parametrize("chosen", ["", "x", "\0", "00000000-0000-4000-8000-000000000000"])
    def test_an_engineer_tries_a_common_endpoint_at_a_client_of_theirs_only(
        self, client, acted: ActedSite, chosen: str
    ) -> None:
        client.force_login(make_member(make_engagement()).user)
        answer = client.post(reverse("catalog:endpoint-try", args=[make_endpoint().pk]), {"client": chosen})
        assert answer.status_code == 409
        assert "field-error" in answer.content.decode()
        assert not Inquiry.objects.exists()
