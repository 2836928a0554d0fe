"""Nothing of the client's leaves above its level: secrets go in everywhere, and all that leaves is searched."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.dataplane.contract.messages import Counts, Operation, Slot
from apps.dataplane.contract.plan import Plan
from apps.dataplane.contract.privacy import Level
from apps.dataplane.engine import Chunk, ChunkFailure
from apps.dataplane.samples import ChunkOutcome
from apps.dataplane.site import Site

from .conftest import make_site, set_policy
from .orders_at_work import World, answered
from .sources import plan_over, write_csv, write_jsonl

TEXT, NAME, ERROR, MAIL = "SecretText", "SecretName", "SecretError", "secret.person@bank.example"
ROWS = [
    [f"{TEXT}{n} {MAIL}", f"{TEXT}-label", f"{NAME}-{'abc'[n % 3]}", f"key-{TEXT}-{n}"] for n in range(30)
]
HEADER = ["text", "label", "channel", "id"]


class Hostile(Exception):
    """Stands for a parser whose message repeats the value."""


def outcome_of(chunk: Chunk) -> ChunkOutcome:
    """Every free field of an outcome carries a secret."""
    found = answered(
        chunk,
        prompt=f"prompt {TEXT} {MAIL}\0",
        answer=f"answer {TEXT} {MAIL}\ud800",
        detail=ERROR,
        scores={"exact": 1.0, TEXT: 1.0, "nan": math.nan},
        latency_ms=12.5,
    )
    found.outcomes[0].kind = f"kind {ERROR}"
    found.stopped, found.stopped_detail = ERROR, f"HTTP 500: {ERROR}"
    return found


def everything(site: Site, data: Path, privacy: Level) -> World:
    """Freeze, chunk, tally, heartbeat, and every kind of failure."""
    world = World(site)
    source = write_csv(data / "a.csv", HEADER, ROWS)
    plan = plan_over(source, slices=("channel",), key="id").model_copy(update={"privacy": privacy})
    world.report_on(Operation.FREEZE, plan, "freeze")
    world.runner.answer = outcome_of
    world.report_on(Operation.CHUNK, plan, "chunk", slot=Slot(target=0, start=0, stop=30))
    world.report_on(Operation.TALLY, plan, "tally")
    for number, result in enumerate(
        (ChunkFailure(ERROR, ERROR + " x", ERROR), ChunkFailure("timeout", "E", ERROR))
    ):
        world.runner.answer = lambda _, result=result: result  # type: ignore[misc]
        world.report_on(Operation.CHUNK, plan, f"bad{number}", slot=Slot(target=0, start=0, stop=3))
    for number, (header, rows) in enumerate(
        (
            (HEADER, [[*ROWS[0]], [*ROWS[0]]]),  # a key twice
            (HEADER, [[*ROWS[0], TEXT]]),  # ragged
            ([f"{NAME}text", "label", "channel", "id"], ROWS),  # a missing column, with a near name
            ([*HEADER, NAME, NAME], [[*ROWS[0], "", ""]]),  # a column twice
        )
    ):
        bad = plan_over(
            write_csv(data / f"{NAME}{number}.csv", header, rows),
            run=f"r{number}",
            slices=("channel",),
            key="id",
        )
        world.report_on(Operation.FREEZE, bad.model_copy(update={"privacy": privacy}), f"f{number}")
    path = data / f"{NAME}.jsonl"
    path.write_text(f'{{"text": "{TEXT}", {ERROR}}}\n')
    world.report_on(
        Operation.FREEZE, plan_over(write_jsonl(data / "x.jsonl", ["text"], [[TEXT]]), run="j"), "j"
    )
    world.orders._report(world.orders.boundary.failure("chunk", Hostile(ERROR)))
    world.envelopes.append(world.orders.heartbeat())
    world.orders.close()
    return world


@pytest.mark.parametrize("policy", list(Level))
@pytest.mark.parametrize("asked", list(Level))
@pytest.mark.parametrize("names", [False, True])
def test_no_secret_leaves_above_the_lower_level(
    tmp_path: Path, policy: Level, asked: Level, names: bool
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    world = everything(make_site(tmp_path / "site", data, level=policy, names=names), data, asked)
    out = world.bytes_out()
    level = min(policy, asked, key=lambda each: each.rank)
    assert len(world.envelopes) == 12
    assert ERROR not in out
    assert (NAME in out) == names
    assert (TEXT in out) == level.includes(Level.REDACTED)
    assert (MAIL in out) == (level is Level.FULL)
    assert ("[e-mail]" in out) == (level is Level.REDACTED)
    assert str(data) not in out
    assert "\\u0000" not in out
    chunk = world.reports()[1].body
    assert chunk.level == level
    assert len(chunk.rows) == (30 if level.includes(Level.SCORES) else 0)
    assert chunk.counts.done == 30
    assert {row.kind for row in chunk.rows} <= {"ok", "site_error"}
    assert all(row.scores == {"exact": 1.0} for row in chunk.rows)
    tally = world.reports()[2].body
    assert {summary.slice for summary in tally.summaries} == {
        "",
        *(f"channel={NAME}-{each}" if names else f"channel=channel#{n}" for n, each in enumerate("abc", 1)),
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=6, max_size=40), kind=st.text(max_size=10), code=st.text(max_size=10))
def test_no_text_at_all_leaves_at_scores(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: str, code: str
) -> None:
    folder = tmp_path_factory.mktemp("leak")
    data = folder / "data"
    data.mkdir()
    marked = f"<<{text}>>"
    world = World(make_site(folder / "site", data))
    source = write_jsonl(data / "a.jsonl", ["text", "label", "channel"], [[marked, marked, marked]] * 9)
    plan = plan_over(source, slices=("channel",))
    world.report_on(Operation.FREEZE, plan, "freeze")

    def answer(chunk: Chunk) -> ChunkOutcome:
        found = answered(chunk, prompt=marked, answer=marked, detail=marked, kind=kind + marked)
        found.stopped = found.stopped_detail = code + marked
        return found

    world.runner.answer = answer
    world.report_on(Operation.CHUNK, plan, "chunk", slot=Slot(target=0, start=0, stop=9))
    world.report_on(Operation.TALLY, plan, "tally")
    world.orders.close()
    assert "<<" not in world.bytes_out()
    assert ">>" not in world.bytes_out()


class TestLabels:
    def test_are_stable_over_runs_and_restarts_and_can_be_looked_up_here_only(
        self, site: Site, data: Path
    ) -> None:
        from apps.dataplane.labels import Labels

        labels = Labels(site.state)
        given = [labels.of("channel", value) for value in ("web", "phone", "web", "")]
        assert given == ["channel#1", "channel#2", "channel#1", "channel#3"]
        assert labels.of("tier", "web") == "tier#1"
        again = Labels(site.state)
        assert again.of("channel", "phone") == "channel#2"
        assert again.of("channel", "new") == "channel#4"
        assert ("channel#2", "channel", "phone") in list(again.all())
        assert (site.state / "labels.sqlite").stat().st_mode & 0o777 == 0o600


class TestAggregate:
    def report(self, site: Site, data: Path, stop: int, **counts: Any) -> Any:
        set_policy(site, level=Level.AGGREGATE)
        world = World(site)
        plan: Plan = plan_over(write_csv(data / "a.csv", HEADER, ROWS))
        found = world.orders.boundary.chunk(
            plan, Slot(target=0, start=0, stop=stop), ChunkOutcome([]), Counts(done=stop, **counts)
        )
        world.orders.close()
        return found

    def test_a_chunk_too_small_to_speak_of_says_only_how_far_it_is(self, site: Site, data: Path) -> None:
        told = {"errors": {"timeout": 1}, "answers": {"refused": 1}, "input_tokens": 7, "cost": 0.1}
        assert self.report(site, data, 4, **told, stopped="cancelled").counts == Counts(
            done=4, stopped="cancelled"
        )
        assert self.report(site, data, 5, **told).counts == Counts(done=5, **told)  # type: ignore[arg-type]


def test_long_texts_are_cut_so_that_a_report_fits_its_envelope(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    world = World(make_site(tmp_path / "site", data, level=Level.FULL))
    source = write_csv(data / "a.csv", ["text", "label"], [[f"t{n}", "x"] for n in range(500)])
    plan = plan_over(source).model_copy(update={"privacy": Level.FULL})
    world.report_on(Operation.FREEZE, plan, "freeze")
    world.runner.answer = lambda chunk: answered(chunk, answer="\u0001" * 100_000, prompt="p")
    report = world.report_on(Operation.CHUNK, plan, "chunk", slot=Slot(target=0, start=0, stop=500))
    world.orders.close()
    assert len(report.body.rows) == 500
    assert len(world.envelopes[1]) < 64 * 1024 * 1024
    assert report.body.rows[0].answer.endswith("…")
    assert report.body.rows[0].input == "t0"
