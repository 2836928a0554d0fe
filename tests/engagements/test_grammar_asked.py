"""Which gate an access request holds up, whom it is asked of; and whose the tags of a decision are."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engagements.rules.grammar import Parsed, Problem, Rejected, parse
from apps.engagements.rules.grammar_asked import asked_of
from apps.engagements.rules.grammar_parts import Named


@dataclass(frozen=True)
class Stakeholder:
    title: str
    position: str
    number: int


def read(line: str) -> Parsed:
    return parse(line, today=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("line", "gate", "asked_of"),
    [
        ('/access security for:pilot of:"Head of IT" +1w Review', "pilot", "Head of IT"),
        ("/access FOR:G-2 of:dana, Review", "connect", "dana"),
        ("/access Review of:P-2 for:adopt", "adopt", "P-2"),
        ("/access of:“Dana Ruiz” Review", "", "Dana Ruiz"),
    ],
)
def test_an_access_request_says_which_gate_waits_and_whom_it_is_asked_of(
    line: str, gate: str, asked_of: str
) -> None:
    found = read(line)
    assert found.problems == []
    assert (found.gate, found.asked_of.words if found.asked_of else "", found.text) == (
        gate,
        asked_of,
        "Review",
    )
    assert found.references == [], "what names a stakeholder is no reference of the text"


def test_only_an_access_request_is_for_or_of_somebody() -> None:
    for line in (
        "/action wait for:pilot of:dana",
        "Two things for: the pilot",
        "/access VPN for: two `of:nobody`",
    ):
        found = read(line)
        assert (found.gate, found.asked_of, found.problems) == ("", None, [])
        assert found.text == line.removeprefix("/action ").removeprefix("/access ")


def test_a_stakeholder_is_named_by_reference_name_position_or_part_of_the_name() -> None:
    dana, dan, it = (
        Stakeholder("Dana Ruiz", "Head of IT", 1),
        Stakeholder("Dan Wu", "", 2),
        Stakeholder("Ines Ruiz", "it", 3),
    )
    people = [dana, dan, it]

    def asked(words: str) -> object:
        return asked_of(Named(words, 8, 8 + len(words)), people)

    for words, meant in {"P-2": dan, "dana ruiz": dana, "HEAD OF IT": dana, "dan": dan, "it": it}.items():
        assert asked(words) == meant, words
    both = asked("ruiz")
    assert isinstance(both, Problem)
    assert "of:P-1 (Dana Ruiz) or of:P-3 (Ines Ruiz)" in both.hint
    near = asked("Dana Ruis")
    assert isinstance(near, Problem)
    assert 'Did you mean of:"Dana Ruiz"?' in near.hint
    nobody = asked_of(Named("x", 0, 1), [])
    assert isinstance(nobody, Problem)
    assert "no stakeholders yet" in nobody.hint


def test_tags_behind_the_reasons_of_a_decision_are_its_tags_alone() -> None:
    found = read("/decision Use A because quick #legal; rejected: B #one because #vpn is slow #vendor (#two)")
    assert found.tags == ["legal", "one", "vpn", "vendor", "two"]
    assert found.reason == "quick"
    assert found.rejected == [Rejected("B", "#vpn is slow #vendor (#two)")]
    found = read("/decision Use A; rejected: B because slow #vendor #two")
    assert found.rejected == [Rejected("B", "slow")]
    assert read("/decision Use A; rejected: #vendor").rejected == [Rejected("#vendor", "")]


NAMES = st.text(
    st.characters(exclude_characters='"“”\n\r`', exclude_categories=("C", "Z")), min_size=1, max_size=20
)


@given(
    st.lists(NAMES, min_size=1, max_size=3).map(" ".join), st.sampled_from(["scoping", "connect", "adopt"])
)
def test_whatever_somebody_is_called_in_quotation_marks_is_their_name(name: str, gate: str) -> None:
    found = read(f'/access it of:"{name}" the rest for:{gate}')
    assert found.asked_of is not None
    assert (found.asked_of.words, found.gate, found.text) == (" ".join(name.split()), gate, "the rest")


@given(st.lists(st.builds(Stakeholder, NAMES, NAMES, st.integers(1, 9)), max_size=5), NAMES)
def test_somebody_is_found_or_what_is_wrong_is_said_with_what_would_be_right(
    people: list[Stakeholder], words: str
) -> None:
    found = asked_of(Named(words, 3, 5), people)
    if isinstance(found, Problem):
        assert (found.start, found.end) == (3, 5)
        assert found.hint
    else:
        assert found in people
