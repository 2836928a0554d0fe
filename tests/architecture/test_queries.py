"""A list costs the same number of queries for ten rows as for ten thousand: the number that `queries.txt` says.

A change of that file is for a reviewer to see.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.catalog.models import Endpoint
from apps.connectors.models import Dataset, Source
from apps.delivery.models import Delivery, InboxEntry, Mail, Webhook
from apps.dispatch.models import Site
from apps.engagements.models import Client, Comment, Engagement, Item, Link, Member, Template
from apps.pilots.models import Evaluation, Run
from apps.scoping.models import Baseline, Measurement, SuccessCriterion, UseCase
from apps.tokens.models import Token
from tests.factories import make_engagement, make_user
from tests.factories.items import make_item
from tests.factories.runs import make_evaluation, make_run

from .routes import routes

FILE = Path(__file__).with_name("queries.txt")
MOST = 10
SIZES = (10, 10_000)
USE_CASE_TEXTS = (
    "stated_problem", "real_problem", "sufferers", "exceptions", "limits", "compliance", "value_why",
    "feasibility_why", "risk_why", "business_owner_name", "settled_why",
)  # fmt: skip


def listed() -> dict[str, int]:
    """Route → number of queries."""
    lines = (line.partition("#")[0].split() for line in FILE.read_text().splitlines())
    return {words[0]: int(words[1]) for words in lines if words}


class Crowd:
    """`size` rows of everything that a list shows, written in bulk, around one engagement."""

    def __init__(self, size: int) -> None:
        self.mark, self.size = uuid4().hex[:8], size
        self.engagement = make_engagement()
        self.evaluation = self._evaluation()
        people = self._bulk(User, lambda n: {"email": f"{self.mark}{n}@example.com", "name": f"P {n}"})
        clients = self._bulk(Client, lambda n: self._named(n))
        self._bulk(Engagement, lambda n: {**self._named(n), "client": clients[n]})
        self._bulk(
            Template, lambda n: {"name": f"t {self.mark} {n}", "content": {"phases": []}, "by": people[n]}
        )
        self._bulk(Member, lambda n: {"engagement": self.engagement, "user": people[n]})
        self._bulk(Site, lambda n: {"name": f"site {self.mark} {n}", "client": clients[n]})
        self._bulk(
            Endpoint,
            lambda n: {"name": f"e {n}", "client": clients[n], "base_url": "https://x/v1", "model": "m"},
        )
        sources = self._bulk(
            Source,
            lambda n: {
                "engagement": self.engagement,
                "kind": "csv",
                "address": {"kind": "csv", "path": f"/data/{self.mark}/{n}.csv"},
            },
        )
        datasets = self._bulk(Dataset, lambda n: {"source": sources[n], "roles": {"input": ["text"]}})
        self._bulk(
            Evaluation,
            lambda n: {
                "engagement": self.engagement,
                "dataset": datasets[n],
                "name": f"e {n}",
                "spec": self.evaluation.spec,
            },
        )
        self._runs()
        self._tokens(people)
        self._told(people)
        self.item = self._around(people)
        self._registers(people)
        self._scoped(people)
        subject = self.engagement.pk
        self._bulk(
            Event,
            lambda n: {
                "actor": people[n],
                "verb": "seen",
                "app": "engagements",
                "subject_type": "engagement",
                "subject_id": subject,
                "engagement_id": subject,
                "data": {"after": {"owner": str(people[n].pk)}},
            },
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the server does by itself sooner or later

    def _around(self, people: list[User]) -> Item:
        """An item with comments, and with links to others."""
        item = make_item(self.engagement, client_visible=True)
        self._bulk(Comment, lambda n: {"item": item, "by": people[n], "text": f"said {n}; see A-{n}"})
        others = [
            make_item(self.engagement, by=people[n], owner=people[n]) for n in range(min(self.size, 30))
        ]
        Link.objects.bulk_create(Link(source=item, target=other, relation="concerns") for other in others)
        return item

    def _registers(self, people: list[User]) -> None:
        """Of each register, and of decisions, so many rows; each action is blocked by a risk."""
        today = timezone.localdate()
        rows: dict[str, tuple[str, dict[str, object]]] = {
            "risk": ("raid", {"severity": "high", "likelihood": "low", "response": ""}),
            "action": ("action", {}),
            "milestone": ("milestone", {"promised": today}),
            "access_request": ("accessrequest", {"asked_for": "data", "approver": "it", "asked_on": today}),
            "stakeholder": (
                "stakeholder",
                {"position": "", "email": "", "influence": "high", "stance": "neutral", "sponsor": False},
            ),
            "entry": (
                "logentry",
                {
                    "entry_kind": "decision",
                    "reason": "so",
                    "rejected": '[{"option": "a", "why": "b"}]',
                    "minutes": 30,
                    "kept": False,
                },
            ),
        }
        made = {kind: self._kept(kind, people, *table) for kind, table in rows.items()}
        pairs = zip(made["risk"][:50], made["action"][:50], strict=True)
        Link.objects.bulk_create(Link(source=risk, target=one, relation="blocks") for risk, one in pairs)

    def _scoped(self, people: list[User]) -> None:
        """Use cases with a baseline each, and criteria of them that somebody has measured."""
        facts = {"engagement": self.engagement, "state": "candidate", "kind": "use_case"}
        self._bulk(Item, lambda n: {**facts, "number": n + 1, "title": f"u {n}"})
        own = {
            "steps": "[]", "volume_basis": "stated", "minutes_basis": "stated", "section_versions": "{}",
            **dict.fromkeys(USE_CASE_TEXTS, ""),
        }  # fmt: skip
        self._own("scoping_usecase", own, "use_case")
        use_cases = list(UseCase.objects.filter(engagement=self.engagement))
        figure = {"metric": "m", "value": 1, "how": "x", "basis": "stated"}
        self._bulk(Baseline, lambda n: {**figure, "use_case": use_cases[n]})
        facts = {"engagement": self.engagement, "state": "stated", "kind": "criterion"}
        self._bulk(Item, lambda n: {**facts, "number": n + 1, "title": f"c {n}"})
        goal: dict[str, object] = {"metric": "m", "direction": "at_least", "threshold": 0.5, "unit": ""}
        decided = {**goal, "measured_by": "hand", "decider_name": "", "use_case_id": use_cases[0].pk}
        self._own("scoping_successcriterion", decided, "criterion")
        criteria = list(SuccessCriterion.objects.filter(engagement=self.engagement))
        measured = {**goal, "value": 1, "verdict": "met", "source": "hand", "measured_at": timezone.now()}
        self._bulk(
            Measurement,
            lambda n: {**measured, "criterion": criteria[n], "source_id": uuid4(), "by": people[n]},
        )

    def _own(self, table: str, own: dict[str, object], kind: str) -> None:
        """What items of that kind keep in a table of their own, filled in one statement."""
        names, marks = ", ".join(["item_ptr_id", *own]), ", ".join(["id", *["%s"] * len(own)])
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {marks} FROM engagements_item"
                " WHERE engagement_id = %s AND kind = %s",
                [*own.values(), self.engagement.pk, kind],
            )

    def _kept(self, kind: str, people: list[User], table: str, own: dict[str, object]) -> list[Item]:
        """Items of one kind; their own table is filled in one statement."""
        states = {
            "milestone": "planned",
            "access_request": "asked",
            "stakeholder": "involved",
            "entry": "noted",
        }
        state = states.get(kind, "open")
        first = Item.objects.filter(engagement=self.engagement, kind=kind).count() + 1
        facts = {
            "engagement": self.engagement,
            "kind": kind,
            "state": state,
            "due": timezone.localdate(),
            "closed_at": timezone.now() if kind == "entry" else None,
        }
        items = self._bulk(
            Item,
            lambda n: {
                **facts,
                "number": first + n,
                "title": f"{kind} {n}",
                "owner": people[n],
                "by": people[n],
            },
        )
        names, marks = ", ".join(["item_ptr_id", *own]), ", ".join(["id", *["%s"] * len(own)])
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO engagements_{table} ({names}) SELECT {marks} FROM engagements_item"
                " WHERE engagement_id = %s AND kind = %s AND number >= %s",
                [*own.values(), self.engagement.pk, kind, first],
            )
        return items

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(route, address) of every list."""
        ids = {
            "engagement": self.engagement.pk,
            "evaluation": self.evaluation.pk,
            "item": self.item.pk,
            "webhook": self.webhook.pk,
        }
        for route in listed():
            name, _, kind = route.partition("(")
            yield route, reverse(name, args=[ids[kind.rstrip(")")]] if kind else [])

    def _evaluation(self) -> Evaluation:
        return make_evaluation(client=self.engagement.client.name, engagement=self.engagement.name)

    def _tokens(self, people: list[User]) -> None:
        """Of the administrator who looks, and of the engagement."""
        lasts = {"expires_at": timezone.now() + timedelta(days=9), "scopes": ["log:read"], "digest": "d"}
        whose = User.objects.filter(role=Role.ADMIN).first() or people[0]
        mark = self.mark[:5]
        self._bulk(Token, lambda n: {**lasts, "public": f"{mark}{n}", "name": f"{mark} {n}", "user": whose})
        shared = {**lasts, "engagement": self.engagement}
        self._bulk(Token, lambda n: {**shared, "public": f"{mark}-{n}", "name": f"{mark} {n}"})

    def _told(self, people: list[User]) -> None:
        """Half of it to the administrators, who look."""
        to = [*User.objects.filter(role=Role.ADMIN), people[0]]
        facts = {"about": "gate", "engagement": self.engagement, "text": "told"}
        self._bulk(InboxEntry, lambda n: {**facts, "to": to[n % 2]})
        self._bulk(Mail, lambda n: {"to": people[n].email, "kind": "notices", "subject": f"s {n}"})
        facts = {"engagement": self.engagement, "name": "chat", "address": "https://x/", "events": ["*"]}
        self.webhook = Webhook.objects.create(**facts)
        self._bulk(Delivery, lambda n: {"webhook": self.webhook, "kind": "webhook.test", "body": "{}"})

    def _runs(self) -> None:
        first = make_run(evaluation=self.evaluation, state="done", verdict="met")
        facts = {"evaluation": self.evaluation, "site": first.site, "queued_at": first.queued_at}
        self._bulk(Run, lambda n: {**facts, "number": n + 2, "state": "done", "verdict": "missed"})

    def _named(self, n: int) -> dict[str, str]:
        return {"name": f"{self.mark} {n}", "slug": f"{self.mark}-{n}"}

    def _bulk(self, model: type, values: Callable[[int], dict[str, object]]) -> list:
        rows = [model(**values(n)) for n in range(self.size)]
        return list(model.objects.bulk_create(rows, batch_size=2_000))  # type: ignore[attr-defined]


def counts(crowd: Crowd, browser: Browser) -> dict[str, int]:
    found = {}
    for route, address in crowd.addresses():
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(address).status_code == 200, address
        found[route] = len(caught)
    return found


def test_lists_cost_what_the_file_says_however_long_they_are(db: None) -> None:
    browser = Browser()
    browser.force_login(make_user(Role.ADMIN))
    measured = []
    for size in SIZES:
        crowd = Crowd(size)
        counts(crowd, browser)  # what is remembered for the life of a process is asked for once
        measured.append(counts(crowd, browser))
    assert measured[0] == measured[1]
    assert measured[0] == listed()
    assert max(listed().values()) <= MOST


def test_every_list_of_the_application_is_in_the_file() -> None:
    known = {route.partition("(")[0] for route in listed()}
    lists = {route.name for route in routes() if route.callback.__name__.endswith("_list")}
    assert lists - known == set()
