"""What gates promise, whatever happens to them: pure rules, tried with whatever Hypothesis thinks of."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engagements.rules import evidence, gates, items
from apps.engagements.rules.gates import Asked, Standing
from apps.engagements.rules.stages import STAGES

FOUND = st.sampled_from(["passed", "failed", "undecided"])
ASKED = st.builds(
    Asked, title=st.text(max_size=5), found=FOUND, overridden=st.booleans(), covered=st.booleans()
)
OUTCOMES = st.sampled_from(["go", "conditional", "no_go"])
START = Standing("scoping", dict.fromkeys(gates.GATES, "open"))


@given(st.lists(ASKED), st.integers(0, 3), OUTCOMES)
def test_what_may_be_decided_and_what_stands_in_the_way_agree(
    asked: list[Asked], conditions: int, outcome: str
) -> None:
    if conditions and outcome in {"go", "no_go"}:
        assert gates.obstacle(outcome, asked, conditions=conditions, reason="because")
        return
    may = outcome in gates.outcomes(asked, conditions=conditions)
    assert bool(gates.obstacle(outcome, asked, conditions=conditions, reason="because")) != may


@given(st.lists(ASKED, min_size=1))
def test_a_go_means_that_everything_has_passed_or_was_overridden(asked: list[Asked]) -> None:
    may = "go" in gates.outcomes(asked, conditions=0)
    assert may == all(one.found == "passed" or one.overridden for one in asked)


@given(st.lists(ASKED), st.integers(1, 3))
def test_a_condition_never_covers_what_has_failed(asked: list[Asked], conditions: int) -> None:
    if any(one.found == "failed" and not one.overridden for one in asked):
        assert "conditional" not in gates.outcomes(asked, conditions=conditions)
        assert gates.obstacle("conditional", asked, conditions=conditions, reason="because")


@given(st.lists(ASKED), OUTCOMES)
def test_whatever_is_no_go_needs_a_reason(asked: list[Asked], outcome: str) -> None:
    refused = gates.obstacle(outcome, asked, conditions=int(outcome == "conditional"), reason="")
    assert (refused == gates.SAY_WHY) == (outcome != "go")


@given(st.lists(ASKED))
def test_no_is_always_possible(asked: list[Asked]) -> None:
    assert gates.obstacle("no_go", asked, conditions=0, reason="because") == ""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), st.sampled_from(gates.GATES), OUTCOMES),
        st.tuples(st.just("reopen"), st.sampled_from(gates.GATES), st.just("")),
    ),
    max_size=25,
)


@given(STEPS)
def test_however_it_goes_the_gates_behind_are_passed_and_only_they(steps: list[tuple[str, str, str]]) -> None:
    standing = START
    for step, gate, outcome in steps:
        before = standing
        try:
            if step == "decide":
                standing = gates.after_decision(standing, gate, outcome)
            else:
                standing = gates.after_reopening(standing, gate)
        except ValueError:
            assert standing is before
            continue
        here = STAGES.index(standing.stage)
        for each in gates.GATES:  # those that lie behind are passed, and only they
            assert (standing.gates[each] in gates.BEHIND) == (STAGES.index(each) < here)
        forward = STAGES.index(standing.stage) - STAGES.index(before.stage)
        assert forward <= 1, "no stage is left out"
        if forward == 1:
            assert before.stage == gate
        for name, state in standing.gates.items():
            was = before.gates[name]
            assert state == was or items.may_move("gate", was, state), f"{name}: {was} → {state}"


@given(STEPS, st.sampled_from(gates.GATES))
def test_a_later_gate_is_never_decided_before_its_turn(steps: list[tuple[str, str, str]], gate: str) -> None:
    refused = gates.closed_to(START, gate, "go")
    assert bool(refused) == (gate != "scoping")


PART = st.fixed_dictionaries(
    {"what": st.sampled_from(["accuracy", "dataset", "prompt"])},
    optional={
        "run": st.integers(1, 4),
        "model": st.sampled_from(["a", "b"]),
        "snapshot": st.sampled_from(["0" * 64, "f" * 64]),
        "value": st.floats(allow_nan=False),
        "beside": st.dictionaries(st.text(max_size=3), st.integers()),
        "says": st.text(max_size=10),
    },
)
PARTS = st.lists(PART, max_size=6)


@given(PARTS, st.randoms())
def test_the_same_evidence_in_another_order_is_never_stale(parts: list[dict], chance) -> None:
    shuffled = copy.deepcopy(parts)
    chance.shuffle(shuffled)
    assert evidence.part_changes(parts, shuffled) == []
    assert evidence.part_changes(json.loads(evidence.canonical(parts)), shuffled) == []


@given(PARTS, PART)
def test_an_added_or_removed_part_is_named(parts: list[dict], part: dict) -> None:
    for said in (evidence.part_changes(parts, [*parts, part]), evidence.part_changes([*parts, part], parts)):
        assert len(said) == 1
        assert said[0].startswith(part["what"])


@given(PARTS, PARTS)
def test_evidence_that_differs_in_what_matters_is_never_silent(then: list[dict], now: list[dict]) -> None:
    def essence(parts: list[dict]) -> list[str]:
        return sorted(evidence.canonical(evidence.compared(part)) for part in parts)

    assert bool(evidence.part_changes(then, now)) == (essence(then) != essence(now))


@given(PARTS)
def test_what_is_for_people_alone_changes_nothing(parts: list[dict]) -> None:
    other = [{**part, "says": "something else", "beside": {"run": 99}} for part in parts]
    assert evidence.part_changes(parts, other) == []
    assert evidence.fixed([row(evidence=parts)]) == evidence.fixed([row(evidence=other)])


def row(**changes) -> dict:
    return {
        "id": "1",
        "title": "Accuracy",
        "proof": "check",
        "found": "passed",
        "text": "",
        "evidence": [],
    } | changes


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (
            {"what": "accuracy", "run": 2, "says": "run 2 met it"},
            {"what": "accuracy", "run": 4, "says": "run 4 with model b missed the threshold"},
            "accuracy: run 4 with model b missed the threshold (before: run 2 met it)",
        ),
        (
            {"what": "accuracy", "run": 2, "model": "a"},
            {"what": "accuracy", "run": 2, "model": "b"},
            "accuracy: model a → b",
        ),
        (
            {"what": "dataset", "snapshot": "a" * 64},
            {"what": "dataset", "snapshot": "b" * 64},
            "dataset: another snapshot",
        ),
        (
            {"what": "target X", "prompt": "Say\nso"},
            {"what": "target X", "prompt": "Say\nno"},
            "target X: another prompt",
        ),
        ({"what": "owner"}, {"what": "owner", "name": "Ana"}, "owner: name none → Ana"),
    ],
)
def test_a_change_is_said_in_words(then: dict, now: dict, said: str) -> None:
    assert evidence.part_changes([then], [now]) == [said]


def test_what_is_found_and_what_is_required_count_too() -> None:
    assert evidence.changes([row()], [row(found="failed")]) == ["Accuracy: now failed (was passed)"]
    assert evidence.changes([row()], []) == ["Accuracy: no longer required"]
    assert evidence.changes([], [row()]) == ["Accuracy: required since"]
    assert evidence.changes([row(), row(id="2")], [row(id="2"), row()]) == []


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)
)
def test_anything_has_a_digest_that_survives_being_kept(value) -> None:
    kept = json.loads(json.dumps(evidence.plain(value)))
    assert evidence.digest_of(kept) == evidence.digest_of(value)


@given(st.dictionaries(st.text(max_size=4), st.integers(), max_size=4))
def test_a_digest_knows_no_order(value: dict) -> None:
    assert evidence.digest_of(dict(reversed(value.items()))) == evidence.digest_of(value)


@pytest.mark.parametrize("state", ["passed", "conditional", "open", "stopped"])
@pytest.mark.parametrize("stale", [True, False])
@pytest.mark.parametrize("overrides", [0, 2])
def test_the_rail_says_all_of_it_in_words(state: str, stale: bool, overrides: int) -> None:
    mark = gates.mark(state, stale=stale, overrides=overrides, ready=False, moved=False)
    assert ("overridden" in mark.words) == bool(overrides) == mark.overridden
    if state in gates.BEHIND:
        assert ("has changed" in mark.words) == stale
        assert mark.words.startswith("passed")
    assert gates.mark("open", stale=False, overrides=0, ready=True, moved=False).shape == "ready"


@pytest.mark.parametrize("state", sorted(gates.BEHIND))
def test_a_gate_that_nobody_decided_is_never_called_passed(state: str) -> None:
    mark = gates.mark(state, stale=False, overrides=0, ready=False, moved=True)
    decided = gates.mark(state, stale=False, overrides=0, ready=False, moved=False)
    assert mark.shape != decided.shape
    assert "without a decision" in mark.words
    assert "passed" not in f"{mark.words} {mark.short}"
