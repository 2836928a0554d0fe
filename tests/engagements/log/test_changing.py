"""Changing an entry of the log, and where the texts of entries lead."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.engagements.models import Engagement, Link, LogEntry
from apps.engagements.selectors.log_history import history_of
from apps.engagements.selectors.log_links import links_in
from apps.engagements.services.log_entries import change_entry

from .writing import signed_in, write

pytestmark = pytest.mark.django_db


def edit(user: User, entry: LogEntry, **changes: str):
    entry.refresh_from_db()
    data = {
        "version": str(entry.version),
        "text": "Changed",
        "entry_kind": entry.entry_kind,
        "at": f"{entry.at:%Y-%m-%dT%H:%M}",
        **changes,
    }
    return signed_in(user).post(reverse("log:edit", args=[entry.pk]), data)


def test_an_entry_is_changed_as_a_whole_and_its_history_says_what(
    maria: User, engagement: Engagement
) -> None:
    entry = write(maria, engagement, "/decision Use it because quick")
    at = entry.at
    answer = edit(
        maria, entry, tags="data, #legal", minutes="1h30m", rejected="that because slow\nthis", reason="quick"
    )
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.tags, entry.minutes) == ("Changed", ["data", "legal"], 90)
    assert entry.rejected == [{"option": "that", "why": "slow"}, {"option": "this", "why": ""}]
    assert entry.at == at, "the seconds that the form does not show are kept"
    change = history_of(entry)[0][0]
    told = {field.name: (field.before, field.after) for field in change.fields}
    assert (change.who, change.verb) == ("Maria Lindqvist", "changed")
    assert told["Minutes of work"] == ("–", "90")
    assert told["Tags"] == ("–", "data, legal")
    assert "When" not in told


def test_a_changed_text_is_told_line_by_line(maria: User, engagement: Engagement) -> None:
    entry = write(maria, engagement, "One\nTwo\nThree")
    edit(maria, entry, text="One\nTwo!\nThree")
    (change, _), more = history_of(entry)
    (text,) = [field for field in change.fields if field.name == "Text"]
    assert [(line.sign, line.text) for line in text.lines if line.sign != " "] == [
        ("-", "Two"),
        ("+", "Two!"),
    ]
    assert not more


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("text", ""),
        ("text", "a\0b"),
        ("entry_kind", "poem"),
        ("at", "never"),
        ("at", "9999-12-31T23:59"),
        ("at", "1969-01-01T00:00"),
        ("minutes", "25h"),
        ("minutes", "soon"),
        ("tags", "<b>"),
        ("tags", "x" * 41),
        ("rejected", "\n".join("abcdefghijklmnopqrstuvwxyz")),
        ("reason", "for a note"),
    ],
)
def test_what_an_entry_cannot_hold_is_refused_at_its_field(
    maria: User, engagement: Engagement, field: str, typed: str
) -> None:
    entry = write(maria, engagement, "As it was")
    answer = edit(maria, entry, **{field: typed})
    said = "entry_kind" if field == "reason" else field
    assert answer.status_code == 200
    assert f'id="id_{said}_error"' in answer.content.decode()
    entry.refresh_from_db()
    assert entry.title == "As it was"


def test_who_comes_second_keeps_what_they_typed_and_is_shown_both(
    maria: User, engagement: Engagement
) -> None:
    entry = write(maria, engagement, "/decision First because quick")
    stale = str(entry.version)
    edit(maria, entry, text="Theirs", reason="slow")
    text = edit(maria, entry, text="Mine", reason="quick", version=stale).content.decode()
    assert "Mine" in text
    assert "Theirs" in text
    assert "slow" in text
    assert edit(maria, entry, text="Mine", reason="quick").status_code == 302


def test_a_blocker_opens_and_another_kind_closes_it(maria: User, engagement: Engagement) -> None:
    entry = write(maria, engagement, "A note")
    edit(maria, entry, entry_kind="blocker")
    entry.refresh_from_db()
    assert (entry.state, entry.closed_at) == ("open", None)
    edit(maria, entry, entry_kind="learning")
    entry.refresh_from_db()
    assert entry.state == "noted"
    assert entry.closed_at


def test_a_reference_put_in_later_is_linked_too(maria: User, engagement: Engagement) -> None:
    risk, entry = write(maria, engagement, "/risk x"), write(maria, engagement, "A note")
    change_entry(
        by=maria,
        entry=entry,
        version=None,
        text="About R-1",
        entry_kind="note",
        tags=[],
        minutes=None,
        client_visible=False,
        at=entry.at,
    )
    assert Link.objects.get().target_id == risk.pk


def test_links_of_a_text_lead_only_where_its_reader_may_go(
    maria: User, client_viewer: User, engagement: Engagement
) -> None:
    hidden, shown = write(maria, engagement, "/risk Hidden"), write(maria, engagement, "/risk Shown !client")
    texts = ["R-1 and R-2 and R-9", "@maria, @nobody"]
    assert links_in(maria, engagement, texts) == {
        "R-1": hidden.get_absolute_url(),
        "R-2": shown.get_absolute_url(),
        "@maria": f"{reverse('log:engagement', args=[engagement.pk])}?by={maria.pk}",
    }
    assert links_in(client_viewer, engagement, texts) == {"R-2": shown.get_absolute_url()}
    with CaptureQueriesContext(connection) as caught:
        links_in(maria, engagement, texts * 50)
    assert len(caught) == 2
