"""The pages of use: what arrived and why something did not, ways to send, and how it is counted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role
from apps.adoption.models import Arrival, Usage
from apps.adoption.presenters.sending import snippets
from apps.adoption.services.intake import take_in
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db


def page(engagement: Engagement, name: str = "sending", role: MemberRole = MemberRole.LEAD) -> Any:
    client = Client()
    client.force_login(make_member(engagement, role).user)
    return client.get(reverse(f"adoption:{name}", args=[engagement.pk]))


def event(id: str, **said: Any) -> dict[str, Any]:
    return {"id": id, "time": datetime.now(UTC).isoformat(), "user": "ada@client.example", **said}


def test_before_anything_has_arrived_the_page_says_how_to_send() -> None:
    text = page(make_engagement()).content.decode()
    assert "Nothing has arrived yet" in text
    for words in ("http://testserver/v1/traces", "http://testserver/api/v1/events", "usage:write"):
        assert words in text


def test_the_python_snippet_is_a_program() -> None:
    [snippet] = [one for one in snippets("http://testserver", datetime.now(UTC)) if one.name == "Python"]
    compile(snippet.text, "snippet", "exec")


def test_what_arrived_and_what_was_refused_and_why_is_shown_and_nobodys_name() -> None:
    engagement = make_engagement()
    first = event("1", prompt="secret <script>")
    rows = [first, first, event("2", outcome="great")]
    take_in(engagement=engagement, way=Arrival.Way.EVENTS, rows=rows)
    take_in(engagement=engagement, way=Arrival.Way.OTLP, rows=[event("x<b>")], passed=3)
    response = page(engagement)
    text = response.content.decode()
    for words in ("JSON events", "OpenTelemetry traces", "“outcome” is not one of", "<code>prompt</code>"):
        assert words in text
    assert "x&lt;b&gt;" in text
    assert "ada@client" not in text
    assert "secret" not in text
    [events, otlp] = response.context["lines"]
    assert (events.way.taken, events.way.repeated, events.way.refused) == (1, 1, 1)
    assert (otlp.way.taken, otlp.way.passed) == (1, 3)
    assert response.context["total"] == 2


def test_how_it_is_counted_is_changed_by_who_works_there_and_by_nobody_else() -> None:
    engagement = make_engagement()
    lead = make_member(engagement, MemberRole.LEAD).user
    client, address = Client(), reverse("adoption:counting", args=[engagement.pk])
    client.force_login(lead)
    shown = client.get(address)
    assert "Time zone" in shown.content.decode()
    sent = {
        "version": 1,
        "timezone": "Europe/Berlin",
        "week_start": "6",
        "smallest": "7",
        "purchased": "",
        "currency": "EUR",
    }
    assert client.post(address, {**sent, "smallest": "0"}).status_code == 200
    assert client.post(address, sent).status_code == 302
    usage = Usage.objects.get(engagement=engagement)
    kept = (usage.timezone, usage.week_start, usage.smallest, usage.purchased, usage.currency)
    assert kept == ("Europe/Berlin", 6, 7, None, "EUR")
    assert "Somebody else has changed" in client.post(address, {**sent, "smallest": "9"}).content.decode()
    assert page(engagement, "counting", MemberRole.VIEWER).status_code == 403
    assert page(engagement, "sending", MemberRole.VIEWER).status_code == 200
    stranger = Client()
    stranger.force_login(make_user(role=Role.FDE))
    assert stranger.get(address).status_code == 404


def test_a_client_viewer_does_not_see_them() -> None:
    engagement = make_engagement()
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(role=Role.CLIENT)).user
    client = Client()
    client.force_login(viewer)
    for name in ("sending", "counting"):
        assert client.get(reverse(f"adoption:{name}", args=[engagement.pk])).status_code == 403
