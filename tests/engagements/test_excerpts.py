"""Titles and excerpts: nothing said twice, nothing left out, and only marks of Markdown stripped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.engagements.rules.excerpts import EXCERPT, TITLE, excerpt, plain_title, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("#urgent fix", "#urgent fix"),
        ("# Heading", "Heading"),
        ("### Deep", "Deep"),
        ("> Said by them", "Said by them"),
        ("- an item", "an item"),
        ("> - both", "both"),
        ("-5 degrees", "-5 degrees"),
        ("*important* news", "*important* news"),
        ("#", "#"),
        ("\n\n  First  line \nsecond", "First line"),
    ],
)
def test_a_title_loses_marks_of_markdown_and_nothing_else(text: str, title: str) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("Only a title", ""),
        ("# Title\n\nMore of it", "More of it"),
        ("Title\n#vpn is open", "#vpn is open"),
        ("Title\n## Heading\n- one\n- two", "Heading · one · two"),
        ("Title\nOne\nparagraph\n\nRejected:\n\n- this\n- that", "One paragraph · Rejected: this · that"),
        ("Title\n> quoted, if a > b", "quoted, if a > b"),
        ("Title\nsnake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("Title\n**bold**, _slanted_ and `code`", "bold, slanted and code"),
        ("Title\n```python\nprint(1)\n```", "print(1)"),
    ],
)
def test_an_excerpt_is_what_stands_behind_the_title(text: str, goes_on: str) -> None:
    assert excerpt(title_of(text), text) == goes_on


def test_what_a_cut_title_leaves_out_begins_the_excerpt() -> None:
    text = "word " * 60 + "\nand more"
    title = title_of(text)
    assert len(title) <= TITLE
    said = f"{title.removesuffix('…')} {excerpt(title, text).removeprefix('…')}"
    assert said.split() == ["word"] * 60 + ["and", "more"]


def test_a_text_that_does_not_begin_with_its_title_is_shown_as_a_whole() -> None:
    assert excerpt("Another title", "First line\nsecond") == "First line second"


def test_a_long_text_is_cut() -> None:
    assert len(excerpt("Title", "Title\n" + "x" * 1_000)) == EXCERPT + 1


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("**Never** use `main` for [this](https://example.com/a)", "Never use main for this"),
        ("> 95 % of letters", "> 95 % of letters"),
        ("2 * 3 * 4 and snake_case_name #tag", "2 * 3 * 4 and snake_case_name #tag"),
        ("**", "**"),
        ("``", "``"),
    ],
)
def test_a_title_on_one_line_shows_no_marks(title: str, shown: str) -> None:
    assert plain_title(title) == shown


@given(st.text(min_size=1, max_size=80))
def test_no_title_is_shown_as_nothing(title: str) -> None:
    assert plain_title(title).strip() == plain_title(title) or plain_title(title) == title
    assert plain_title(title)
