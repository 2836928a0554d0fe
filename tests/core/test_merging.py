"""A form of somebody who came second: nothing of theirs is lost, nothing of the other's is overwritten unseen."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.forms import EditForm, LineField
from apps.core.merging import BOTH, TAKEN, merge
from tests.factories.browsing import sent_of

LEVELS = [("low", "Low"), ("high", "High"), ("max", "Very high")]


class EveryKind(EditForm):
    title = LineField(max_length=60)
    text = forms.CharField(widget=forms.Textarea, required=False)
    level = forms.ChoiceField(choices=LEVELS)
    score = forms.TypedChoiceField(
        choices=[("", "–"), (1, "one"), (2, "two")], coerce=int, empty_value=None, required=False
    )
    tick = forms.BooleanField(required=False, label="The client sees this")
    due = forms.DateField(required=False, widget=forms.DateInput(format="%Y-%m-%d"))
    at = forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    figure = forms.FloatField(required=False)
    many = forms.MultipleChoiceField(choices=LEVELS, required=False, widget=forms.CheckboxSelectMultiple)


class Row(SimpleNamespace):
    """A row of which somebody else has kept something since `opened`."""

    _state = SimpleNamespace(adding=False)

    def refresh_from_db(self) -> None:
        pass


WORD = st.text("abcé<&\"'", min_size=1, max_size=6)
NOON = datetime(2026, 5, 31, 12, 0, 13, 250, tzinfo=UTC)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": WORD,
    "text": st.lists(WORD, max_size=3).map("\n".join),
    "level": st.sampled_from(["low", "high", "max"]),
    "score": st.sampled_from([None, 1, 2]),
    "tick": st.booleans(),
    "due": st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    "at": st.integers(0, 3).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    "figure": st.none() | st.sampled_from([0.0, 1.0, 0.1, 2400.0]),
    "many": st.lists(st.sampled_from(["low", "high", "max"]), unique=True),
}
ROWS = st.fixed_dictionaries(VALUES)


def page(form: EditForm) -> str:
    return str(form["version"]) + "".join(
        render_to_string("components/field.html", {"field": field}) for field in form.visible_fields()
    )


def type_into(data: QueryDict, name: str, value: Any) -> None:
    """As a person would, into the box of that name."""
    if isinstance(value, bool):
        data.setlist(name, ["on"] if value else [])
    elif isinstance(value, list):
        data.setlist(name, value)
    elif isinstance(value, datetime):
        data[name] = timezone.localtime(value).strftime("%Y-%m-%dT%H:%M")
    else:
        data[name] = "" if value is None else str(value).replace("\n", "\r\n")


def alike(name: str, one: Any, other: Any) -> bool:
    """Whether both stand in the box of that name as one and the same."""
    if name == "at":
        return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)
    if name == "text":
        return one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
    return sorted(one) == sorted(other) if name == "many" else one == other


def stale(opened: dict[str, Any], theirs: dict[str, Any], typed: dict[str, Any]) -> EditForm:
    """The form of somebody who has typed into some boxes while another person kept `theirs`."""
    data = sent_of(page(EveryKind(row=Row(version=1, **opened))))
    for name, value in typed.items():
        type_into(data, name, value)
    form = EveryKind(data, row=Row(version=2, **theirs))
    assert form.is_valid(), form.errors
    form.catch_up("Somebody was quicker.")
    return form


@settings(max_examples=60, deadline=None)
@given(opened=ROWS, theirs=ROWS, mine=ROWS, touched=st.sets(st.sampled_from(sorted(VALUES))))
def test_what_is_sent_again_is_the_merge_of_what_was_shown_first_kept_meanwhile_and_typed(
    opened: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any], touched: set[str]
) -> None:
    typed = {name: mine[name] for name in touched if not alike(name, mine[name], opened[name])}
    form = stale(opened, theirs, typed)
    shown = page(form)
    again = EveryKind(sent_of(shown), row=Row(version=2, **theirs))
    assert again.is_valid(), again.errors
    assert again.cleaned_data["version"] == 2
    for name in VALUES:
        assert alike(name, again.cleaned_data[name], typed.get(name, theirs[name])), name
        theirs_moved = not alike(name, theirs[name], opened[name])
        both = name in typed and theirs_moved and not alike(name, theirs[name], typed[name])
        assert (name in form.errors) == both, name
        assert hasattr(form[name], "told") == (theirs_moved and name not in typed), name


@settings(max_examples=60, deadline=None)
@given(opened=ROWS, theirs=ROWS, latest=ROWS, mine=WORD)
def test_a_third_change_is_told_against_what_was_shown_the_second_time(
    opened: dict[str, Any], theirs: dict[str, Any], latest: dict[str, Any], mine: str
) -> None:
    form = stale(opened, theirs, {"title": mine})
    again = EveryKind(sent_of(page(form)), row=Row(version=3, **latest))
    assert again.is_valid()
    again.catch_up("Somebody was quicker once more.")
    for name in VALUES.keys() - {"title"}:
        moved = not alike(name, latest[name], theirs[name])
        assert hasattr(again[name], "told") == moved, name
        assert name not in again.errors, name


PLAIN: dict[str, Any] = {
    "title": "First", "text": "One\nTwo", "level": "low", "score": None, "tick": True, "due": None, "at": NOON,
    "figure": 1.0, "many": ["low"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "theirs", "words"),
    [
        ("tick", False, "from Yes to No."),
        ("level", "max", "from “Low” to “Very high”."),
        ("score", 2, "from nothing to “two”."),
        ("due", date(2026, 1, 2), "from nothing to “2026-01-02”."),
        ("at", NOON + timedelta(hours=1), "from “2026-05-31T12:00” to “2026-05-31T13:00”."),
        ("many", ["low", "max"], "from “Low” to “Low, Very high”."),
        ("text", "Other", "theirs stands here now."),
    ],
)
def test_what_was_not_touched_says_in_words_what_became_of_it(name: str, theirs: Any, words: str) -> None:
    form = stale(PLAIN, {**PLAIN, name: theirs}, {"title": "Mine"})
    assert words in page(form)
    assert not form.errors.keys() - {"__all__"}


@pytest.mark.parametrize(
    ("name", "theirs", "mine", "words"),
    [
        ("title", "Theirs", "Mine", "Meanwhile this became “Theirs”; you typed “Mine”."),
        ("due", date(2026, 1, 2), date(2026, 1, 3), "became “2026-01-02”; you typed “2026-01-03”."),
        ("level", "max", "high", "Meanwhile this became “Very high”; you chose “High”."),
        ("figure", None, 2.0, "Meanwhile this became nothing; you typed “2.0”."),
    ],
)
def test_what_both_changed_is_shown_both_and_mine_stays(
    name: str, theirs: Any, mine: Any, words: str
) -> None:
    form = stale(PLAIN, {**PLAIN, name: theirs}, {name: mine})
    assert words in str(form.errors[name])
    assert form.cleaned_data.get("version") == 1
    again = EveryKind(sent_of(page(form)), row=Row(version=2, **PLAIN))
    assert again.is_valid()
    assert again.cleaned_data[name] == mine


def test_hidden_seconds_alone_are_no_change() -> None:
    form = stale(PLAIN, {**PLAIN, "title": "Theirs"}, {})
    assert "at" not in form.errors
    assert not hasattr(form["at"], "told")


def test_a_form_that_does_not_say_what_it_showed_first_overwrites_nothing_unseen() -> None:
    data = sent_of(page(EveryKind(row=Row(version=1, **PLAIN))))
    for name in [name for name in data if name.startswith("initial-")]:
        del data[name]
    form = EveryKind(data, row=Row(version=2, **{**PLAIN, "level": "max", "tick": False}))
    assert form.is_valid()
    assert "initial-" not in page(form)
    form.catch_up("Somebody was quicker.")
    assert form.errors.keys() >= {"level", "tick"}
    assert form["level"].value() == "low"
    assert 'name="initial-level" value="max"' in page(form)


def test_what_a_form_says_it_showed_first_never_reaches_what_is_kept() -> None:
    data = sent_of(page(EveryKind(row=Row(version=1, **PLAIN))))
    data["initial-title"] = "Forged"
    data["initial-at"] = "nonsense"
    form = EveryKind(data, row=Row(version=1, **PLAIN))
    assert form.is_valid()
    assert form.cleaned_data["title"] == "First"
    form.catch_up("Somebody was quicker.")
    assert form["title"].value() == "First"
    assert not form.errors.keys() - {"__all__"}


def test_the_merge_of_one_field() -> None:
    assert merge("a", "b", "a").told == TAKEN
    assert merge("a", "a", "c").told == ""
    assert merge("a", "b", "c").told == BOTH
    assert merge(None, "b", "a").told == BOTH
    assert merge("a", "b", "b").told == ""
