"""One line of the log: what it becomes, what it refuses and where, and that it never fails nor loses a word."""

from dataclasses import dataclass
from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engagements.rules.grammar import COMMANDS, TEXT, TITLE, Problem, judge, parse, segments
from apps.engagements.rules.grammar_dates import in_words
from apps.engagements.rules.grammar_decisions import (
    chosen_of,
    decision_text,
    rejected_lines,
    rejected_of,
)
from apps.engagements.rules.grammar_hours import minutes_of, written

TODAY = date(2026, 11, 21)  # a Saturday


@dataclass(frozen=True)
class Person:
    name: str
    email: str


MARIA = Person("Maria Lindqvist", "maria@example.com")
KELLER = Person("Maria Keller", "mk@example.com")
NELL = Person("Nell Abo", "nell@example.com")


def read(line: str):
    return parse(line, today=TODAY)


def wrong(line: str) -> list[Problem]:
    return read(line).problems


def only(line: str) -> tuple[str, Problem]:
    """The one problem of a line, with the part that it marks."""
    (problem,) = wrong(line)
    return line[problem.start : problem.end], problem


# What a line becomes


def test_a_plain_line_is_a_note() -> None:
    found = read("Called the bank")
    assert (found.kind, found.entry_kind, found.title, found.text) == (
        "entry",
        "note",
        "Called the bank",
        "Called the bank",
    )


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_makes_what_it_names(word: str) -> None:
    found = read(f"/{word.upper()} 2027-01-01 that")
    assert (found.kind, found.entry_kind) == (COMMANDS[word].kind, COMMANDS[word].entry_kind)
    assert found.text.endswith("that")
    assert found.problems == []


def test_a_decision_keeps_its_reason_and_everything_rejected() -> None:
    found = read(
        "/decision Use the replica because it is quick; rejected: live database because too slow; rejected: dump"
    )
    assert (found.text, found.reason) == ("Use the replica", "it is quick")
    assert [(one.option, one.why) for one in found.rejected] == [("live database", "too slow"), ("dump", "")]
    assert read("A note; rejected: nothing").rejected == []


def test_an_action_has_owner_and_date_in_front_in_any_order() -> None:
    for line in ("/action @maria fri Send it", "/action fri @maria: Send it"):
        found = read(line)
        assert found.owner is not None
        assert (found.owner.name, found.due, found.text) == ("maria", date(2026, 11, 27), "Send it")
    within = read("/action Ask @maria about @tom by 1 dec.")
    assert within.owner is not None
    assert (within.owner.name, within.due) == ("maria", date(2026, 12, 1))
    assert [one.name for one in within.mentions] == ["tom"]
    assert within.text == "Ask @maria about @tom by 1 dec."


def test_a_level_is_taken_only_as_the_first_word() -> None:
    assert (read("/risk HIGH The API ends").level, read("/risk HIGH The API ends").text) == (
        "high",
        "The API ends",
    )
    assert read("/risk The high cost").level == ""
    assert read("/assumption high ground").text == "high ground"


def test_an_access_request_knows_who_has_to_say_yes_and_what_it_is_about() -> None:
    found = read("/access it fri VPN for two")
    assert (found.approver, found.due, found.text, found.asked) == (
        "it",
        date(2026, 11, 27),
        "VPN for two",
        "network",
    )
    review = read("/access security review of the endpoint +2w")
    assert (review.approver, review.asked, review.text) == (
        "security",
        "review",
        "security review of the endpoint",
    )
    assert read("/access legal: the contract").text == "the contract"
    assert read("/access rows of March").approver == ""
    for line in ("/access security !internal Review", "/access security for:pilot Review"):
        assert (read(line).approver, read(line).text) == ("security", "Review")


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("today", date(2026, 11, 21)),
        ("tomorrow", date(2026, 11, 22)),
        ("sat", date(2026, 11, 28)),
        ("Sunday", date(2026, 11, 22)),
        ("mon", date(2026, 11, 23)),
        ("2026-12-01", date(2026, 12, 1)),
        ("1 dec", date(2026, 12, 1)),
        ("1 mar", date(2027, 3, 1)),
        ("29 february", date(2028, 2, 29)),
        ("+3d", date(2026, 11, 24)),
        ("+2w", date(2026, 12, 5)),
    ],
)
def test_dates_are_read_as_one_writes_them(said: str, due: date) -> None:
    assert read(f"/action {said} Do it").due == due
    assert read(f"/action Do it by {said}").due == due
    assert read(f"/milestone {said} Done").due == due


def test_a_word_that_may_be_a_weekday_is_none_in_the_middle_of_a_sentence() -> None:
    assert read("/action The cat sat on the mat, in the sun, and may 2 may go").due is None
    assert read("/action Use today's numbers").due is None
    assert read("Met on fri").due is None


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("2 h", 120),
        ("1,5h", 90),
        ("1.5 h", 90),
        ("2 Std", 120),
        ("2Std.", 120),
        ("1h30", 90),
        ("0,25h 15m", 30),
    ],
)
def test_hours_are_read_as_people_write_them(said: str, minutes: int) -> None:
    found = read(f"Workshop {said}")
    assert (found.minutes, found.text.rstrip(". ")) == (minutes, "Workshop")


@pytest.mark.parametrize("said", ["2 hours later", "2 m", "h", "1,5", "2 hm", "2 Stdx"])
def test_what_only_looks_like_hours_stays_text(said: str) -> None:
    assert read(f"Waited {said}").minutes is None


def test_hours_tags_and_the_client_stand_anywhere() -> None:
    found = read("Called 1h30m the bank !client, 30m (#access) #Legal #legal")
    assert (found.minutes, found.client_visible, found.tags) == (120, True, ["access", "legal"])
    assert read("Fixed it 2h").text == "Fixed it"
    assert read("/risk It takes 2h").minutes is None
    assert read("/risk It takes 2h").text == "It takes 2h"


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.com/a#b and a@b.com",
        "C# and F# at 50/50",
        "ticket #1234",
        "/etc/hosts is wrong",
        "code `@nobody R-9 #t 2h !client` here",
        "GPT-4, COVID-19 and a/R-4",
        "# Heading",
        "word!client",
        "5mm, 2ha",
    ],
)
def test_what_only_looks_like_grammar_is_text(text: str) -> None:
    found = read(text)
    assert (
        found.text,
        found.tags,
        found.mentions,
        found.references,
        found.minutes,
        found.client_visible,
    ) == (
        text,
        [],
        [],
        [],
        None,
        False,
    )
    assert found.problems == []


def test_two_slashes_begin_a_text_with_one() -> None:
    found = read("//risk is a path #tag")
    assert (found.kind, found.text, found.tags) == ("entry", "/risk is a path #tag", ["tag"])


def test_a_text_of_several_lines_is_kept_and_its_first_is_the_title() -> None:
    found = read("/meeting\r\n## Weekly with Nell\r\n\r\n- one\r\n- two 2h\r\n")
    assert found.title == "Weekly with Nell"
    assert found.text == "## Weekly with Nell\n\n- one\n- two"
    assert len(read("word " * 100).title) <= TITLE


# What cannot be understood, and where


@pytest.mark.parametrize(
    ("line", "part", "says"),
    [
        ("/desicion Use it", "/desicion", "Did you mean /decision?"),
        ("/dec Use it", "/dec", "Did you mean /decision?"),
        ("/xyzzy Use it", "/xyzzy", "/milestone"),
        ("/risk hihg It ends", "hihg", "Did you mean high?"),
        ("/issue meduim It ends", "meduim", "Did you mean medium?"),
        ("/action 2020-01-01 Do it", "2020-01-01", "in the past"),
        ("/action 1 dec 2020 Do it", "1 dec 2020", "in the past"),
        ("/action 31 feb Do it", "31 feb", "no such day"),
        ("/action 2026-13-45 Do it", "2026-13-45", "no such day"),
        ("/action +99999d Do it", "+99999d", "ten years"),
        ("/action @a @b Do it", "@b", "one owner"),
        ("/action fri sat Do it", "sat", "second date"),
        ("/access for:pilto VPN", "for:pilto", "Did you mean for:pilot?"),
        ("/access for:handover, VPN", "for:handover", "There are scoping, connect, pilot, deploy, adopt."),
        ("/access for:pilot VPN for:adopt", "for:adopt", "second gate"),
        ("/access of:a VPN of:b", "of:b", "second person"),
        ("Worked 0h", "0h", "No time"),
        ("Worked 25h", "25h", "24 hours"),
        ("Worked 13h and 12h", "13h and 12h", "24 hours"),
        ("Worked 99999999999999999999h", "99999999999999999999h", "24 hours"),
        ("/milestone Go live", "", "needs its date"),
        ("/blocker", "", "what is in the way"),
        ("", "", "Say what"),
        ("/decision Use it; rejected:", "; rejected:", "Nothing is named"),
        ("a\0b", "\0", "cannot be shown"),
        (f"#{'t' * 41} x", f"#{'t' * 41}", "too long"),
    ],
)
def test_what_is_wrong_is_said_at_its_part(line: str, part: str, says: str) -> None:
    marked, problem = only(line)
    assert marked == part
    assert says in str(problem)


@pytest.mark.parametrize("word", ["slow", "how", "the", "law", "Hugh", "highly", "lower", "owl", "median"])
def test_a_word_of_its_own_is_no_mistyped_level(word: str) -> None:
    assert [problem for problem in wrong(f"/risk {word} down") if "level" in problem.message] == []


def test_too_long_a_text_says_where_it_is_too_long() -> None:
    marked, problem = only("x" * (TEXT + 5))
    assert marked == "x" * 5
    assert "at most 20,000" in problem.message


def test_who_and_what_does_not_exist_is_said_with_what_is_nearest() -> None:
    people = [MARIA, KELLER, NELL]
    line = "/action @nel Ask @maria and @mk about R-99, R-4 and @nobody"
    found = judge(read(line), people=people, known={("risk", 4)}, last={"risk": 12})
    said = {line[one.start : one.end]: str(one) for one in found}
    assert set(said) == {"@nel", "R-99", "@nobody"}
    assert said["@nel"] == "@nel is nobody here; did you mean @nell?", (
        "an owner is cut out: it cannot be text"
    )
    assert said["@nobody"].endswith("In backticks it is only text.")
    assert "The last one is R-12" in said["R-99"]
    both = judge(
        read("@maria"), people=[MARIA, Person("Maria Keller", "maria@other.example")], known=(), last={}
    )
    assert "@maria.lindqvist" in str(both[0])
    assert "@maria.keller" in str(both[0])


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("Called the bank", False),
        ("Called the bank !client", True),
        ("/risk The bank ends the API", False),
        ("/milestone 1 dec Pilot", True),
        ("/milestone 1 dec Pilot !internal", False),
        ("/access security !internal API", False),
        ("/access security API", True),
        ("/access security !client API", True),
    ],
)
def test_the_client_sees_what_is_promised_to_them_or_asked_of_them_and_else_what_is_marked(
    line: str, seen: bool
) -> None:
    assert read(line).client_visible is seen
    assert "!" not in read(line).text


def test_a_line_says_one_audience() -> None:
    marked, problem = only("/access it VPN !internal for two !client")
    assert marked == "!client"
    assert "one of !client and !internal" in str(problem)


# Whatever is typed


LINES = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(
            [
                *(f"/{word}" for word in COMMANDS),
                *(
                    "//",
                    "/",
                    "@maria",
                    "@",
                    "#tag",
                    "#",
                    "!client",
                    "2h",
                    "0h",
                    "90m",
                    "R-4",
                    "L-",
                    "fri",
                    "1 dec",
                ),
                *(
                    "2026-12-01",
                    "2026-02-30",
                    "+3d",
                    "high",
                    "hihg",
                    "it",
                    "legal:",
                    "for:pilot",
                    'of:"Head of',
                    'IT"',
                    "because",
                    "; rejected:",
                ),
                *("`", "```", "https://x.y/#z", "word", "ünï", "\n", "\r\n", " ", "\t", "\0", "🙂", "31 feb"),
            ]
        ),
        max_size=14,
    ).map(" ".join),
)


@given(LINES)
def test_nothing_fails_and_every_problem_marks_a_part_of_the_line(line: str) -> None:
    found = read(line)
    for problem in found.problems:
        assert 0 <= problem.start <= problem.end <= len(found.line)
        assert problem.message
    assert "".join(text for text, _ in segments(found)) == found.line


@given(LINES)
def test_no_word_is_made_up_and_none_of_an_unclear_line_is_lost(line: str) -> None:
    found = read(line)
    whole = "".join(
        [found.text, found.reason, *(part for one in found.rejected for part in (one.option, one.why))]
    )
    left = iter(found.line)
    assert all(letter in left for letter in found.text), "the text is what was typed, in its order"
    if found.problems:
        assert found.line == line.replace("\r\n", "\n").replace("\r", "\n")
    else:
        assert whole.strip()
        assert found.title
        assert len(found.title) <= TITLE


@given(LINES)
def test_what_is_kept_fits_its_field(line: str) -> None:
    found = read(line)
    assert found.minutes is None or 0 < found.minutes <= 24 * 60
    assert all(0 < len(tag) <= 40 and tag == tag.lower() for tag in found.tags)
    assert found.due is None or found.due >= TODAY
    assert found.kind == "entry" or (found.minutes is None and not found.reason)


WORDS = st.lists(st.text("abcdefghijklmnop", min_size=3, max_size=8), min_size=1, max_size=8).map(" ".join)


@given(WORDS.filter(lambda text: text.split()[0] not in {"mon"}), st.integers(1, 24 * 60), st.booleans())
def test_what_is_put_into_a_line_comes_out_of_it(text: str, minutes: int, seen: bool) -> None:
    found = read(f"/learning {written(minutes)} {text} #one{' !client' if seen else ''}")
    assert (found.entry_kind, found.text, found.minutes) == ("learning", f"{text} #one", minutes)
    assert (found.tags, found.client_visible, found.problems) == (["one"], seen, [])


@given(st.dates(TODAY, TODAY + timedelta(days=3000)))
def test_every_day_to_come_can_be_written(day: date) -> None:
    assert read(f"/action {day.isoformat()} Do it").due == day
    assert read(f"/milestone {day.day} {day:%B} {day.year} Done").due == day
    assert str(day.year) in in_words(day, TODAY)


@given(st.integers(1, 24 * 60))
def test_hours_are_read_as_they_are_written(minutes: int) -> None:
    assert minutes_of(written(minutes)) == minutes


OPTION = st.text("abc,.- 🙂", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    OPTION,
    st.one_of(st.just(""), OPTION),
    st.lists(st.tuples(OPTION, st.one_of(st.just(""), OPTION)), max_size=3),
)
def test_a_decision_is_taken_apart_as_it_was_put_together(chosen: str, reason: str, options: list) -> None:
    rejected = [{"option": option, "why": why} for option, why in options]
    assert chosen_of(decision_text(chosen, reason, rejected), reason, rejected) == chosen
    assert rejected_of(rejected_lines(rejected)) == rejected


@pytest.mark.parametrize(
    "text", ["@" * 20_000, "2h " * 7_000, "; rejected:" * 1_800, "fri " * 5_000, "`" * 20_000]
)
def test_hostile_lines_are_read_in_no_time(text: str) -> None:
    begun = process_time()
    for command in ("", "/decision ", "/action "):
        read(f"{command}{text}"[:TEXT])
    read("\n" * TEXT)
    read(" " * TEXT)
    assert process_time() - begun < 5  # seconds; anything quadratic takes minutes


def test_of_a_line_that_is_too_long_nothing_else_is_asked() -> None:
    found = parse("/risk high " + " ".join(f"#t{n}" for n in range(90_000)), today=TODAY)
    assert [(one.start, one.message[-24:]) for one in found.problems] == [
        (20_000, "at most 20,000 are kept.")
    ]
    assert (found.tags, found.kind) == ([], "entry")
    assert found.text.startswith("/risk high #t0")


def test_the_tag_that_is_one_too_many_is_pointed_at() -> None:
    line = "Ten tags " + " ".join(f"#t{n}" for n in range(11))
    (problem,) = parse(line, today=TODAY).problems
    assert line[problem.start : problem.end] == "#t10"
