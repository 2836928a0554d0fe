"""Pages of runs: every state has words for it, and a page costs the same however large the run is."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role, User
from apps.pilots.models import Evaluation, Metric, Run
from apps.pilots.services import runs
from tests.factories import make_member, make_user
from tests.factories.acting import ActedSite, dispatch
from tests.factories.runs import make_evaluation, make_run
from tests.pilots.test_results import rows, store


@pytest.fixture
def evaluation(db) -> Evaluation:
    return make_evaluation()


@pytest.fixture
def engineer(evaluation: Evaluation) -> User:
    return make_member(evaluation.engagement).user


@pytest.fixture
def page(client: Client, engineer: User) -> Callable[[Run], str]:
    client.force_login(engineer)

    def get(run: Run, **headers: str) -> str:
        response = client.get(f"/runs/{run.pk}/", headers=headers)
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "queued"}, "Waiting for site"),
        ({"state": "running", "rows": 100}, "of 200"),
        ({"state": "cancelled"}, "A cancelled run decides nothing"),
        ({"state": "failed", "reason": "source_changed"}, "Freeze the rows anew"),
        (
            {"state": "failed", "reason": "endpoint_dead", "reason_facts": {"cause": "unauthorized"}},
            "credential",
        ),
        ({"state": "done", "partial": "cost_cap", "verdict": "undecided"}, "A partial run decides nothing"),
        ({"state": "done", "verdict": "met"}, "Where this comes from"),
        ({"state": "done", "level": "aggregate"}, "No samples leave this site"),
    ],
)
def test_each_state_says_what_it_means(page, evaluation: Evaluation, fields: dict, words: str) -> None:
    assert words in page(make_run(evaluation=evaluation, **fields))


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"state": "failed", "reason": "source_ragged", "reason_facts": {"line": 17}}, "/resume/"),
        ({"state": "failed", "reason": "source_changed"}, "/again/?anew=1"),
        ({"state": "failed", "reason": "source_missing_column"}, "/edit/"),
        ({"state": "done", "partial": "time_limit"}, "/resume/"),
    ],
)
def test_a_run_that_stopped_says_where_what_to_do_whom_to_ask_and_leads_there(
    page, evaluation: Evaluation, fields: dict, step: str
) -> None:
    html = page(make_run(evaluation=evaluation, **fields))
    for words in ("Where", "What to do", "Who can help", step):
        assert words in html
    if "reason_facts" in fields:
        assert "line: 17" in html


def test_an_open_run_refreshes_its_live_part_alone(page, evaluation: Evaluation) -> None:
    run = make_run(evaluation=evaluation, state="running", rows=100)
    part = page(run, HX_Request="true", HX_Target="run-live")
    assert "Samples per second" in part
    assert "<html" not in part


def test_a_finished_run_asks_the_watching_page_to_load_again(
    client: Client, page, evaluation: Evaluation
) -> None:
    run = make_run(evaluation=evaluation, state="done")
    response = client.get(f"/runs/{run.pk}/", headers={"HX-Request": "true", "HX-Target": "run-live"})
    assert response["HX-Refresh"] == "true"


def test_the_queries_of_the_page_do_not_grow_with_the_run(page, evaluation: Evaluation) -> None:
    numbers = []
    for size, targets in ((10, 2), (400, 6)):
        run = make_run(evaluation=evaluation, targets=targets, state="done", rows=size)
        for target in run.targets.all():
            store(run, target.position, rows(1, size))
            Metric.objects.bulk_create(
                Metric(
                    target=target,
                    name="exact",
                    slice=f"channel={n}" if n else "",
                    value=0.5,
                    low=0.4,
                    high=0.6,
                    n=9,
                )
                for n in range(size // 10)
            )
        with CaptureQueriesContext(
            connection,
        ) as caught:
            page(run)
        numbers.append(len(caught))
    assert numbers[0] == numbers[1]
    assert numbers[0] < 25


def test_hostile_answers_are_text(page, evaluation: Evaluation) -> None:
    run = make_run(evaluation=evaluation, state="done", level="full", rows=1)
    hostile = "<script>alert(1)</script>"
    store(run, 0, [rows(1, 1)[0].model_copy(update={"answer": hostile, "slices": (hostile, "x")})])
    html = page(run)
    assert "&lt;script&gt;" in html
    assert hostile not in html


def test_samples_go_by_pages_and_nonsense_in_the_address_does_no_harm(
    client: Client, page, evaluation: Evaluation
) -> None:
    run = make_run(evaluation=evaluation, state="done", rows=120)
    store(run, 0, rows(1, 120))
    seen: set[int] = set()
    after = -1
    while True:
        response = client.get(f"/runs/{run.pk}/samples/", {"target": 0, "after": after})
        shown = response.context["samples"]
        seen |= {row.n for row in shown.rows}
        if shown.next is None:
            break
        after = shown.next
    assert seen == set(range(120))
    for query in (
        {"target": "x"},
        {"after": "9" * 40},
        {"kind": "'; drop"},
        {"target": "-5"},
        {"target": "70000"},
    ):
        assert client.get(f"/runs/{run.pk}/samples/", query).status_code == 200


def test_start_cancel_and_resume_from_the_page(
    client: Client, engineer: User, acted: ActedSite, evaluation: Evaluation
) -> None:
    client.force_login(engineer)
    response = client.post(f"/evaluations/{evaluation.pk}/start/")
    run = Run.objects.get(evaluation=evaluation)
    assert response.headers["Location"] == f"/runs/{run.pk}/"
    assert dispatch() == 1
    client.post(f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert client.post(f"/runs/{run.pk}/cancel/").status_code == 409
    client.post(f"/runs/{run.pk}/resume/")
    run.refresh_from_db()
    assert (run.state, run.started_by) == ("queued", engineer)


def test_a_client_viewer_reads_the_verdict_and_starts_nothing(client: Client, evaluation: Evaluation) -> None:
    viewer = make_member(evaluation.engagement, "viewer", user=make_user(Role.CLIENT)).user
    run = make_run(evaluation=evaluation, state="done", verdict="met")
    client.force_login(viewer)
    assert "Run again" not in client.get(f"/runs/{run.pk}/").content.decode()
    assert client.post(f"/evaluations/{evaluation.pk}/start/").status_code == 403
    foreign = make_run(evaluation=make_evaluation(client="Other"))
    assert client.get(f"/runs/{foreign.pk}/").status_code == 404


def test_the_list_shows_only_runs_of_ones_engagements(client: Client, page, evaluation: Evaluation) -> None:
    mine, other = make_run(evaluation=evaluation), make_run(evaluation=make_evaluation(client="Other"))
    html = client.get("/runs/").content.decode()
    assert str(mine.pk) in html
    assert str(other.pk) not in html


def test_runs_start_only_where_a_site_has_introduced_itself(evaluation: Evaluation) -> None:
    from apps.core.errors import Refused
    from apps.dispatch.services import sites

    site = sites.enroll(by=None, name="silent", client=evaluation.engagement.client)
    with pytest.raises(Refused, match="not introduced"):
        runs.start(by=None, evaluation=evaluation, site=site)
