"""What changed in a spec, told so that a person sees it."""

import time

from hypothesis import given
from hypothesis import strategies as st

from apps.pilots.rules.differences import Change, differences, lines_of

BEFORE = {
    "prompt": "Which department?\n{{ text }}",
    "targets": [
        {"name": "small", "kind": "openai", "model": "qwen-4b", "params": {"temperature": 0}},
        {"name": "old", "kind": "recorded", "column": "answer"},
    ],
    "scorers": ["exact", {"regex": "^[A-Z]"}],
    "limits": {"cost": 5.0, "retries": 4},
}


def changed(**settings: object) -> dict[str, Change]:
    return {change.name: change for change in differences(BEFORE, {**BEFORE, **settings}).changed}


def test_equal_settings_differ_in_nothing() -> None:
    found = differences(BEFORE, BEFORE)
    assert found.changed == []
    assert ("targets.small.params.temperature", "0") in found.same


def test_a_setting_is_told_as_before_and_after() -> None:
    found = changed(limits={"cost": 20.0, "retries": 4})
    assert found == {"limits.cost": Change("limits.cost", "5", "20")}


def test_targets_are_known_by_their_names_and_not_by_their_place() -> None:
    assert changed(targets=BEFORE["targets"][::-1]) == {}
    found = changed(targets=[{**BEFORE["targets"][0], "model": "qwen-8b"}])
    assert found["targets.small.model"].after == "qwen-8b"
    assert found["targets.old.column"].after is None


def test_what_was_not_set_before_is_new() -> None:
    assert changed(cache="reuse")["cache"].before is None


def test_a_prompt_is_told_line_by_line() -> None:
    found = changed(prompt="Which department?\nAnswer with its name only.\n{{ text }}")["prompt"]
    assert [(line.sign, line.text) for line in found.lines] == [
        (" ", "Which department?"),
        ("+", "Answer with its name only."),
        (" ", "{{ text }}"),
    ]


def test_long_stretches_of_the_same_are_folded() -> None:
    text = "\n".join(str(number) for number in range(100))
    lines = lines_of(text, text.replace("50", "fifty"))
    assert [line.text for line in lines] == [
        "… 48 unchanged lines", "48", "49", "50", "fifty", "51", "52", "… 47 unchanged lines",
    ]  # fmt: skip


@given(st.text("ab\n", max_size=60), st.text("ab\n", max_size=60))
def test_removed_and_added_lines_make_one_text_of_the_other(before: str, after: str) -> None:
    lines = lines_of(before, after)
    folded = sum(int(line.text.split()[1]) - 1 for line in lines if line.text.startswith("…"))
    assert sum(line.sign in " -" for line in lines) + folded == len(before.splitlines())
    assert sum(line.sign in " +" for line in lines) + folded == len(after.splitlines())


def test_a_huge_text_takes_no_time() -> None:
    began = time.process_time()
    lines = lines_of("a\n" * 100_000, "b\n" * 100_000)
    assert time.process_time() - began < 2
    assert (len(lines), lines[-1].text) == (2_002, "… 99000 more lines")
