"""Attachments: told by their content, kept whole, served so that nothing runs, and gone when they are removed."""

import io
import time
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Attachment, Item, Kind, MemberRole
from apps.engagements.rules import attachments as rules
from apps.engagements.services import attachments, items
from apps.engagements.services.attachments import attach, folder, sweep
from apps.engagements.services.removal import remove_engagement
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

IN_PLACE = {"HX-Request": "true", "HX-Target": "attachments"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 64
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 40
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 64
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def scrambled(method: int) -> bytes:
    """An archive whose list is right, and what it says of itself no longer unpacks."""
    name, target = "[Content_Types].xml", io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr(name, "<Types>" + "a" * 500 + "</Types>")
        archive.writestr("word/document.xml", "x")
    raw = bytearray(target.getvalue())
    at = raw.index(name.encode()) + len(name)
    raw[at + 4 : at + 16] = b"\xff" * 12
    return bytes(raw)


def office(*parts: str, types: str = "<Types/>") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        for part in parts:
            archive.writestr(part, "<x/>")
    return file.getvalue()


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def engineer(db: None, settings, tmp_path: Path) -> User:
    settings.ATTACHMENTS = tmp_path / "attachments"
    return make_member(make_engagement(), MemberRole.ENGINEER).user


@pytest.fixture
def engagement(engineer: User):
    return engineer.memberships.get().engagement


@pytest.fixture
def client_viewer(engagement) -> User:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


@pytest.fixture
def item(engagement) -> Item:
    return make_item(engagement, Kind.RISK, client_visible=True)


def put(user: User, item: Item, content: bytes = PNG, name: str = "picture.png") -> Attachment:
    return attach(by=user, item=item, file=SimpleUploadedFile(name, content))


def send(
    user: User, item: Item, content: bytes = PNG, name: str = "picture.png", *, leaves: str = "on", **headers
):
    data = {"file": SimpleUploadedFile(name, content), "leaves": leaves}
    return signed_in(user).post(
        reverse("items:attach", args=[item.pk]), data, headers={**IN_PLACE, **headers}
    )


def address(attachment: Attachment) -> str:
    return reverse("items:attachment", args=[attachment.item_id, attachment.pk])


def files() -> list[Path]:
    return [path for path in folder().rglob("*") if path.is_file()]


def test_it_is_kept_whole_for_its_owner_only_under_a_random_name(engineer: User, item: Item) -> None:
    text = send(engineer, item).content.decode()
    kept = Attachment.objects.get()
    path = folder() / kept.path
    assert path.read_bytes() == PNG
    assert (path.stat().st_mode & 0o777, folder().stat().st_mode & 0o777) == (0o600, 0o700)
    assert "picture" not in kept.path
    assert (kept.media_type, kept.size, kept.by) == ("image/png", len(PNG), engineer)
    for said in ("picture.png", "a PNG picture", kept.sha256[:8], engineer.name):
        assert said in text
    assert Event.objects.get(verb="attached").data["after"]["sha256"] == kept.sha256


def test_the_same_file_twice_is_two(engineer: User, item: Item) -> None:
    assert put(engineer, item).path != put(engineer, item).path
    assert len(files()) == 2


def test_the_warning_is_there_and_has_to_be_acknowledged(engineer: User, item: Item) -> None:
    page = signed_in(engineer).get(item.get_absolute_url()).content.decode()
    assert "leaves the client&#x27;s network" in page
    assert "kept at the control plane" in page
    refused = send(engineer, item, leaves="").content.decode()
    assert "Say that you know" in refused
    assert not Attachment.objects.exists()
    assert files() == []


KINDS = [
    (PNG, "a.png", "image/png"),
    (JPEG, "a.jpeg", "image/jpeg"),
    (GIF, "a.GIF", "image/gif"),
    (WEBP, "a.webp", "image/webp"),
    (PDF, "a.pdf", "application/pdf"),
    (b"a,b\n1,2\n", "a.csv", "text/csv"),
    (b"# Title\n", "a.md", "text/markdown"),
    ("Grüße\n".encode(), "a.txt", "text/plain"),
    (b"\xef\xbb\xbfwith a mark\n", "a.txt", "text/plain"),
    (b"BM is how it begins, MZ too\n", "a.txt", "text/plain"),
    (b"MZ is how it begins\n", "a.txt", "text/plain"),
    (b'{"a": [1]}', "a.json", "application/json"),
    (b'{"a": [1]}', "a.txt", "text/plain"),
    (b"<html> is a tag\n", "a.md", "text/markdown"),
    (office("word/document.xml"), "a.docx", DOCX),
    (office("xl/workbook.xml"), "a.xlsx", DOCX.replace("wordprocessingml.document", "spreadsheetml.sheet")),
    (
        office("ppt/presentation.xml"),
        "a.pptx",
        DOCX.replace("wordprocessingml.document", "presentationml.presentation"),
    ),
    (PNG, "without an ending", "image/png"),
    (b"text\n", "notes of 3.4", "text/plain"),
]


@pytest.mark.parametrize(
    ("content", "name", "media_type"), KINDS, ids=[f"{name} as {kind[-12:]}" for _, name, kind in KINDS]
)
def test_what_is_kept_is_told_by_its_content(
    content: bytes, name: str, media_type: str, engineer: User, item: Item
) -> None:
    assert put(engineer, item, content, name).media_type == media_type


UNFIT = [
    (b"", "a.txt", "empty"),
    (PNG, "report.pdf", "called .pdf but is a PNG picture. If that is right, name it .png"),
    (PDF, "a.png", "is a PDF"),
    (b"just words\n", "a.png", "called .png but is plain text"),
    (b"just words\n", "a.json", "called .json but is plain text"),
    (b"{" * 100_000, "a.json", "is plain text"),
    (EXE, "invoice.pdf", "x-msdownload"),
    (EXE, "setup.exe", "x-msdownload"),
    (b"#!/bin/sh\nrm -rf /\n", "run.sh", ".sh are not kept"),
    (b"<!DOCTYPE html><script>alert(1)</script>", "a.csv", "markup"),
    (b"<!DOCTYPE html>", "a.html", "markup"),
    (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg", "markup"),
    (b'  \n<?xml version="1.0"?><svg/>', "a.png", "markup"),
    (office("a.txt"), "a.zip", "archive"),
    (office("a.txt"), "a.docx", "archive"),
    (office("word/document.xml", "xl/workbook.xml"), "a.docx", "archive"),
    (office("xl/workbook.xml"), "a.docx", "is an Excel workbook"),
    (office("word/document.xml", "word/vbaProject.bin"), "a.docx", "with macros"),
    (
        office("word/document.xml", types="<x>application/vnd.ms-word.document.macroEnabled.main+xml</x>"),
        "a.docx",
        "with macros",
    ),
    (office("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "a.xlsx", "with macros"),
    (office("word/document.xml")[:80], "a.docx", "damaged"),
    (b"PK\x03\x04" + b"\xff" * 200, "a.docx", "damaged"),
    *(
        (scrambled(method), "a.docx", "damaged")
        for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    ),
    ("Grüße".encode("utf-16"), "a.txt", "UTF-16"),
    ("Grüße an alle".encode("latin-1"), "a.txt", "neither UTF-8"),
    (b"a\x00b", "a.txt", "neither UTF-8"),
    (b"a\x1b[31mb", "a.txt", "neither UTF-8"),
    (b"ok " * 5000 + b"\xff", "a.txt", "neither UTF-8"),
]


@pytest.mark.parametrize(
    ("content", "name", "why"), UNFIT, ids=[f"{name} {why[:20]}" for _, name, why in UNFIT]
)
def test_what_is_not_kept_is_called_what_it_is(
    content: bytes, name: str, why: str, engineer: User, item: Item
) -> None:
    answer = send(engineer, item, content, name)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not Attachment.objects.exists()
    assert files() == []


NAMES = [
    ("../../etc/passwd.png", "passwd.png"),
    ("C:\\Users\\me\\a.png", "a.png"),
    ("a\u202egnp.png", "agnp.png"),
    ("a\x00b\r\nc.png", "abc.png"),
    ("  . ", "file.png"),
    ("", "file.png"),
    ("....png", "png.png"),
    ("x" * 300 + ".PNG", "x" * 196 + ".PNG"),
    ("Ärger “1”.png", "Ärger “1”.png"),
    ("a.tar", "a.tar.png"),
    ("e\u0301.png", "\u00e9.png"),
]


@pytest.mark.parametrize(("said", "kept"), NAMES)
def test_a_name_is_kept_as_far_as_it_can_be_shown(said: str, kept: str) -> None:
    assert rules.file_name(said, "image/png") == kept


@given(st.text(max_size=300), st.sampled_from(sorted(rules.ENDINGS)))
def test_every_name_is_one_that_can_be_shown_and_saved(said: str, media_type: str) -> None:
    name = rules.file_name(said, media_type)
    assert 0 < len(name) <= rules.NAME
    assert name.isprintable()
    assert not set(name) & set("/\\")
    assert not name.startswith(".")
    assert name.lower().endswith(rules.ENDINGS[media_type])


@given(st.text(max_size=40))
def test_no_name_makes_one_kind_into_another(said: str) -> None:
    try:
        kept = rules.settled("image/png", said)
    except rules.Unfit:
        return
    assert kept == "image/png"


def test_it_is_served_so_that_nothing_runs(engineer: User, item: Item) -> None:
    picture, text = put(engineer, item), put(engineer, item, b"a,b\n", 'gr\u00fc\u00dfe "x";.csv')
    browser = signed_in(engineer)
    shown, saved = browser.get(address(picture)), browser.get(address(text))
    assert b"".join(shown.streaming_content) == PNG
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert unquote(saved["Content-Disposition"]).endswith('gr\u00fc\u00dfe "x";.csv')
    assert saved["Content-Type"] == "text/csv; charset=utf-8"
    for answer in (shown, saved):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
    assert browser.get(address(picture), {"save": ""})["Content-Disposition"].startswith("attachment")


def test_only_who_sees_the_item_gets_the_file(
    engineer: User, client_viewer: User, engagement, item: Item
) -> None:
    shown, hidden = put(engineer, item), put(engineer, make_item(engagement))
    foreign = make_member(make_engagement()).user
    assert signed_in(client_viewer).get(address(shown)).status_code == 200
    assert signed_in(client_viewer).get(address(hidden)).status_code == 404
    assert signed_in(foreign).get(address(shown)).status_code == 404
    crossed = reverse("items:attachment", args=[item.pk, hidden.pk])
    assert signed_in(engineer).get(crossed).status_code == 404


def test_a_client_uploads_and_removes_nothing(engineer: User, client_viewer: User, item: Item) -> None:
    kept = put(engineer, item)
    assert send(client_viewer, item).status_code == 403
    remove = reverse("items:attachment-remove", args=[item.pk, kept.pk])
    assert signed_in(client_viewer).post(remove).status_code == 403
    assert "Attach</button>" not in signed_in(client_viewer).get(item.get_absolute_url()).content.decode()


def test_removed_is_gone_from_page_address_and_disk(
    engineer: User, item: Item, django_capture_on_commit_callbacks
) -> None:
    kept = put(engineer, item)
    browser, remove = signed_in(engineer), reverse("items:attachment-remove", args=[item.pk, kept.pk])
    assert "deleted for good" in browser.get(remove).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert "picture.png is removed" in browser.post(remove, follow=True).content.decode()
    assert browser.get(address(kept)).status_code == 404
    assert browser.post(remove).status_code == 404
    assert files() == []


def test_a_file_that_was_lost_is_not_found_rather_than_a_failure(engineer: User, item: Item) -> None:
    kept = put(engineer, item)
    (folder() / kept.path).unlink()
    assert signed_in(engineer).get(address(kept)).status_code == 404


def test_with_the_engagement_go_its_files_and_no_others(
    engineer: User, engagement, item: Item, django_capture_on_commit_callbacks
) -> None:
    put(engineer, item)
    other = put(engineer, make_item(make_engagement()))
    with django_capture_on_commit_callbacks(execute=True):
        remove_engagement(by=None, engagement=engagement)
    assert files() == [folder() / other.path]


def test_what_cannot_be_written_down_leaves_no_file(engineer: User, item: Item) -> None:
    items.remove(by=None, item=item)
    with pytest.raises(Refused, match="removed this meanwhile"):
        put(engineer, item)
    assert files() == []


def test_a_folder_that_cannot_be_written_is_said_and_keeps_nothing(engineer: User, item: Item) -> None:
    folder().parent.mkdir(exist_ok=True)
    folder().write_text("in the way")
    assert "cannot write its attachments" in send(engineer, item).content.decode()
    assert not Attachment.objects.exists()


def test_a_disk_without_room_is_told_before_anything_is_read(engineer: User, item: Item, monkeypatch) -> None:
    monkeypatch.setattr(attachments, "SPARE", 2**62)
    answer = send(engineer, item)
    assert (answer.status_code, "no room left" in answer.content.decode()) == (413, True)


class Endless(io.RawIOBase):
    """Stands in for what arrives: counts how much of it was read."""

    taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.taken += max(size, 0)
        return b"x" * max(size, 0)


@pytest.mark.parametrize("size", [2**30, 26 * 2**20, 10**30])
def test_a_gigabyte_is_refused_before_a_byte_of_it_is_read(size: int, engineer: User, item: Item) -> None:
    body = Endless()
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(engineer)
    answer = browser.generic(
        "POST",
        reverse("items:attach", args=[item.pk]),
        content_type="multipart/form-data; boundary=x",
        headers={"HX-Request": "true"},
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": body},
    )
    assert answer.status_code == 413
    assert "at most 25 MB" in answer.content.decode()
    assert body.taken == 0


def test_a_file_just_over_the_limit_is_refused_and_one_just_at_it_is_kept(
    engineer: User, item: Item, settings
) -> None:
    settings.ATTACHMENT_LIMIT = 1000
    assert "at most" in send(engineer, item, b"x" * 1001, "a.txt").content.decode()
    assert not Attachment.objects.exists()
    send(engineer, item, b"x" * 1000, "a.txt")
    assert Attachment.objects.get().size == 1000


def test_an_upload_still_needs_the_forms_token(engineer: User, item: Item) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(engineer)
    data = {"file": SimpleUploadedFile("a.png", PNG), "leaves": "on"}
    assert browser.post(reverse("items:attach", args=[item.pk]), data).status_code == 403
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded", b"file=notafile&leaves=on"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n',
        ),
        ("application/json", b"{"),
    ],
)
def test_a_broken_upload_is_no_failure(content_type: str, body: bytes, engineer: User, item: Item) -> None:
    answer = signed_in(engineer).generic(
        "POST", reverse("items:attach", args=[item.pk]), body, content_type=content_type
    )
    assert answer.status_code in {200, 400}
    assert not Attachment.objects.exists()


def test_files_that_nothing_speaks_of_are_swept_up_after_a_day(engineer: User, item: Item) -> None:
    kept, gone = put(engineer, item), put(engineer, item)
    Attachment.objects.filter(pk=gone.pk).delete()
    (folder() / gone.path).with_suffix(".part").write_bytes(b"half")
    assert sweep() == 0
    assert sweep(time.time() + 25 * 3600) == 2
    assert files() == [folder() / kept.path]
