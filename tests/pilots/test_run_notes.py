"""Notes and labels: by those who work, changed by whoever wrote them, and never markup."""

import pytest
from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.pilots.models import Evaluation, Run, RunNote
from apps.pilots.services import notes
from tests.factories import make_member, make_user
from tests.factories.runs import make_evaluation, make_run

HOSTILE = "<img src=x onerror=alert(1)> \u202egpj.exe"


@pytest.fixture
def evaluation(db) -> Evaluation:
    return make_evaluation()


@pytest.fixture
def run(evaluation: Evaluation) -> Run:
    return make_run(evaluation=evaluation, state="done")


@pytest.fixture
def engineer(evaluation: Evaluation) -> User:
    return make_member(evaluation.engagement).user


@pytest.fixture
def web(client: Client, engineer: User) -> Client:
    client.force_login(engineer)
    return client


def test_a_note_is_added_changed_and_removed(web: Client, run: Run, engineer: User) -> None:
    web.post(f"/runs/{run.pk}/notes/", {"text": "  Typos in channel fax.\r\nAsk Ada. "})
    note = RunNote.objects.get()
    assert (note.text, note.by) == ("Typos in channel fax.\nAsk Ada.", engineer)
    assert "Typos in channel fax." in web.get(f"/runs/{run.pk}/").content.decode()
    assert "1 note" in web.get("/runs/").content.decode()
    notes.add_note(by=make_user(), run=run, text="Another")
    assert "2 notes" in web.get("/runs/").content.decode()
    web.post(f"/runs/{run.pk}/notes/{note.pk}/", {"text": "Mended.", "version": "1"})
    note.refresh_from_db()
    assert (note.text, note.edited_at is not None) == ("Mended.", True)
    assert "Remove the note" in web.get(f"/runs/{run.pk}/notes/{note.pk}/remove/").content.decode()
    assert RunNote.objects.exists()
    web.post(f"/runs/{run.pk}/notes/{note.pk}/remove/")
    assert not RunNote.objects.filter(pk=note.pk).exists()
    verbs = Event.objects.filter(subject_id=note.pk).order_by("at").values_list("verb", flat=True)
    assert list(verbs) == ["added", "edited", "removed"]


def test_the_history_keeps_no_words_of_a_note(web: Client, run: Run) -> None:
    web.post(f"/runs/{run.pk}/notes/", {"text": "Confidential"})
    web.post(f"/runs/{run.pk}/label/", {"label": "Confidential"})
    assert "Confidential" not in str(list(Event.objects.values_list("data", flat=True)))


@pytest.mark.parametrize("text", ["", "   ", "a\0b", "x" * 10_000, "\x1b[31m"])
def test_a_text_that_cannot_be_kept_is_refused_beside_its_field(web: Client, run: Run, text: str) -> None:
    response = web.post(f"/runs/{run.pk}/notes/", {"text": text})
    assert response.status_code == 200
    assert response.context["note_form"].errors["text"]
    assert not RunNote.objects.exists()
    fragment = web.post(
        f"/runs/{run.pk}/notes/", {"text": text}, headers={"HX-Request": "true", "HX-Target": "notes"}
    )
    assert "field-error" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()


def test_hostile_text_is_text(web: Client, run: Run) -> None:
    web.post(f"/runs/{run.pk}/notes/", {"text": HOSTILE})
    web.post(f"/runs/{run.pk}/label/", {"label": HOSTILE})
    for path in (f"/runs/{run.pk}/", "/runs/"):
        assert "<img src=x" not in web.get(path).content.decode()
    assert RunNote.objects.get().text == HOSTILE


def test_only_its_author_changes_or_removes_a_note(web: Client, run: Run, evaluation: Evaluation) -> None:
    other = make_member(evaluation.engagement, "lead").user
    note = notes.add_note(by=other, run=run, text="Mine")
    edit = f"/runs/{run.pk}/notes/{note.pk}/"
    assert web.post(edit, {"text": "Yours", "version": "1"}).status_code == 200
    assert web.post(f"{edit}remove/").status_code == 409
    note.refresh_from_db()
    assert note.text == "Mine"
    with pytest.raises(Refused, match="Only the person"):
        notes.remove_note(by=make_user(), note=note)
    assert edit not in web.get(f"/runs/{run.pk}/").content.decode()


def test_a_note_that_moved_on_meanwhile_is_not_overwritten_unseen(
    web: Client, run: Run, engineer: User
) -> None:
    note = notes.add_note(by=engineer, run=run, text="First")
    notes.edit_note(by=engineer, note=note, text="Second")
    response = web.post(f"/runs/{run.pk}/notes/{note.pk}/", {"text": "Third", "version": "1"})
    assert "Second" in response.content.decode()
    note.refresh_from_db()
    assert note.text == "Second"


def test_a_note_of_another_run_is_missing(
    web: Client, run: Run, evaluation: Evaluation, engineer: User
) -> None:
    note = notes.add_note(by=engineer, run=run, text="Here")
    other = make_run(evaluation=evaluation)
    assert web.get(f"/runs/{other.pk}/notes/{note.pk}/").status_code == 404
    assert web.post(f"/runs/{other.pk}/notes/{note.pk}/remove/").status_code == 404


def test_clients_viewers_see_the_label_and_no_note(client: Client, run: Run, evaluation: Evaluation) -> None:
    engineer = make_member(evaluation.engagement).user
    notes.add_note(by=engineer, run=run, text="Their data is a mess")
    notes.set_label(by=engineer, run=run, label="baseline of May")
    viewer = make_member(evaluation.engagement, "viewer", user=make_user(Role.CLIENT)).user
    client.force_login(viewer)
    for path in (f"/runs/{run.pk}/", "/runs/"):
        html = client.get(path).content.decode()
        assert "baseline of May" in html
        assert "mess" not in html
        assert "1 note" not in html
    assert client.post(f"/runs/{run.pk}/notes/", {"text": "x"}).status_code == 403


def test_who_looks_on_reads_notes_and_writes_none(client: Client, run: Run, evaluation: Evaluation) -> None:
    notes.add_note(by=make_member(evaluation.engagement).user, run=run, text="Read me")
    viewer = make_member(evaluation.engagement, "viewer").user
    client.force_login(viewer)
    html = client.get(f"/runs/{run.pk}/").content.decode()
    assert "Read me" in html
    assert "Add note" not in html
    assert client.post(f"/runs/{run.pk}/label/", {"label": "x"}).status_code == 403


def test_a_label_is_set_changed_and_taken_away(web: Client, run: Run) -> None:
    for sent, kept in (
        ("  baseline   of May ", "baseline of May"),
        ("second", "second"),
        ("", ""),
        ("   ", ""),
    ):
        assert web.post(f"/runs/{run.pk}/label/", {"label": sent}).status_code == 302
        run.refresh_from_db()
        assert run.label == kept
    assert Event.objects.filter(subject_id=run.pk, verb="labelled").count() == 3


@pytest.mark.parametrize("label", ["x" * 61, "a\0b", "a\x07b"])
def test_a_label_that_cannot_be_kept_is_refused(web: Client, run: Run, label: str) -> None:
    response = web.post(f"/runs/{run.pk}/label/", {"label": label})
    assert response.status_code == 200
    assert response.context["form"].errors["label"]


def test_cancelling_asks_first_and_running_again_asks_for_the_rows(
    web: Client, run: Run, evaluation: Evaluation
) -> None:
    running = make_run(evaluation=evaluation, state="running")
    asked = web.get(f"/runs/{running.pk}/cancel/").content.decode()
    assert "Calls that are under way are lost" in asked
    running.refresh_from_db()
    assert running.state == "running"
    assert web.get(f"/runs/{run.pk}/cancel/").status_code == 409
    again = web.get(f"/runs/{run.pk}/again/").content.decode()
    assert "The same rows" in again
    assert "Freeze them anew" in again
    assert f"/evaluations/{evaluation.pk}/start/" in again
    dialog = web.get(f"/runs/{run.pk}/again/", headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert "<html" not in dialog.content.decode()
