"""The pages of an import: from the file to the result without a script, and nobody else's file in sight."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements.models import Action, Engagement, Import, MemberRole
from apps.engagements.services import imports
from tests.factories import make_engagement, make_member, make_user
from tests.factories.imports import make_import

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "import"}
FILE = "Title,Owner,Due,Client-visible\nOne,Somebody,2026-12-31,yes\nTwo,,31.02.2026,\n=1+1,,,\n"


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria Lindqvist")).user


def page(name: str, pending: Import) -> str:
    return reverse(f"imports:{name}", args=[pending.engagement_id, pending.pk])


def mapping(pending: Import, **changes: str) -> dict[str, str]:
    columns = {f"column_{name}": str(place) for name, place in pending.mapping["columns"].items()}
    return {**columns, **changes}


def test_from_the_file_to_the_result_without_a_script(engagement: Engagement, maria: User) -> None:
    browser = signed_in(maria)
    file = SimpleUploadedFile("plan.csv", FILE.encode("utf-16"))
    start = reverse("imports:new", args=[engagement.pk])
    answer = browser.post(start, {"what": "actions", "file": file, "text": ""}, follow=True)
    said = answer.content.decode()
    assert "plan.csv, 3 rows to become actions" in said
    assert "There is no day 31 of month 2" in said
    assert "begin like a formula" in said
    pending = Import.objects.get()
    shown = mapping(pending, shown="on")
    assert (
        "Visible to the client: 1 row."
        in browser.post(page("detail", pending), shown, follow=True).content.decode()
    )
    seen = imports.digest_of(Import.objects.get())
    said = browser.post(page("take", pending), {"seen": seen}, follow=True).content.decode()
    assert "Undo the import" in said
    assert {one.title: one.client_visible for one in Action.objects.all()} == {"One": True, "=1+1": False}
    again = browser.post(page("take", pending), {"seen": seen}, follow=True).content.decode()
    assert "has been imported already; nothing was written a second time" in again
    assert Action.objects.count() == 2
    browser.post(page("undo", pending))
    assert not Action.objects.filter(removed_at=None).exists()


def test_pasted_cells_are_read(engagement: Engagement, maria: User) -> None:
    text = "Aufgabe\tFällig\nAnrufen\t31.12.2026\n"
    start = reverse("imports:new", args=[engagement.pk])
    answer = signed_in(maria).post(start, {"what": "actions", "text": text}, follow=True)
    assert "pasted text, 1 row to become actions" in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose a file, or paste its rows below."),
        ({"text": "Title\n"}, "nothing below the headings"),
        ({"text": "x" * 1_000_001}, "at most 1000000 characters"),
        ({"file": b"PK\x03\x04"}, "an Excel workbook or another archive"),
        ({"file": b""}, "The submitted file is empty."),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    engagement: Engagement, maria: User, sent: dict[str, str | bytes], says: str
) -> None:
    data = {
        name: SimpleUploadedFile("f.csv", value) if isinstance(value, bytes) else value
        for name, value in sent.items()
    }
    answer = signed_in(maria).post(reverse("imports:new", args=[engagement.pk]), {"what": "actions", **data})
    assert says in answer.content.decode()
    assert not Import.objects.exists()


def test_too_large_an_upload_is_refused_before_it_is_read(engagement: Engagement, maria: User) -> None:
    start = reverse("imports:new", args=[engagement.pk])
    answer = signed_in(maria).post(start, {"what": "actions"}, CONTENT_LENGTH=str(30 << 20))
    assert (answer.status_code, "At most 25 MB" in answer.content.decode()) == (413, True)


def test_an_upload_without_the_form_s_token_is_refused(engagement: Engagement, maria: User) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(maria)
    answer = browser.post(reverse("imports:new", args=[engagement.pk]), {"what": "actions", "text": FILE})
    assert answer.status_code == 403
    assert not Import.objects.exists()


def test_htmx_reads_again_when_a_column_changes(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, FILE, by=maria)
    browser = signed_in(maria)
    said = browser.post(
        page("detail", pending), mapping(pending, column_due=""), headers=HTMX
    ).content.decode()
    assert "<html" not in said
    assert "There is no day" not in said
    assert "Import 3 actions" in said
    said = browser.post(
        page("detail", pending), mapping(pending, column_due="0"), headers=HTMX
    ).content.decode()
    assert "“Title” can only be one thing" in said


def test_without_a_title_nothing_can_be_imported(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, "Foo,Bar\n1,2\n", by=maria)
    browser = signed_in(maria)
    assert "Say above which column is the title." in browser.get(page("detail", pending)).content.decode()
    seen = imports.digest_of(pending)
    said = browser.post(page("take", pending), {"seen": seen}, follow=True).content.decode()
    assert "Say which column is: Title" in said


def test_days_that_may_be_months_are_asked_for(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, "Title,Due\nOne,01/02/2026\nTwo,03/04/2026\n", by=maria)
    browser = signed_in(maria)
    assert "In dates such as 01/02/2026" in browser.get(page("detail", pending)).content.decode()
    browser.post(page("detail", pending), mapping(pending, order="mdy"))
    found = imports.look(Import.objects.get())
    assert [dict(row["parts"])["Due"] for row in found["shown"]] == ["2026-01-02", "2026-03-04"]


def test_a_name_is_given_to_a_member_on_the_page(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, "Title,Owner\nOne,M. L.\n", by=maria)
    browser = signed_in(maria)
    said = browser.get(page("detail", pending)).content.decode()
    field = said.split('name="who_')[1].split('"')[0]
    browser.post(page("detail", pending), mapping(pending, **{f"who_{field}": str(maria.pk)}))
    assert dict(imports.look(Import.objects.get())["shown"][0]["parts"])["Owner"] == "Maria Lindqvist"


def test_refused_rows_come_back_with_what_is_wrong(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, FILE, by=maria)
    browser = signed_in(maria)

    def refused() -> list[list[str]]:
        return list(csv.reader(io.StringIO(b"".join(browser.get(page("refused", pending))).decode())))

    before = refused()
    assert before[0] == ["Title", "Owner", "Due", "Client-visible", "What is wrong"]
    assert before[1][:4] == ["Two", "", "31.02.2026", ""]
    imports.take(by=maria, pending=pending, seen=imports.digest_of(pending))
    assert refused() == before


def test_examples_can_be_imported_as_they_are(engagement: Engagement, maria: User) -> None:
    browser = signed_in(maria)
    for what in ("actions", "risks", "milestones", "log"):
        example = b"".join(browser.get(reverse("imports:example", args=[engagement.pk]), {"what": what}))
        pending = make_import(engagement, example.decode(), what=what, by=maria)
        looked = imports.look(pending)
        assert (looked["new"], looked["refused"], looked["missing"]) == (1, 0, []), (what, looked)


def test_rows_beyond_the_first_page_are_on_the_next(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, "Title\n" + "".join(f"Row {n}\n" for n in range(25)), by=maria)
    browser = signed_in(maria)
    assert "Row 24" not in browser.get(page("detail", pending)).content.decode()
    assert "Row 24" in browser.get(page("detail", pending), {"page": "2"}).content.decode()


def test_somebody_else_s_file_is_not_there(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, FILE, by=maria)
    others = {
        "colleague": make_member(engagement).user,
        "manager": make_user(Role.MANAGER),
        "stranger": make_member(make_engagement()).user,
    }
    for who, person in others.items():
        browser = signed_in(person)
        assert browser.get(page("detail", pending)).status_code == 404, who
        assert browser.post(page("detail", pending), {}).status_code == 404, who
        assert browser.get(page("refused", pending)).status_code == 404, who
        for name in ("take", "drop", "undo"):
            assert browser.post(page(name, pending)).status_code == 404, (who, name)
        if who != "stranger":
            start = browser.get(reverse("imports:new", args=[engagement.pk])).content.decode()
            assert "rows.csv" not in start
    assert "rows.csv" in signed_in(maria).get(reverse("imports:new", args=[engagement.pk])).content.decode()


def test_who_only_looks_on_imports_nothing(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, FILE, by=maria)
    viewer = make_member(engagement, MemberRole.VIEWER).user
    client = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    for person in (viewer, client):
        assert signed_in(person).get(reverse("imports:new", args=[engagement.pk])).status_code == 403
    engagement.members.filter(user=maria).update(role=MemberRole.VIEWER)
    assert signed_in(maria).get(page("detail", pending)).status_code == 404
    assert signed_in(maria).post(page("take", pending)).status_code == 403


@pytest.mark.parametrize(
    "route", ["registers:actions", "registers:raid", "registers:milestones", "log:engagement"]
)
def test_lists_lead_to_an_import_for_those_who_may(engagement: Engagement, maria: User, route: str) -> None:
    here = reverse(route, args=[engagement.pk])
    link = f'href="{reverse("imports:new", args=[engagement.pk])}?what='
    assert link in signed_in(maria).get(here).content.decode()
    viewer = make_member(engagement, MemberRole.VIEWER).user
    assert link not in signed_in(viewer).get(here).content.decode()


def test_a_dropped_file_is_gone(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, FILE, by=maria)
    browser = signed_in(maria)
    assert "is dropped" in browser.post(page("drop", pending), follow=True).content.decode()
    assert browser.get(page("detail", pending)).status_code == 404


def test_cells_are_shown_as_text(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, "Title,<b>x</b>\n<script>alert(1)</script>,\n", by=maria)
    said = signed_in(maria).get(page("detail", pending)).content.decode()
    assert "<script>alert" not in said
    assert "<b>x" not in said
