"""Every event is of a kind; attempts and signatures are what they should be."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from apps.audit.models import Event
from apps.delivery import payloads
from apps.delivery.rules.webhooks import attempts, events, signatures
from apps.engagements.rules import items
from tests.factories import make_engagement, make_user
from tests.factories.world import objects_of

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Verbs that are worked out: where, and all that may come out there. A further one has to be added here.
STATES = {state for kind in items.STATES.values() for state in kind}
WORKED_OUT = {
    ("apps/engagements/services/approvals.py", "answer"): {"approved", "declined"},
    ("apps/engagements/services/checklists.py", "verb"): set(),  # given to _record, which is looked at
    ("apps/engagements/services/exit_criteria.py", "verb"): {"attested", "attestation withdrawn"},
    ("apps/engagements/services/gates.py", "done"): {"reopened", "stale", *items.STATES["gate"]},
    ("apps/engagements/services/items.py", "state"): STATES,
    ("apps/engagements/services/items.py", "verb"): set(),  # given to change, which is looked at
    ("apps/handover/services/exporting.py", "EXPORTED"): {"handed over as a pack"},
    ("apps/handover/services/importing.py", "IMPORTED"): {"brought along as a pack"},
    ("apps/scoping/services/criteria.py", "verb"): {"changed", *items.STATES["criterion"]},
    ("apps/scoping/services/use_cases.py", "f'{section} changed'"): {
        f"{section} changed" for section in ("problem", "process", "limits", "score", "owner")
    },
}
# Verbs that have a name, wherever that stands.
CONSTANTS = {
    name: text
    for path in (ROOT / "apps").rglob("*.py")
    for name, text in re.findall(r'^([A-Z_]+) = "([^"]+)"', path.read_text(), re.MULTILINE)
}
WRITERS = {"record", "change", "_record"}


def verbs_of(path: str, node: ast.expr) -> Iterator[str]:
    """What an expression for a verb may come to. Raises KeyError for one that nobody has looked at."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Name) and node.id.isupper() and node.id in CONSTANTS:
        yield CONSTANTS[node.id]
    elif isinstance(node, ast.IfExp):
        yield from (*verbs_of(path, node.body), *verbs_of(path, node.orelse))
    else:
        yield from WORKED_OUT[path, ast.unparse(node)]


def recorded(source: str, path: str) -> Iterator[str]:
    """The verbs of all events that a source writes."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name not in WRITERS:
            continue
        for keyword in node.keywords:
            if keyword.arg == "verb":
                yield from verbs_of(path, keyword.value)
        if name == "_record" and len(node.args) == 3:
            yield from verbs_of(path, node.args[2])


def all_verbs() -> dict[str, str]:
    """Verb → a file that records it."""
    found = {}
    for path in sorted((ROOT / "apps").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if not name.startswith("apps/dataplane"):
            found.update(dict.fromkeys(recorded(path.read_text(), name), name))
    return found


class TestKinds:
    def test_every_verb_that_is_recorded_is_of_some_kind(self) -> None:
        known = {verb for verbs in events.BY_SUBJECT.values() for verb in verbs}
        assert {verb: path for verb, path in all_verbs().items() if verb not in known} == {}

    def test_no_verb_is_listed_that_nobody_records(self) -> None:
        known = {verb for verbs in events.BY_SUBJECT.values() for verb in verbs}
        assert known - all_verbs().keys() == set()

    def test_a_verb_that_is_in_no_group_is_found(self) -> None:
        planted = 'record(verb="vanished", subject=item)\nrecord(verb="seen" if x else "missed", subject=y)'
        assert set(recorded(planted, "apps/x.py")) == {"vanished", "seen", "missed"}
        with pytest.raises(KeyError):
            list(recorded("record(by=by, verb=whatever, subject=item)", "apps/x.py"))

    def test_every_subject_is_a_model(self) -> None:
        models = {model._meta.model_name for model in apps.get_models()}
        assert events.BY_SUBJECT.keys() <= models

    def test_every_kind_is_explained_and_comes_from_somewhere(self) -> None:
        used = {kind for verbs in events.BY_SUBJECT.values() for kind in verbs.values()}
        assert used == events.KINDS.keys()

    @pytest.mark.django_db
    def test_what_happens_on_an_engagement_is_of_a_known_kind(self) -> None:
        objects_of(make_engagement(), by=make_user("admin"))
        happened = Event.objects.values_list("subject_type", "verb").distinct()
        assert len(happened) > 20
        assert [one for one in happened if events.kind_of(*one) == events.OTHER] == []

    @pytest.mark.django_db
    def test_only_what_is_offered_to_engagements_happens_on_one(self) -> None:
        objects_of(make_engagement(), by=make_user("admin"))
        on_one = Event.objects.exclude(engagement_id=None).values_list("subject_type", "verb").distinct()
        kinds = {events.kind_of(*one) for one in on_one}
        assert kinds - events.OF_ENGAGEMENTS.keys() == set()

    def test_the_documentation_lists_every_kind(self) -> None:
        text = (ROOT / "docs" / "webhooks.md").read_text()
        assert [kind for kind in events.KINDS if f"`{kind}`" not in text] == []

    def test_pages_that_deliveries_lead_to_exist(self) -> None:
        for route in payloads.PAGES.values():
            assert reverse(route, args=["6f1ed002-ab59-5cfa-9d4c-ae2b6ab6e0e1"])


class TestAttempts:
    @given(st.integers(1, attempts.MOST - 1), st.floats(0, 1))
    def test_waiting_grows_within_bounds(self, number: int, roll: float) -> None:
        wait = attempts.pause(number, roll)
        assert wait is not None
        assert attempts.FIRST * 0.74 < wait <= attempts.LONGEST * 1.25

    def test_about_a_day_lies_between_the_first_attempt_and_the_last(self) -> None:
        waits = [attempts.pause(number, 0.5) or timedelta() for number in range(1, attempts.MOST)]
        assert timedelta(hours=18) < sum(waits, timedelta()) < timedelta(hours=26)
        assert attempts.pause(attempts.MOST, 0.5) is None

    def test_a_receiver_may_only_ask_for_more_time_and_not_for_too_much(self) -> None:
        assert attempts.pause(1, 0.5, timedelta(minutes=7)) == timedelta(minutes=7)
        assert attempts.pause(4, 0.5, timedelta(seconds=1)) == attempts.pause(4, 0.5)
        assert attempts.pause(1, 0.5, timedelta(days=90)) == attempts.LONGEST

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("120", 120),
            (" 5 ", 5),
            ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
            ("Sun, 01 Mar 2026 11:00:00 GMT", None),
            ("0", None),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("9" * 500, 10**8),
            ("Sun, 99 Mar 2026 12:01:00 GMT", None),
        ],
    )
    def test_retry_after_is_read_as_seconds_or_a_date(self, header: str, seconds: int | None) -> None:
        assert attempts.asked_for(header, NOW) == (timedelta(seconds=seconds) if seconds else None)

    @given(st.text(max_size=80))
    def test_any_retry_after_is_read(self, header: str) -> None:
        wait = attempts.asked_for(header, NOW)
        assert wait is None or wait > timedelta()


class TestSignatures:
    @given(st.binary(min_size=32, max_size=32), st.text(max_size=200))
    def test_the_public_package_verifies_what_is_signed(self, key: bytes, body: str) -> None:
        body = body.encode("utf-8", "ignore").decode()
        now = int(datetime.now(UTC).timestamp())
        signature = signatures.sign([b"old", key], message="msg_1", timestamp=now, body=body)
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": signature}
        Webhook(signatures.secret_text(key)).verify(body, headers, json_parse=False)
