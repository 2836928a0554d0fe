"""Forms: checked while they are filled in, and told when a row has moved on."""

import pytest
from django import forms
from django.db import connection
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.core.errors import Refused
from apps.core.forms import EditForm, LineField, needed, refusals_into
from apps.core.versions import keep, lock_at
from apps.core.web import field_check
from apps.engagements.models import Client, MemberRole
from apps.engagements.services.items import change
from tests.factories import make_client, make_engagement, make_member
from tests.factories.items import make_item


class TwoFields(forms.Form):
    first = LineField(max_length=5)
    second = forms.IntegerField(max_value=9)


class SometimesForm(forms.Form):
    when = needed(forms.DateField(required=False), "needed when measured")
    note = forms.CharField(required=False)


class NameForm(EditForm):
    name = LineField(max_length=120)


class TextForm(EditForm):
    text = forms.CharField(widget=forms.Textarea, required=False)


class RoleForm(EditForm):
    role = forms.ChoiceField(choices=MemberRole)


def asked(target: str, data: dict[str, str], *, method: str = "post", **headers: str):
    request = getattr(RequestFactory(), method)("/", data, headers={"HX-Target": target, **headers})
    return field_check(request, TwoFields(data))


HTMX = {"HX-Request": "true"}


def test_a_check_speaks_of_the_one_field_that_was_left() -> None:
    wrong = {"first": "too long", "second": "99"}
    first = asked("id_first_check", wrong, **HTMX).content.decode()
    assert "at most 5" in first
    assert "9." not in first
    assert asked("id_first_check", {"first": "fine"}, **HTMX).content.decode().strip() == ""


@pytest.mark.parametrize(
    ("target", "headers", "method"),
    [
        ("id_first_check", {}, "post"),
        ("", HTMX, "post"),
        ("members", HTMX, "post"),
        ("id_unknown_check", HTMX, "post"),
        ("id_first_check", HTMX, "get"),
        ("id_first_check", {**HTMX, "HX-Boosted": "true"}, "post"),
    ],
)
def test_a_form_that_is_really_sent_is_no_check(target: str, headers: dict[str, str], method: str) -> None:
    assert asked(target, {"first": "x"}, method=method, **headers) is None


def test_what_was_typed_is_escaped_in_a_check() -> None:
    class Chooser(forms.Form):
        one = forms.ChoiceField(choices=[("a", "A")])

    request = RequestFactory().post("/", headers={"HX-Target": "id_one_check", **HTMX})
    text = field_check(request, Chooser({"one": "<script>x"})).content.decode()
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


@pytest.mark.parametrize("typed", ["a\x00b", "\x1b[1m", "\x85a\x9f", "x" * 10_000])
def test_a_line_refuses_what_cannot_be_kept(typed: str) -> None:
    form = TwoFields({"first": typed, "second": "1"})
    assert "first" in form.errors
    assert "second" not in form.errors


def test_a_line_is_kept_on_one_line() -> None:
    form = TwoFields({"first": "  a\t\n b ", "second": "1"})
    assert form.is_valid()
    assert form.cleaned_data["first"] == "a b"


@pytest.mark.django_db
def test_a_version_that_has_passed_is_refused_and_the_present_one_is_kept() -> None:
    client = make_client("Before")
    locked, changed = lock_at(client, 1, name="After")
    keep(locked, changed)
    client.refresh_from_db()
    assert (client.name, client.version) == ("After", 2)
    with pytest.raises(Refused, check=lambda error: error.code == "stale"):
        lock_at(client, 1, name="Later")
    assert lock_at(client, None, name="Later")[1] == {"name": "After"}


@pytest.mark.django_db
def test_nothing_to_change_is_never_stale() -> None:
    client = make_client("Same")
    Client.objects.update(version=7)
    assert lock_at(client, 1, name="Same")[1] == {}


@pytest.mark.django_db
def test_a_row_that_is_gone_is_refused() -> None:
    client = make_client()
    Client.objects.all().delete()
    with pytest.raises(Refused, check=lambda error: error.code == "gone"):
        lock_at(client, 1, name="After")


@pytest.mark.django_db
def test_a_stale_form_keeps_what_was_typed_says_what_is_there_and_goes_through_the_second_time() -> None:
    client = make_client("Before")
    looked_at = str(NameForm(row=client)["version"].value())
    Client.objects.update(name="Theirs", version=2)
    client.refresh_from_db()
    form = NameForm(QueryDict(f"name=Mine&version={looked_at}"), row=client)
    assert form.is_valid()
    with refusals_into(form):
        lock_at(client, form.cleaned_data["version"], name="Mine")
    assert form["name"].value() == "Mine"
    assert "Theirs" in str(form.errors["name"])
    assert "save again" in str(form.non_field_errors())
    again = NameForm(QueryDict(f"name=Mine&version={form['version'].value()}"), row=client)
    assert again.is_valid()
    assert lock_at(client, again.cleaned_data["version"], name="Mine")[1] == {"name": "Theirs"}


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 400, "\x00", "\uff11"])
def test_a_version_that_is_none_counts_as_passed(version: str) -> None:
    client = make_client("Before")
    data = QueryDict(mutable=True)
    data.update({"name": "Mine", "version": version})
    form = NameForm(data, row=client)
    with refusals_into(form):
        if form.is_valid():
            lock_at(client, form.cleaned_data["version"], name="Mine")
    assert form.errors
    assert form["version"].value() == "1"


@pytest.mark.django_db
def test_a_choice_that_somebody_changed_is_told_by_its_label() -> None:
    member = make_member(make_engagement())
    form = RoleForm(QueryDict("role=lead&version=0"), row=member)
    form.is_valid()
    form.catch_up("Somebody was quicker.")
    assert "Engineer" in str(form.errors["role"])


def stale_text(typed: str, kept: str) -> TextForm:
    """The form of somebody who typed while somebody else had `kept` kept."""
    item = make_item(make_engagement(), text="Before")
    change(by=None, item=item, version=1, text=kept)
    item.refresh_from_db()
    data = QueryDict(mutable=True)
    data.update({"text": typed, "version": "1"})
    form = TextForm(data, row=item)
    assert form.is_valid()
    with refusals_into(form):
        change(by=None, item=item, version=form.cleaned_data["version"], text=form.cleaned_data["text"])
    return form


@pytest.mark.django_db
def test_of_a_long_text_both_are_shown_word_by_word() -> None:
    kept = "\n".join(f"line {n}" for n in range(300)) + "\nlost <word>"
    typed = kept.replace("line 7\n", "line seven\n").replace("lost <word>", "")
    form = stale_text(typed, kept)
    shown = render_to_string("components/field.html", {"field": form["text"]})
    assert {(line.sign, line.text) for line in form["text"].lines if line.sign != " "} == {
        ("-", "line 7"), ("+", "line seven"), ("-", "lost <word>"),
    }  # fmt: skip
    assert "lost &lt;word&gt;</pre>" in shown
    assert "unchanged lines" in shown
    assert form["text"].value() == typed
    assert form["version"].value() == "2"


@pytest.mark.django_db
def test_what_one_has_emptied_is_shown_whole() -> None:
    form = stale_text("", "All\nof it")
    assert [(line.sign, line.text) for line in form["text"].lines] == [("-", "All"), ("-", "of it")]


@pytest.mark.django_db
def test_a_text_that_nobody_else_changed_is_not_told_as_theirs() -> None:
    item = make_item(make_engagement(), text="Same\ntext")
    form = TextForm(QueryDict("text=Same%0D%0Atext&version=0"), row=item)
    form.is_valid()
    form.catch_up("Somebody was quicker.")
    assert "text" not in form.errors
    assert not hasattr(form["text"], "lines")


@pytest.mark.django_db
def test_a_row_is_locked_before_its_version_is_read() -> None:
    client = make_client()
    with CaptureQueriesContext(connection) as queries:
        lock_at(client, 1, name="x")
    assert "FOR NO KEY UPDATE" in queries[0]["sql"]


def test_a_label_says_when_a_field_is_needed_rather_than_that_it_is_optional() -> None:
    form = SometimesForm()
    when, note = (
        render_to_string("components/field.html", {"field": form[name]}) for name in ("when", "note")
    )
    assert "needed when measured</span>" in when
    assert "optional</span>" not in when
    assert "optional</span>" in note
