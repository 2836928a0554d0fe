from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.connectors import services
from apps.connectors.models import Dataset, Source
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import ColumnFacts, PreviewReport
from apps.dispatch import places
from apps.dispatch.models import Inquiry
from apps.engagements.models import Engagement, Member
from tests.factories import make_client, make_engagement, make_member
from tests.factories.acting import ActedSite, acted, dispatch

__all__ = ["acted"]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch) -> None:
    """A data folder of the test's own."""
    monkeypatch.setattr(settings, "HOME", tmp_path)


@pytest.fixture
def engagement(db) -> Engagement:
    return make_engagement(client=make_client("Northwind Bank"), name="triage")


@pytest.fixture
def member(engagement) -> Member:
    return make_member(engagement)


@pytest.fixture
def at_work(client: Client, member: Member) -> Client:
    """A browser of an engineer of the engagement."""
    client.force_login(member.user)
    return client


@pytest.fixture
def here(monkeypatch) -> None:
    """The local site's folder is on this machine."""
    monkeypatch.setattr(places, "is_here", lambda site: True)


def make_source(engagement: Engagement, path: str = "/srv/messages.csv", **columns: Any) -> Source:
    """A CSV source; `columns`: the names that a preview has shown, with how many of 10 rows they fill."""
    source = services.add_source(
        by=None, engagement=engagement, source=plan.CsvSource(path=path), name=path.rsplit("/", 1)[-1]
    )
    if columns:
        source.columns = [facts(name, filled).model_dump(mode="json") for name, filled in columns.items()]
        source.read = {"read": 10, "whole": True, "most_distinct": 1000, "level": "scores", "warnings": []}
        source.save()
    return source


def make_dataset(source: Source, name: str = "messages", **parts: Any) -> Dataset:
    body = {"input": ("text",), **parts, "source": source.address}
    return services.add_dataset(by=None, source=source, dataset=plan.Dataset.model_validate(body), name=name)


def facts(name: str, filled: int = 10) -> ColumnFacts:
    return ColumnFacts(name=name, filled=filled, distinct=filled, numeric=0, shortest=2, longest=40)


def report(*names: str, level: str = "scores", **more: Any) -> PreviewReport:
    """What a site says of columns of these names over ten rows."""
    columns = tuple(facts(name) for name in names)
    return PreviewReport(level=level, columns=columns, read=10, whole=True, most_distinct=1000, **more)


def answer(acted: ActedSite, body: Any) -> str:
    """Send what is due, and answer the latest question."""
    dispatch()
    latest = str(Inquiry.objects.latest("asked_at").pk)
    return acted.report(next(order for order in acted.orders if order.run == latest), body)
