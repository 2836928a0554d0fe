"""The list of runs: narrowed, paged, the same cost for ten runs and for thousands, and nobody else's runs in it."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.dispatch.models import Site
from apps.pilots.models import Evaluation, Run, RunNote
from apps.pilots.selectors import listing
from tests.factories import make_member, make_user
from tests.factories.runs import make_evaluation, make_run

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def evaluation(db) -> Evaluation:
    return make_evaluation()


@pytest.fixture
def engineer(evaluation: Evaluation) -> User:
    return make_member(evaluation.engagement).user


@pytest.fixture
def shown(client: Client, engineer: User) -> Callable[..., list[Run]]:
    client.force_login(engineer)

    def get(path: str = "/runs/", **query: str) -> list[Run]:
        response = client.get(path, query)
        assert response.status_code == 200
        return list(response.context["page"].object_list)

    return get


def many(evaluation: Evaluation, number: int) -> list[Run]:
    site, _ = Site.objects.get_or_create(name="made", client=None)
    return Run.objects.bulk_create(
        Run(evaluation=evaluation, site=site, number=place + 1, queued_at=timezone.now(), state="done")
        for place in range(number)
    )


def test_each_filter_leaves_the_runs_that_fit(shown, evaluation: Evaluation, engineer: User) -> None:
    other = make_evaluation()  # another evaluation of the same engagement
    failed = make_run(evaluation=evaluation, state="failed", started_by=engineer)
    met = make_run(evaluation=other, state="done", verdict="met", label="Baseline of May")
    assert shown() == [met, failed]
    assert shown(state="failed") == [failed]
    assert shown(verdict="met") == [met]
    assert shown(by=str(engineer.pk)) == [failed]
    assert shown(evaluation=other.name) == [met]
    assert shown(engagement=str(evaluation.engagement_id)) == [met, failed]
    assert shown(q="baseline may") == [met]
    assert shown(q="baseline june") == []
    assert shown(q=evaluation.engagement.client.name) == [met, failed]
    assert shown(state="failed", verdict="met") == []


def test_a_number_finds_the_run_of_that_number(shown, evaluation: Evaluation) -> None:
    Evaluation.objects.update(name="triage")
    first, second, third = (make_run(evaluation=evaluation) for _ in range(3))
    labelled = make_run(evaluation=evaluation, label="2 shots")
    assert shown(q="2") == [labelled, second]
    assert shown(q="triage 3") == [third]
    assert first in shown(q="triage")


@pytest.mark.parametrize(
    "query",
    [
        {"state": "nonsense"},
        {"engagement": "1 or 1=1"},
        {"by": "\0"},
        {"q": "\0"},
        {"evaluation": "\0"},
        {"page": "-7"},
        {"verdict": HOSTILE},
    ],
)
def test_nonsense_in_the_address_narrows_nothing(shown, evaluation: Evaluation, query: dict) -> None:
    run = make_run(evaluation=evaluation)
    assert shown(**query) == [run]


def test_ten_thousand_characters_are_only_words_that_do_not_fit(shown, evaluation: Evaluation) -> None:
    make_run(evaluation=evaluation)
    assert shown(q="x" * 10_000) == []
    assert shown(q="x " * 5_000) == []
    assert shown(q=HOSTILE) == []
    assert shown(q="9" * 40) == []
    assert shown(engagement=str(uuid4())) == []


def test_filters_survive_paging(client: Client, shown, evaluation: Evaluation) -> None:
    many(evaluation, 120)
    assert len(shown(state="done", q="evaluation", page="2")) == 50
    html = client.get("/runs/", {"state": "done", "q": "evaluation", "page": "2"}).content.decode()
    links = re.findall(r'href="(\?[^"]+)"', html)
    assert len(links) == 2
    assert all("state=done" in link and "q=evaluation" in link for link in links)
    assert len(shown(state="done", page="3")) == 20


def test_newest_first(shown, evaluation: Evaluation) -> None:
    runs = [make_run(evaluation=evaluation) for _ in range(3)]
    assert shown() == runs[::-1]


def test_an_empty_list_says_what_comes_next(client: Client, shown) -> None:
    assert shown() == []
    assert "No run yet" in client.get("/runs/").content.decode()
    assert "No run fits this filter" in client.get("/runs/?state=failed").content.decode()


def test_nobody_sees_or_is_offered_what_belongs_to_others(
    client: Client, shown, evaluation: Evaluation
) -> None:
    stranger = make_user(name="Secret Stranger")
    foreign = make_run(
        evaluation=make_evaluation(client="Secret client"), started_by=stranger, label="Secret"
    )
    mine = make_run(evaluation=evaluation)
    assert shown() == [mine]
    assert shown(by=str(stranger.pk)) == []
    assert shown(engagement=str(foreign.evaluation.engagement_id)) == []
    html = client.get("/runs/", {"by": str(stranger.pk)}).content.decode()
    assert "Secret" not in html
    assert foreign.evaluation.name not in html


def test_the_list_of_one_engagement_holds_its_runs_alone(
    client: Client, shown, evaluation: Evaluation
) -> None:
    mine = make_run(evaluation=evaluation)
    other = make_evaluation(engagement="Second engagement")
    make_run(evaluation=other)
    assert shown(f"/engagements/{evaluation.engagement_id}/runs/") == [mine]
    client.force_login(make_user())
    assert client.get(f"/engagements/{evaluation.engagement_id}/runs/").status_code == 404


def test_the_queries_of_the_list_are_few_and_do_not_grow(
    client: Client, engineer: User, evaluation: Evaluation
) -> None:
    client.force_login(engineer)
    numbers = []
    for more in (10, 1990):
        for run in many(evaluation if more == 10 else make_evaluation(), more)[:3]:
            RunNote.objects.create(run=run, by=engineer, text="seen")
        for path in ("/runs/", f"/engagements/{evaluation.engagement_id}/runs/"):
            with CaptureQueriesContext(connection) as caught:
                assert client.get(path).status_code == 200
            numbers.append((path, len(caught)))
    assert numbers[:2] == numbers[2:]
    assert max(number for _, number in numbers) <= 10


def test_htmx_gets_the_rows_alone(client: Client, shown, evaluation: Evaluation) -> None:
    run = make_run(evaluation=evaluation)
    html = client.get("/runs/", headers={"HX-Request": "true", "HX-Target": "runs"}).content.decode()
    assert str(run.pk) in html
    assert "<html" not in html


def test_open_runs_are_watched_until_they_are_over(client: Client, shown, evaluation: Evaluation) -> None:
    run = make_run(evaluation=evaluation, state="running")
    address = f"/runs/states/?run={run.pk}"
    assert address in client.get("/runs/").content.decode()
    assert address in client.get(address).content.decode()
    Run.objects.filter(pk=run.pk).update(state="done", verdict="met")
    html = client.get(address).content.decode()
    assert f'id="run-state-{run.pk}"' in html
    assert "hx-get" not in html


def test_states_of_other_peoples_runs_are_not_told(client: Client, shown) -> None:
    foreign = make_run(evaluation=make_evaluation(client="Other"), state="running")
    html = client.get(f"/runs/states/?run={foreign.pk}&run=nonsense").content.decode()
    assert str(foreign.pk) not in html


def test_the_menu_offers_what_the_state_and_the_person_allow(
    client: Client, engineer: User, evaluation: Evaluation
) -> None:
    running = make_run(evaluation=evaluation, state="running")
    failed = make_run(evaluation=evaluation, state="failed", reason="site_error")
    client.force_login(engineer)
    html = client.get("/runs/").content.decode()
    assert f"/runs/{running.pk}/cancel/" in html
    assert f"/runs/{running.pk}/again/" not in html
    assert f"/runs/{failed.pk}/resume/" in html
    assert f"/runs/{failed.pk}/again/" in html
    assert f"/evaluations/{evaluation.pk}/edit/" in html
    assert f"/engagements/{evaluation.engagement_id}/evaluations/new/?from={evaluation.pk}" in html
    viewer = make_member(evaluation.engagement, "viewer", user=make_user(Role.CLIENT)).user
    client.force_login(viewer)
    html = client.get("/runs/").content.decode()
    assert str(failed.pk) in html
    assert "/resume/" not in html
    assert "/label/" not in html


def test_hostile_labels_are_text(client: Client, shown, evaluation: Evaluation) -> None:
    make_run(evaluation=evaluation, label=HOSTILE)
    html = client.get("/runs/").content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html


def test_the_words_of_a_query_are_bounded() -> None:
    assert len(listing.wanted({"q": "x" * 10_000}).words) == 200
