"""Scorers: right by oracles that share no code with them, total and linear on whatever an endpoint may say."""

import json
import re
import string
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.dataplane.contract.plan import Scorer
from apps.dataplane.scorers import BUILDERS, PatternRefused, build
from apps.dataplane.scorers.numeric import last_number

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)  # lone surrogates too
WORDS = st.text(alphabet="aA tThHeEnN.,'-é—\u00a0\n", max_size=30)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def scorer(kind: str, **more: object):
    return build(Scorer.model_validate({"name": kind, "kind": kind, **more}))


ALL = [
    scorer("exact"),
    scorer("contains"),
    scorer("regex", pattern="(a+)+$"),
    scorer("numeric", tolerance=0.5),
    scorer("json_fields", fields=("a", "b")),
    scorer("token_f1"),
]


def test_every_kind_of_the_contract_has_a_scorer():
    assert set(BUILDERS) == set(Scorer.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT)
@example("1e999999", "1e999998")
@example("1e99999999999999999999", "1")
@example('{"a": NaN}', '{"a": 1}')
def test_every_scorer_is_total_and_stays_between_0_and_1(answer: str, reference: str):
    for score in ALL:
        found = score(answer, reference)
        assert found is None or 0.0 <= found <= 1.0


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 1_000_000,
        "aA " * 300_000,
        "\x00" * 1_000_000,
        "\ud800" * 1_000_000,
        "9" * 1_000_000,
        "1." * 500_000,
        "1,234" * 200_000,
        "1.234" * 200_000 + ",",
        ",123" * 200_000,
        "1 " * 500_000,
        "-" * 1_000_000 + "1",
        "$" * 1_000_000,
        "1e" + "9" * 1_000_000,
        "0." + "0" * 1_000_000 + "1e-5",
        "[" * 1_000_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '{"a": ' + "9" * 1_000_000 + "}",
        "```" * 300_000,
        "```json\n" + '{"a": "' + "x" * 1_000_000 + '"}\n```',
        "(" * 1_000_000,
    ],
    ids=lambda text: f"{text[:8]!r}x{len(text)}",
)
def test_hostile_answers_are_scored_in_linear_time(hostile: str):
    """Were any of them quadratic, this would take hours."""
    for score in ALL:
        score(hostile, "1")
        score("1", hostile)
        score(hostile, hostile)


# exact and contains


@settings(deadline=None)
@given(ANY_TEXT, st.text(alphabet=" \t\n\r", max_size=3), st.text(alphabet=" \t\n\r", max_size=3))
def test_exact_strips_outer_white_space_only(text: str, before: str, after: str):
    exact = scorer("exact")
    assert exact(before + text + after, text) == 1.0
    assert exact(text + "x", text) == 0.0
    assert exact("Yes", "yes") == exact("a  b", "a b") == exact("yes.", "yes") == 0.0


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_contains_finds_the_reference_anywhere(one: str, other: str):
    contains = scorer("contains")
    assert contains(one + other, other) == 1.0
    assert contains(one, other) == float(one.find(other.strip()) >= 0)


# regex


def test_regex_searches_and_needs_no_reference():
    search = scorer("regex", pattern=r"^\s*(yes|no)\b")
    assert [search(text, "") for text in ("yes, it is", " no", "maybe yes", "")] == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)", "a{2000}", "\ud800", "[z-a]"])
def test_a_pattern_that_re2_refuses_is_refused(pattern: str, capfd):
    with pytest.raises(PatternRefused):
        scorer("regex", pattern=pattern)
    assert capfd.readouterr().err == ""


# numeric


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", "42"),
        ("The answer is 42.", "42"),
        ("It costs $1,234.50!", "1234.50"),
        ("from 3 to 5", "5"),
        ("-7", "-7"),
        ("−7", "-7"),
        ("is -7.25%", "-7.25"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("€ 12", "12"),
        ("12 €", "12"),
        ("12,345,678", "12345678"),
        ("1'234'567.5", "1234567.5"),
        ("1\u00a0234\u202f567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("+3", "3"),
        ("1,5", "5"),
        ("1, 2, 3", "3"),
        ("10-5", "5"),
        ("2024-05-17", "17"),
        ("x-5", "5"),
        ("1e5", "100000"),
        ("2.5E-3 m", "0.0025"),
        ("42nd", "42"),
        ("(42)", "42"),
        ("**42**", "42"),
        ("= 42 \n\n", "42"),
        ("1,234,56", "56"),
        ("12345678901234567891", "12345678901234567891"),
        ("no number", None),
        ("", None),
        ("-", None),
        ("٣", None),
    ],
)
def test_the_last_number_of_a_text(text: str, number: str | None):
    assert last_number(text) == (None if number is None else Decimal(number))


@settings(deadline=None)
@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 99),
    st.sampled_from(["", "$", "€"]),
    st.sampled_from(["", "%", ".", "!", " items", ")", " %."]),
    st.sampled_from(["", "It is ", "2 and ", "1,000 then\n", "a-b ", "= "]),
)
def test_a_formatted_number_is_read_back(whole: int, cents: int, sign: str, after: str, before: str):
    value = Decimal(whole) + Decimal(cents) / 100 * (-1 if whole < 0 else 1)
    minus = "-" if value < 0 else ""
    for text in (f"{abs(value):,.2f}", f"{abs(value):.2f}", f"{abs(value):,.2f}".replace(",", "'")):
        assert last_number(before + minus + sign + text + after) == value
        assert scorer("numeric")(before + minus + sign + text + after, str(value)) == 1.0


@pytest.mark.parametrize(
    ("answer", "reference", "tolerance", "score"),
    [
        ("10", "10.0", 0, 1.0),
        ("10.3", "10", 0.3, 1.0),
        ("10.31", "10", 0.3, 0.0),
        ("12345678901234567890", "12345678901234567891", 0, 0.0),
        ("none", "1", 0, None),
        ("1", "none", 0, 0.0),
        ("1e999999", "5", 1e300, 0.0),
    ],
)
def test_numeric_compares_within_its_tolerance(
    answer: str, reference: str, tolerance: float, score: float | None
):
    assert scorer("numeric", tolerance=tolerance)(answer, reference) == score


# json_fields


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), JSON), st.dictionaries(st.sampled_from("abc"), JSON))
def test_json_fields_is_the_share_of_equal_fields(said: dict, meant: dict):
    def canonical(value: object) -> str:
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return repr(value)
        if isinstance(value, int | float):
            return f"number {Fraction(value)}"
        if isinstance(value, dict):
            return f"object {sorted((key, canonical(item)) for key, item in value.items())}"
        return repr([canonical(item) for item in value])  # type: ignore[attr-defined]

    fields = ("a", "b")
    right = sum(f in said and f in meant and canonical(said[f]) == canonical(meant[f]) for f in fields)
    score = scorer("json_fields", fields=fields)
    assert score(json.dumps(said), json.dumps(meant)) == right / 2
    assert score(f"```json\n{json.dumps(said, indent=1)}\n```", json.dumps(meant)) == right / 2
    assert score(f"Here it is:\n```\n{json.dumps(said)}\n```\n", json.dumps(meant)) == right / 2


@pytest.mark.parametrize(
    "answer", ["", "a: 1", "[1]", "1", '{"a": 1', '{"a": NaN}', '{"a": 1} and more', "```json\n```"]
)
def test_what_is_no_json_object_is_unparsable(answer: str):
    assert scorer("json_fields", fields=("a",))(answer, '{"a": 1}') is None


@pytest.mark.parametrize(
    ("said", "meant", "score"),
    [("1", "1.0", 1.0), ("true", "1", 0.0), ("false", "0", 0.0), ("null", "null", 1.0), ('"1"', "1", 0.0)],
)
def test_json_values_are_compared_by_type_and_value(said: str, meant: str, score: float):
    assert scorer("json_fields", fields=("a",))(f'{{"a": {said}}}', f'{{"a": {meant}}}') == score


def test_a_field_that_nobody_has_is_not_right():
    assert scorer("json_fields", fields=("typo",))('{"a": 1}', '{"a": 1}') == 0.0


# token_f1


def squad_f1(answer: str, reference: str) -> float:
    """The metric as its authors describe it, written anew."""

    def normal(text: str) -> list[str]:
        kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
        return " ".join(re.split(r"\b(?:a|an|the)\b", kept)).split()

    said, meant = normal(answer), normal(reference)
    if not said or not meant:
        return float(said == meant)
    common = sum(min(count, Counter(meant)[token]) for token, count in Counter(said).items())
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(meant)
    return 2 * precision * recall / (precision + recall)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_token_f1_is_that_of_squad(answer: str, reference: str):
    assert scorer("token_f1")(answer, reference) == pytest.approx(squad_f1(answer, reference))


def test_token_f1_sets_articles_punctuation_and_case_aside():
    assert scorer("token_f1")("The Eiffel Tower.", "an eiffel tower") == 1.0
    assert scorer("token_f1")("big red tower", "red tower") == pytest.approx(0.8)
