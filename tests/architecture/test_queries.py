"""A list costs the same number of queries for ten rows as for ten thousand: the number that `queries.txt` says.

A change of that file is for a reviewer to see.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.catalog.models import Endpoint
from apps.connectors.models import Dataset, Source
from apps.dispatch.models import Site
from apps.engagements.models import Client, Engagement, Member
from apps.pilots.models import Evaluation, Run
from tests.factories import make_engagement, make_user
from tests.factories.runs import make_evaluation, make_run

from .routes import routes

FILE = Path(__file__).with_name("queries.txt")
MOST = 10
SIZES = (10, 10_000)


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
            },
        )

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(route, address) of every list."""
        ids = {"engagement": self.engagement.pk, "evaluation": self.evaluation.pk}
        for route in listed():
            name, _, kind = route.partition("(")
            yield route, reverse(name, args=[ids[kind.rstrip(")")]] if kind else [])

    def _evaluation(self) -> Evaluation:
        return make_evaluation(client=self.engagement.client.name, engagement=self.engagement.name)

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
