"""Two runs side by side: the figures are those of the samples, and nobody compares what they may not see."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role, User
from apps.connectors.models import Snapshot
from apps.dispatch.models import Site
from apps.pilots import spec
from apps.pilots.models import Evaluation, Metric, Result, Run, RunTarget
from apps.pilots.presenters.difference import signed
from apps.pilots.rules.comparison import Pairs, flips_by_chance, paired_share
from apps.pilots.rules.pairing import Ground, why_apart
from apps.pilots.selectors import flips
from tests.factories import make_member, make_user
from tests.factories.runs import make_evaluation, make_run
from tests.pilots.test_results import rows, store


def set_spec(evaluation: Evaluation, **changes: Any) -> Evaluation:
    """A spec with two scorers, slices and two targets, some of it changed."""
    data = evaluation.spec
    written = {
        "client": data["client"],
        "engagement": data["engagement"],
        "dataset": {
            "source": data["dataset"]["source"],
            "key": "id",
            "input": ["text"],
            "reference": "label",
            "slices": ["channel", "language"],
        },
        "prompt": "Which department?\n{{ text }}",
        "targets": [
            {"name": "target 0", "kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "small"},
            {"name": "target 1", "kind": "recorded", "column": "text"},
        ],
        "scorers": ["exact", "token_f1"],
    }
    evaluation.spec = spec.to_data(spec.from_data({**written, **changes}))
    evaluation.save()
    return evaluation


@pytest.fixture
def evaluation(db) -> Evaluation:
    return set_spec(make_evaluation())


@pytest.fixture
def engineer(evaluation: Evaluation) -> User:
    return make_member(evaluation.engagement).user


@pytest.fixture
def web(client: Client, engineer: User) -> Client:
    client.force_login(engineer)
    return client


def next_version(evaluation: Evaluation, **changes: Any) -> Evaluation:
    following = Evaluation.objects.create(
        engagement=evaluation.engagement,
        dataset=evaluation.dataset,
        name=evaluation.name,
        version=evaluation.version + 1,
        spec=evaluation.spec,
    )
    return set_spec(following, **changes)


def finished(evaluation: Evaluation, seed: int, number: int = 200, **fields: Any) -> Run:
    run = make_run(evaluation=evaluation, **{"state": "done", "level": "scores", "rows": number, **fields})
    RunTarget.objects.filter(run=run, position=0).update(kind="openai")
    for target in (0, 1):
        store(run, target, rows(seed + target, number))
    return run


def get(web: Client, a: Run, b: Run, **query: str) -> Any:
    response = web.get("/runs/compare/", {"a": str(a.pk), "b": str(b.pk), **query})
    assert response.status_code == 200
    return response


def test_differences_and_flips_are_those_of_the_samples(web: Client, evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    found = get(web, a, b).context["found"]
    assert (found.apart, found.both, found.only_a, found.only_b) == ("", 200, 0, 0)
    both = [
        (x.scores["exact"], y.scores["exact"])
        for x, y in zip(rows(1, 200), rows(5, 200), strict=True)
        if x.scores and y.scores
    ]
    lost, gained = sum(x > y for x, y in both), sum(x < y for x, y in both)
    exact = found.lines[0]
    assert (exact.lost, exact.gained, exact.difference.n) == (lost, gained, len(both))
    right = sum(x for x, _ in both)
    expected = paired_share(
        Pairs(n=len(both), a=right, b=right + gained - lost, rise=gained, gained=gained, lost=lost)
    )
    assert (exact.difference.low, exact.difference.high) == (expected.low, expected.high)
    assert exact.difference.value == pytest.approx((gained - lost) / len(both))
    assert exact.chance_words == f"{flips_by_chance(lost, gained):.3f}"
    assert sum(line.lost for line in found.slices if line.column == "channel") == lost
    assert [line.name for line in found.lines] == [
        "exact", "token_f1", "error_rate", "cost_per_1000", "latency_mean",
    ]  # fmt: skip


def test_each_metric_has_a_verdict_in_words(web: Client, evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 1)
    found = get(web, a, b).context["found"]
    assert {line.words for line in found.lines} == {"no difference that these samples can show"}
    store(b, 0, [row.model_copy(update={"scores": {"exact": 1.0, "token_f1": 1.0}}) for row in rows(1, 200)])
    html = get(web, a, b).content.decode()
    assert "better" in html
    assert "&lt; 0.001" in html


def test_two_targets_of_one_run_are_compared_and_can_be_swapped(web: Client, evaluation: Evaluation) -> None:
    run = finished(evaluation, 1)
    response = get(web, run, run)
    assert [response.context[side].target.position for side in "ab"] == [0, 1]
    assert "model" in [change.name.rpartition(".")[2] for change in response.context["changes"].changed]
    swapped = get(web, run, run, at="1", bt="0").context["found"]
    straight = response.context["found"]
    assert swapped.lines[0].difference.value == -straight.lines[0].difference.value
    assert swapped.lines[0].lost == straight.lines[0].gained


def test_the_target_of_the_same_name_is_taken_whatever_its_place(web: Client, evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    RunTarget.objects.filter(run=b).update(name="other")
    RunTarget.objects.filter(run=b, position=1).update(name="target 0")
    assert get(web, a, b).context["b"].target.position == 1


def test_what_changed_in_the_spec_is_told(web: Client, evaluation: Evaluation) -> None:
    later = next_version(
        evaluation, prompt="Which department?\nIts name only.\n{{ text }}", limits={"cost": 20.0}
    )
    response = get(web, finished(evaluation, 1), finished(later, 5))
    changes = {change.name: change for change in response.context["changes"].changed}
    assert set(changes) == {"prompt", "limits.cost"}
    assert ("+", "Its name only.") in [(line.sign, line.text) for line in changes["prompt"].lines]
    html = response.content.decode()
    assert "Its name only." in html
    assert "unchanged" in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"level": "aggregate"}, "At level aggregate no sample leaves the site"),
        ({"level": ""}, "no results yet"),
    ],
)
def test_without_samples_each_side_stands_on_its_own(
    web: Client, evaluation: Evaluation, fields: dict, words: str
) -> None:
    a, b = finished(evaluation, 1, **fields), finished(evaluation, 5)
    for run, value in ((a, 0.6), (b, 0.8)):
        for slice_ in ("", "channel=mail"):
            Metric.objects.create(
                target=run.targets.get(position=0), name="exact", slice=slice_,
                value=value, low=value - 0.05, high=value + 0.05, n=200,
            )  # fmt: skip
    response = get(web, a, b)
    found = response.context["found"]
    assert words in response.content.decode()
    assert [line.name for line in found.lines] == ["exact"]
    assert found.lines[0].difference.value == pytest.approx(0.2)
    assert found.lines[0].difference.low == pytest.approx(0.2 - 0.05 * 2**0.5)
    assert [line.value for line in found.slices] == ["mail"]
    assert "flips" not in response.context


def test_another_site_is_not_paired(web: Client, evaluation: Evaluation) -> None:
    other = Site.objects.create(name="elsewhere")
    a, b = finished(evaluation, 1), finished(evaluation, 5, site=other)
    response = get(web, a, b)
    assert "two sites" in response.content.decode()
    assert response.context["found"].both == 0


def test_equal_keys_of_another_source_are_not_the_same_samples(web: Client, evaluation: Evaluation) -> None:
    dataset = {**evaluation.spec["dataset"], "source": {"kind": "csv", "path": "/data/other.csv"}}
    later = next_version(evaluation, dataset=dataset)
    assert "two sources" in get(web, finished(evaluation, 1), finished(later, 5)).content.decode()


def test_without_a_sample_in_common_it_says_so(web: Client, evaluation: Evaluation) -> None:
    a = finished(evaluation, 1)
    b = make_run(evaluation=evaluation, state="done", level="scores")
    assert "no sample in common" in get(web, a, b).content.decode()


def test_rows_that_were_frozen_twice_are_paired_with_a_warning(web: Client, evaluation: Evaluation) -> None:
    site = Site.objects.create(name="here")
    snapshots = [
        Snapshot.objects.create(
            dataset=evaluation.dataset, site=site, digest=digest * 64, rows=200, source_rows=200
        )
        for digest in "ab"
    ]
    a, b = (finished(evaluation, 1, site=site, snapshot=snapshot) for snapshot in snapshots)
    response = get(web, a, b)
    assert response.context["found"].both == 200
    assert "frozen at two times" in response.content.decode()


def test_a_run_that_is_not_whole_is_compared_with_a_warning(web: Client, evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5, number=60, state="cancelled")
    response = get(web, a, b)
    assert (response.context["found"].both, response.context["found"].only_a) == (60, 140)
    assert "not whole" in response.content.decode()


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (("scores", "s", "x", "id"), ("full", "s", "x", "id"), ""),
        (("scores", "s", "x", None), ("scores", "s", "y", None), ""),
        (("scores", "s", "x", "id"), ("scores", "s", "x", "no"), "two sources"),
        (("scores", "s", "x", "id"), ("scores", "s", "x", None), "two sources"),
        (("aggregate", "s", "x", "id"), ("scores", "s", "x", "id"), "aggregate"),
        (("scores", "s", "x", "id"), ("scores", "t", "x", "id"), "two sites"),
        (("", "s", "x", "id"), ("scores", "s", "x", "id"), "no results"),
    ],
)
def test_only_keys_that_mean_the_same_are_paired(a: tuple, b: tuple, words: str) -> None:
    found = why_apart(Ground(*a), Ground(*b))
    assert found == why_apart(Ground(*b), Ground(*a))
    assert (words in found) if words else found == ""


@pytest.mark.parametrize("wrong", ["", "nonsense", str(UUID(int=1)), "\0"])
def test_a_run_that_is_missing_is_missing(web: Client, evaluation: Evaluation, wrong: str) -> None:
    run = finished(evaluation, 1)
    for query in ({"a": str(run.pk), "b": wrong}, {"a": wrong, "b": str(run.pk)}, {"a": wrong, "b": wrong}):
        assert web.get("/runs/compare/", query).status_code == 404


def test_a_run_of_another_client_looks_like_a_missing_one(web: Client, evaluation: Evaluation) -> None:
    mine, foreign = finished(evaluation, 1), finished(set_spec(make_evaluation(client="Other")), 5)
    answers = [
        web.get("/runs/compare/", {"a": str(mine.pk), "b": key}) for key in (str(foreign.pk), str(uuid4()))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    changing = r'(X-CSRFToken": "|value=")[^"]+'  # the form's token, and the address itself
    theirs, missing = (re.sub(changing, "", each.content.decode()) for each in answers)
    assert theirs == missing
    chosen = web.get("/runs/compare/", {"run": [str(mine.pk), str(foreign.pk)]})
    assert chosen.status_code == 404


def test_runs_of_two_clients_are_never_compared(client: Client, evaluation: Evaluation) -> None:
    client.force_login(make_user(Role.ADMIN))
    mine, other = finished(evaluation, 1), finished(set_spec(make_evaluation(client="Other")), 5)
    response = client.get("/runs/compare/", {"a": str(mine.pk), "b": str(other.pk)})
    assert response.status_code == 409
    assert "two clients" in response.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_compares_exactly_two(web: Client, evaluation: Evaluation, number: int) -> None:
    runs = [make_run(evaluation=evaluation) for _ in range(number)]
    response = web.get("/runs/compare/", {"run": [str(run.pk) for run in runs]})
    assert response.status_code == 409
    assert "exactly two" in response.content.decode()


def test_the_older_of_two_chosen_runs_is_a(web: Client, evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    for chosen in ((a, b), (b, a)):
        response = web.get("/runs/compare/", {"run": [str(run.pk) for run in chosen]})
        assert response.headers["Location"] == f"/runs/compare/?a={a.pk}&b={b.pk}"


def test_a_run_with_one_target_has_nothing_beside_it(web: Client, evaluation: Evaluation) -> None:
    run = make_run(evaluation=evaluation, targets=1, state="done")
    assert web.get("/runs/compare/", {"a": str(run.pk), "b": str(run.pk)}).status_code == 409


@pytest.mark.parametrize(
    "query",
    [
        {"at": "99"},
        {"bt": "x"},
        {"at": "-1", "bt": "9" * 40},
        {"metric": "'; drop"},
        {"metric": "token_f1"},
        {"after": "x", "way": "sideways"},
        {"after": "9" * 40},
    ],
)
def test_nonsense_in_the_address_does_no_harm(web: Client, evaluation: Evaluation, query: dict) -> None:
    get(web, finished(evaluation, 1, number=20), finished(evaluation, 5, number=20), **query)


def test_flips_go_by_pages_and_keep_to_the_level(web: Client, evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    hostile = "<script>alert(1)</script>"
    for run in (a, b):
        store(run, 0, [row.model_copy(update={"answer": None}) for row in rows(1 if run == a else 5, 200)])
    assert "Answer of A" not in get(web, a, b).content.decode()
    page = get(web, a, b).context["flips"]
    assert len(page.rows) == flips.PER_PAGE
    following = web.get(
        "/runs/compare/",
        {"a": str(a.pk), "b": str(b.pk), "after": str(page.next)},
        headers={"HX-Request": "true", "HX-Target": "flips"},
    )
    assert following.context["flips"].rows[0].n > page.rows[-1].n
    assert "<html" not in following.content.decode()
    Run.objects.filter(pk__in=[a.pk, b.pk]).update(level="redacted")
    store(b, 0, [row.model_copy(update={"answer": hostile}) for row in rows(5, 200)])
    html = get(web, a, b).content.decode()
    assert "Answer of B" in html
    assert "&lt;script&gt;" in html
    assert hostile not in html


def test_the_queries_do_not_grow_with_the_runs(web: Client, evaluation: Evaluation) -> None:
    numbers = []
    for number in (10, 2000):
        a, b = finished(evaluation, 1, number=number), finished(evaluation, 5, number=number)
        with CaptureQueriesContext(connection) as caught:
            get(web, a, b)
        numbers.append(len(caught))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 20


def test_a_client_viewer_sees_figures_and_not_the_spec(client: Client, evaluation: Evaluation) -> None:
    viewer = make_member(evaluation.engagement, "viewer", user=make_user(Role.CLIENT)).user
    client.force_login(viewer)
    html = get(client, finished(evaluation, 1), finished(evaluation, 5)).content.decode()
    assert "B − A" in html
    assert "What changed in the spec" not in html


def test_a_client_viewer_sees_no_single_sample(
    client: Client, web: Client, evaluation: Evaluation, engineer: User
) -> None:
    """Figures are shared with the client's viewers; samples, which may hold text, are not: by no page of theirs."""
    a, b = finished(evaluation, 1, level="full"), finished(evaluation, 5, level="full")
    key = Result.objects.filter(run=b).values_list("key", flat=True)[0][:10]
    addresses = (f"/runs/{b.pk}/", f"/runs/compare/?a={a.pk}&b={b.pk}")
    shown = [web.get(address).content.decode() for address in addresses]
    assert key in shown[0]
    assert all("<h2>Samples" in html for html in shown)
    client.force_login(make_member(evaluation.engagement, "viewer", user=make_user(Role.CLIENT)).user)
    for address in addresses:
        hidden = client.get(address).content.decode()
        assert "<h2>Samples" not in hidden
        assert key not in hidden
    fragment = client.get(addresses[1], headers={"HX-Request": "true", "HX-Target": "flips"})
    assert key not in fragment.content.decode()
    assert client.get(f"/runs/{b.pk}/samples/").status_code == 403


def test_a_runs_page_leads_to_its_comparisons(web: Client, evaluation: Evaluation) -> None:
    a = finished(evaluation, 1)
    b = finished(next_version(evaluation), 5)
    html = web.get(f"/runs/{b.pk}/").content.decode()
    assert f"/runs/compare/?a={a.pk}&amp;b={b.pk}" in html
    assert f"/runs/compare/?a={b.pk}&amp;b={b.pk}" in html
    assert f"?a={b.pk}&amp;b={a.pk}" not in web.get(f"/runs/{a.pk}/").content.decode()


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (0.0213, "percent", "+2.1\u202fpp"),
        (-0.0213, "percent", "−2.1\u202fpp"),
        (0.0, "percent", "0.0\u202fpp"),
        (-0.00001, "percent", "0.0\u202fpp"),
        (1234.0, "milliseconds", "+1.2\u202fs"),
        (-0.5, "money", "−$0.5"),
        (None, "percent", "–"),
    ],
)
def test_a_difference_is_written_with_its_sign(value: float | None, kind: str, written: str) -> None:
    assert signed(value, kind) == written
