"""The pages of templates: seen before anything is made, nothing lost, nobody else's changed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements import checks
from apps.engagements.models import Engagement, Item, Kind, MemberRole, Template
from apps.engagements.selectors.template_lines import lines_of
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.templates import CONTENT, make_template, plain_content

pytestmark = pytest.mark.django_db
NEW = "/engagements/new/"
IN_PLACE = {"HX-Request": "true", "HX-Target": "plan"}
BACKWARDS = CONTENT.replace("gate_day: 20", "gate_day: 2")


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


@pytest.fixture
def manager() -> Browser:
    return signed_in(make_user(Role.MANAGER))


def text_of(answer) -> str:
    return answer.content.decode()


def test_what_a_template_makes_is_shown_with_its_dates_before_it_is_made(manager: Browser) -> None:
    template = make_template(name="Ours")
    asked = {"template": str(template.pk), "starts_on": "2031-06-02"}
    fragment = text_of(manager.get(NEW, asked, headers=IN_PLACE))
    for words in (
        "Ours",
        "Run the kick-off",
        "2031-06-03",
        "2031-06-12",
        "Letters arrive",
        "2 lines to tick",
    ):
        assert words in fragment
    assert "<html" not in fragment
    assert "2031-06-12" in text_of(manager.get(NEW, asked))  # without scripts
    assert not Item.objects.exists()


def test_what_is_left_out_is_said_before_it_is_made(manager: Browser, monkeypatch) -> None:
    template = make_template()
    monkeypatch.delitem(checks._checks, "scoping.use-case-picked")
    fragment = text_of(manager.get(NEW, {"template": str(template.pk)}, headers=IN_PLACE))
    assert "Left out, because nothing here knows it" in fragment
    assert "scoping.use-case-picked" in fragment


@pytest.mark.parametrize("query", [{"template": "\0"}, {"template": "x"}, {"starts_on": "\0"}, {"lead": "x"}])
def test_nonsense_is_no_failure(manager: Browser, query: dict[str, str]) -> None:
    query = {"template": "agentic-workflow", **query}
    assert manager.get(NEW, query).status_code == 200
    assert manager.get(NEW, query, headers=IN_PLACE).status_code == 200


def test_an_engagement_is_started_from_a_template(manager: Browser) -> None:
    data = {
        "client": "Northwind",
        "name": "triage",
        "template": "agentic-workflow",
        "starts_on": "2026-11-23",
    }
    answer = manager.post(NEW, data)
    made = Engagement.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert (made.started_from, str(made.starts_on)) == ("Agentic workflow", "2026-11-23")


def test_a_broken_template_makes_nothing_and_loses_nothing_that_was_typed(manager: Browser) -> None:
    content = plain_content(BACKWARDS)
    broken = make_template(content=content)
    data = {"client": "Northwind", "name": "triage", "template": str(broken.pk)}
    page = text_of(manager.post(NEW, data))
    assert "run backwards" in page
    assert 'value="Northwind"' in page
    assert not Engagement.objects.exists()
    assert "cannot be used as it stands" in text_of(manager.get(broken.get_absolute_url()))


@pytest.mark.parametrize("day", ["2999-01-01", "0001-01-01", "soon"])
def test_a_day_that_nobody_means_is_refused(manager: Browser, day: str) -> None:
    manager.post(NEW, {"client": "N", "name": "t", "starts_on": day, "template": "agentic-workflow"})
    assert not Engagement.objects.exists()
    assert manager.get(NEW, {"starts_on": day, "template": "agentic-workflow"}).status_code == 200


def test_staff_see_templates_and_clients_do_not() -> None:
    template = make_template()
    addresses = [
        reverse("templates:list"),
        template.get_absolute_url(),
        "/templates/shipped/agentic-workflow/",
    ]
    for address in addresses:
        assert signed_in(make_user()).get(address).status_code == 200
        assert signed_in(make_user(Role.CLIENT)).get(address).status_code == 403
    assert signed_in(make_user()).get("/templates/shipped/nothing/").status_code == 404


def test_only_whoever_may_is_offered_changes_and_can_make_them() -> None:
    owner = make_user()
    template = make_template(by=owner)
    for name in ("edit", "remove"):
        address = reverse(f"templates:{name}", args=[template.pk])
        stranger = signed_in(make_user())
        assert address not in text_of(stranger.get(template.get_absolute_url()))
        assert stranger.get(address).status_code == 409
        assert stranger.post(address, {"name": "x", "content": CONTENT, "version": "1"}).status_code == 409
        assert address in text_of(signed_in(owner).get(template.get_absolute_url()))
    template.refresh_from_db()
    assert template.version == 1


def test_a_template_is_removed_only_after_it_was_asked_for(manager: Browser) -> None:
    template = make_template()
    address = reverse("templates:remove", args=[template.pk])
    assert "Remove the template" in text_of(manager.get(address))
    assert Template.objects.exists()
    manager.post(address)
    assert not Template.objects.exists()


def test_a_download_is_what_an_upload_takes(manager: Browser) -> None:
    template = make_template(name="Ours")
    file = manager.get(reverse("templates:file", args=[template.pk]))
    assert file["Content-Disposition"] == 'attachment; filename="ours.yml"'
    text = text_of(file).replace("name: Ours", "name: Theirs", 1)
    upload = SimpleUploadedFile("theirs.yml", text.encode())
    manager.post(reverse("templates:new"), {"file": upload})
    assert Template.objects.get(name="Theirs").content == template.content


def test_a_shipped_template_is_downloaded_and_copied(manager: Browser) -> None:
    assert "phases:" in text_of(manager.get("/templates/shipped/agentic-workflow/file/"))
    page = text_of(manager.get(reverse("templates:new"), {"from": "agentic-workflow"}))
    assert "Agentic workflow, our way" in page
    assert "List the tools" in page


def test_every_mistake_of_a_text_is_shown_with_its_line_and_the_text_stays(manager: Browser) -> None:
    template = make_template()
    wrong = CONTENT.replace("gate_day: 10", "gate_day: ten").replace("severity: high", "severity: hihg")
    data = {"name": "Ours", "content": wrong, "version": "1"}
    page = text_of(manager.post(reverse("templates:edit", args=[template.pk]), data))
    assert "Line 4, phase 1, gate day: “ten” is no day" in page
    assert "did you mean high?" in page
    assert "severity: hihg" in page
    template.refresh_from_db()
    assert template.version == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 900_000, b"- 1", b"a: &x 1\nb: *x", b""])
def test_a_file_that_is_no_template_is_explained(manager: Browser, content: bytes) -> None:
    data = {"name": "Ours", "content": "", "file": SimpleUploadedFile("a.yml", content)}
    answer = manager.post(reverse("templates:new"), data)
    assert answer.status_code == 200
    assert "field-error" in text_of(answer)
    assert not Template.objects.exists()


def test_an_engagement_is_shown_line_by_line_before_it_is_saved() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    make_item(lead.engagement, Kind.ACTION, title="Keep me", text="private matter")
    make_item(lead.engagement, Kind.ACTION, title=f"Call {lead.user.name}")
    address, browser = reverse("templates:save", args=[lead.engagement_id]), signed_in(lead.user)
    page = text_of(browser.get(address))
    assert address in text_of(browser.get(reverse("engagements:edit", args=[lead.engagement_id])))
    lines = {line.title: line for line in lines_of(lead.engagement)}
    assert f'value="{lines["Keep me"].key}" checked' in " ".join(page.split())
    assert f'value="{lines["Keep me"].text_key}" checked' not in " ".join(page.split())
    assert f'value="{lines[f"Call {lead.user.name}"].key}" checked' not in " ".join(page.split())
    assert "private matter" in page  # seen before it could be ticked
    answer = browser.post(address, {"name": "Ours", "keep": [lines["Keep me"].key]})
    made = Template.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert str(made.content).count("title") == 1


def test_nothing_ticked_is_nothing_saved_and_says_so() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    page = signed_in(lead.user).post(reverse("templates:save", args=[lead.engagement_id]), {"name": "Ours"})
    assert "put something into it" in text_of(page)
    assert not Template.objects.exists()


def test_whoever_only_looks_on_saves_no_template() -> None:
    viewer = make_member(make_engagement(), MemberRole.VIEWER)
    assert (
        signed_in(viewer.user).get(reverse("templates:save", args=[viewer.engagement_id])).status_code == 403
    )


def test_texts_of_templates_are_escaped(manager: Browser) -> None:
    template = make_template(
        text=CONTENT.replace("Tidy up", "'<b>Tidy</b>'").replace("Who decides?", "<script>x</script>")
    )
    page = text_of(manager.get(template.get_absolute_url()))
    assert "<b>Tidy</b>" not in page
    assert "<script>x" not in page


def test_the_list_costs_the_same_however_many_there_are(
    manager: Browser, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        make_template()
    with django_assert_max_num_queries(6):
        page = text_of(manager.get(reverse("templates:list")))
    assert page.count("template-card") >= 18


def test_an_fde_starts_an_engagement_and_leads_it(client: Browser) -> None:
    fde = make_user()
    client.force_login(fde)
    page = client.get(reverse("engagements:new")).content.decode()
    assert f'<option value="{fde.pk}" selected>' in page
    client.post(reverse("engagements:new"), {"client": "Northwind", "name": "triage", "template": ""})
    made = Engagement.objects.get(name="triage")
    assert [(one.user, one.role) for one in made.members.all()] == [(fde, MemberRole.LEAD)]


def test_an_fde_does_not_get_to_a_client_by_naming_them(client: Browser) -> None:
    make_client("Northwind")
    fde = make_user()
    client.force_login(fde)
    answer = client.post(reverse("engagements:new"), {"client": "NORTHWIND", "name": "triage"})
    assert "a manager can start this" in answer.content.decode()
    assert not Engagement.objects.exists()
    other = make_engagement(client=make_client("Northwind"), name="other")
    place = make_member(other, MemberRole.VIEWER, user=fde)
    said = {"client": "northwind", "name": "triage"}
    assert client.post(reverse("engagements:new"), said).status_code == 200  # who looks on does not lead
    place.role = MemberRole.ENGINEER
    place.save()
    assert client.post(reverse("engagements:new"), said).status_code == 302
