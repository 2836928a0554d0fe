"""Who may hand over and who may bring along; what the pages do."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements.models import Engagement, Member
from apps.engagements.services.endings import close
from apps.handover.models import BROUGHT, EXPORTED, IMPORTED, BroughtMember, PackImport
from apps.handover.services import waiting
from apps.handover.services.exporting import archive
from tests.factories import make_member, make_user

from .conftest import empty, files_of, pack_of


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def downloaded(browser: Browser, engagement: Engagement) -> Any:
    return browser.get(reverse("handover:file", args=[engagement.pk]))


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [
        (Role.ADMIN, None, 200),
        (Role.MANAGER, None, 200),
        (Role.FDE, "lead", 200),
        (Role.FDE, "engineer", 200),
        (Role.FDE, "viewer", 403),
        (Role.FDE, None, 404),
        (Role.CLIENT, "viewer", 403),
        (Role.CLIENT, None, 403),
    ],
)
def test_who_works_on_it_or_manages_hands_over(
    engagement: Engagement, role: str, place: str | None, status: int
) -> None:
    user = make_user(role)
    if place:
        make_member(engagement, place, user=user)
    browser = signed_in(user)
    assert browser.get(reverse("handover:pack", args=[engagement.pk])).status_code == status
    response = downloaded(browser, engagement)
    assert response.status_code == status
    assert Event.objects.filter(verb=EXPORTED).count() == (1 if status == 200 else 0)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMIN, 200), (Role.MANAGER, 200), (Role.FDE, 403), (Role.CLIENT, 403)]
)
def test_managers_and_administrators_bring_along(db: None, role: str, status: int) -> None:
    browser = signed_in(make_user(role))
    assert browser.get(reverse("handover:new")).status_code == status
    shown = browser.get(reverse("engagements:list")).content.decode()
    assert (reverse("handover:new") in shown) == (status == 200)


def test_the_download_is_the_pack_and_streams(engagement: Engagement, tmp_path: Path) -> None:
    response = downloaded(signed_in(make_user(Role.MANAGER)), engagement)
    assert response.streaming
    content = b"".join(response.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        unpacked = {name: packed.read(name) for name in packed.namelist()}
    assert unpacked == pack_of(engagement, tmp_path / "folder")


def send(browser: Browser, content: bytes, **said: str) -> Any:
    file = SimpleUploadedFile("pack.zip", content)
    return browser.post(reverse("handover:new"), {"file": file, "name": "", **said}, follow=True)


def test_a_pack_is_sent_looked_at_and_taken(
    engagement: Engagement, home: Path, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    content = b"".join(archive(engagement))
    email = "maria@example.com"
    User.objects.filter(name="Maria Lopez").update(email=email)
    content = b"".join(archive(engagement))
    first = pack_of(engagement, tmp_path / "first")
    empty(home)
    lying = set((home / "attachments").glob("*/*"))
    manager = make_user(Role.MANAGER)
    make_user(Role.FDE, email=email, name="Maria Here")
    browser = signed_in(manager)
    shown = send(browser, content).content.decode()
    assert "Import it" in shown
    assert "Known here, unchanged" in shown
    assert "Maria Here" in shown
    assert not Engagement.objects.exists(), "a check writes nothing"
    assert User.objects.count() == 2
    assert set((home / "attachments").glob("*/*")) == lying
    found = PackImport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(reverse("handover:take", args=[found.pk]), follow=True)
    made = Engagement.objects.get()
    assert response.redirect_chain[-1][0] == made.get_absolute_url()
    assert response.status_code == 200
    event = Event.objects.get(verb=IMPORTED)
    assert (event.actor, event.engagement_id) == (manager, made.pk)
    others = Event.objects.filter(engagement_id=made.pk).exclude(verb=IMPORTED)
    assert all(BROUGHT in one.data for one in others)
    assert list(Member.objects.values_list("user__name", flat=True)) == ["Maria Here"]
    assert list(waiting.folder().iterdir()) == []
    second = pack_of(made, tmp_path / "second")
    assert {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)} == {
        "people.yml",
        "manifest.yml",
    }
    assert browser.post(reverse("handover:take", args=[found.pk])).status_code == 409


def test_every_page_of_what_was_brought_along_is_there(engagement: Engagement, home: Path) -> None:
    content = b"".join(archive(engagement))
    empty(home)
    browser = signed_in(make_user(Role.MANAGER))
    send(browser, content)
    browser.post(reverse("handover:take", args=[PackImport.objects.get().pk]))
    made = Engagement.objects.get()
    pages = [made.get_absolute_url()]
    pages += [reverse(f"engagements:{name}", args=[made.pk]) for name in ("members", "events", "hours")]
    pages += [
        reverse(f"registers:{name}", args=[made.pk])
        for name in ("raid", "actions", "milestones", "decisions")
    ]
    pages += [reverse(name, args=[made.pk]) for name in ("log:engagement", "log:timeline", "gates:list")]
    pages += [reverse(f"scoping:{name}", args=[made.pk]) for name in ("use-cases", "criteria")]
    pages += [reverse(f"connectors:{name}", args=[made.pk]) for name in ("sources", "datasets")]
    pages += [reverse("pilots:engagement-runs", args=[made.pk]), reverse("overview:portfolio")]
    pages += [item.get_absolute_url() for item in made.items.all()]
    pages += [reverse("pilots:evaluation", args=[one.pk]) for one in made.evaluations.all()]
    pages += [
        reverse("pilots:run", args=[run.pk]) for one in made.evaluations.all() for run in one.runs.all()
    ]
    for page in pages:
        response = browser.get(page, follow=True)
        assert response.status_code == 200, page
        if item := made.items.filter(kind="gate").first():
            assert "does not match" not in response.content.decode(), item


def test_nobody_gets_in_by_an_import(engagement: Engagement, home: Path) -> None:
    viewer = make_user(Role.CLIENT, email="viewer@client.example")
    make_member(engagement, "viewer", user=viewer)
    make_member(engagement, "lead", user=make_user(Role.ADMIN, email="boss@example.com"))
    content = b"".join(archive(engagement))
    empty(home)
    viewer = make_user(Role.CLIENT, email="viewer@client.example")
    browser = signed_in(make_user(Role.ADMIN))
    send(browser, content)
    browser.post(reverse("handover:take", args=[PackImport.objects.get().pk]))
    made = Engagement.objects.get()
    assert not Member.objects.exists()
    assert BroughtMember.objects.filter(user=viewer, engagement=made).exists()
    assert signed_in(viewer).get(made.get_absolute_url()).status_code == 404
    unknown = User.objects.get(email="boss@example.com")
    assert (unknown.is_active, unknown.role, unknown.has_usable_password()) == (False, Role.FDE, False)


def test_what_cannot_be_taken_says_why_and_writes_nothing(db: None, home: Path) -> None:
    browser = signed_in(make_user(Role.MANAGER))
    events = Event.objects.count()
    shown = send(browser, b"PK no archive <script>").content.decode()
    assert "This pack cannot be taken" in shown
    assert "neither a folder nor a ZIP" in shown
    assert Event.objects.count() == events
    found = PackImport.objects.get()
    assert browser.post(reverse("handover:take", args=[found.pk])).status_code == 409
    browser.post(reverse("handover:drop", args=[found.pk]))
    assert not PackImport.objects.exists()


def test_a_pack_that_waits_is_its_owners_alone(db: None, home: Path) -> None:
    send(signed_in(make_user(Role.MANAGER)), b"x")
    found = PackImport.objects.get()
    other = signed_in(make_user(Role.ADMIN))
    assert other.get(reverse("handover:detail", args=[found.pk])).status_code == 404
    assert other.post(reverse("handover:take", args=[found.pk])).status_code == 404
    assert other.post(reverse("handover:drop", args=[found.pk])).status_code == 404


def test_a_large_pack_is_a_workers(
    engagement: Engagement, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LARGE", 1)
    content = b"".join(archive(engagement))
    empty(home)
    browser = signed_in(make_user(Role.MANAGER))
    assert "Being checked" in send(browser, content).content.decode()
    assert waiting.perform_asked() == 1
    found = PackImport.objects.get()
    assert found.state == "ready"
    browser.post(reverse("handover:take", args=[found.pk]))
    assert not Engagement.objects.exists()
    assert waiting.perform_asked() == 1
    assert Engagement.objects.count() == 1
    assert waiting.perform_asked() == 0


def test_a_closed_engagement_is_handed_over_and_comes_along_closed(
    engagement: Engagement, home: Path, tmp_path: Path
) -> None:
    close(by=make_user(Role.MANAGER), engagement=engagement, ending="delivered", words="It is in use.")
    response = downloaded(signed_in(make_user(Role.MANAGER)), engagement)
    (tmp_path / "pack.zip").write_bytes(b"".join(response.streaming_content))
    first = pack_of(engagement, tmp_path / "first")
    empty(home)
    call_command("import_pack", str(tmp_path / "pack.zip"), stdout=io.StringIO(), stderr=io.StringIO())
    made = Engagement.objects.get()
    assert (made.state, made.ending) == ("closed", "delivered")
    assert pack_of(made, tmp_path / "second") == first


def test_the_commands_are_the_same(engagement: Engagement, home: Path, tmp_path: Path) -> None:
    said = io.StringIO()
    name = f"{engagement.client.slug}/{engagement.slug}"
    call_command("export_pack", name, str(tmp_path / "pack"), stdout=said)
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_pack", name, str(tmp_path / "pack"))
    with pytest.raises(CommandError, match="no engagement"):
        call_command("export_pack", "x/y", str(tmp_path / "other"))
    with pytest.raises(CommandError, match="another name"):
        call_command("import_pack", str(tmp_path / "pack"))
    empty(home)
    call_command("import_pack", str(tmp_path / "pack"), "--dry-run", stdout=said, stderr=said)
    assert "Nothing was written down" in said.getvalue()
    assert not Engagement.objects.exists()
    call_command("import_pack", str(tmp_path / "pack"), stdout=said, stderr=said)
    made = Engagement.objects.get()
    call_command("export_pack", f"{made.client.slug}/{made.slug}", str(tmp_path / "again"), stdout=said)
    assert files_of(tmp_path / "pack") == files_of(tmp_path / "again")
