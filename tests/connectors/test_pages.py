"""The pages of sources: who finds what on them, and what they cost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role
from apps.connectors.models import Look, Source
from apps.dataplane.contract.messages import BrowseReport, Entry, FailureReport
from apps.dispatch import places, rules
from apps.dispatch.models import Inquiry, Site
from apps.engagements.models import MemberRole
from tests.factories import make_engagement, make_member, make_user

from .conftest import answer, make_dataset, make_source, report


def address(name: str, engagement, **more) -> str:
    return reverse(f"connectors:{name}", kwargs={"pk": engagement.pk, **more})


def text_of(response) -> str:
    assert response.status_code == 200, response
    return " ".join(response.content.decode().split())


def test_from_a_typed_path_to_its_columns(at_work: Client, acted, engagement) -> None:
    data = {"path": "/srv/messages.csv", "kind": "", "sheet": "", "name": ""}
    asked = at_work.post(address("source-new", engagement), data, follow=True)
    assert "The site has been asked" in text_of(asked)
    source = Source.objects.get()
    assert (source.name, source.kind) == ("messages.csv", "csv")
    answer(acted, report("text", "label"))
    shown = text_of(at_work.get(source.get_absolute_url()))
    assert "Reads as CSV: 2 columns, 10 rows" in shown
    assert "2 to 40" in shown
    assert "Seen at level scores; the policy of acted allows up to full. Only numbers leave the site" in shown
    assert "First rows" not in shown


def test_from_redacted_upwards_the_first_rows_are_shown_as_text(at_work: Client, acted, engagement) -> None:
    source = make_source(engagement)
    at_work.post(address("source-test", engagement, source=source.pk), {"level": "redacted"})
    answer(acted, report("text", level="redacted", rows=[["<b>bold</b> [e-mail]"]]))
    shown = text_of(at_work.get(source.get_absolute_url()))
    assert "&lt;b&gt;bold&lt;/b&gt; [e-mail]" in shown
    assert "masked; names of people are not covered" in shown


@pytest.mark.parametrize(
    ("code", "facts", "words"),
    [
        ("source_not_found", {}, "Path <span class=\"step-state\">failed"),
        ("source_denied", {}, "Grant <span class=\"step-state\">failed"),
        ("source_ragged", {"line": 7, "columns": 3}, "<dt>Line</dt>"),
        ("site_error", {}, "did not foresee"),
        ("newer_than_this", {}, "newer than this"),
    ],
)  # fmt: skip
def test_a_failed_test_says_where_why_and_what_to_do(
    at_work: Client, acted, engagement, code, facts, words
) -> None:
    source = make_source(engagement)
    at_work.post(address("source-test", engagement, source=source.pk), {"level": "scores"})
    answer(acted, FailureReport(code=code, stage="preview", facts=facts))
    assert words in text_of(at_work.get(source.get_absolute_url()))
    assert "failed" in text_of(at_work.get(address("sources", engagement)))


def test_while_the_site_is_asked_only_a_change_is_sent(at_work: Client, acted, engagement) -> None:
    source = make_source(engagement)
    at_work.post(address("source-test", engagement, source=source.pk), {"level": "scores"})
    htmx = {"HX-Request": "true", "HX-Target": "tested"}
    path = source.get_absolute_url()
    assert at_work.get(path, {"told": "waiting"}, headers=htmx).status_code == 204
    Site.objects.update(heard_at=acted.site.created_at - 2 * rules.SILENT)
    away = at_work.get(path, {"told": "waiting"}, headers=htmx)
    assert "The question waits until it is back" in text_of(away)
    answer_came = at_work.get(path, {"told": "away"}, headers=htmx)
    assert answer_came.status_code == 204
    acted.beat()
    answer(acted, report("text"))
    assert "hx-trigger" not in text_of(at_work.get(path, {"told": "waiting"}, headers=htmx))


def test_labels_stand_for_names_that_stay(at_work: Client, acted, engagement) -> None:
    source = make_source(engagement, **{"column#1": 10, "column#2": 5})
    shown = text_of(at_work.get(source.get_absolute_url()))
    assert "Names of columns stay at the site" in shown
    assert "typed exactly as the source has them" in text_of(
        at_work.get(address("dataset-new", engagement, source=source.pk))
    )


def test_a_file_is_found_by_clicking(at_work: Client, acted, engagement, here) -> None:
    asked = at_work.post(address("browse", engagement), {"path": ""}, follow=True)
    assert "Your folder" in text_of(asked)
    entries = [Entry(name="may", kind="folder"), Entry(name="a&b.csv", kind="file", size=2048),
               Entry(name="notes.docx", kind="file", size=1)]  # fmt: skip
    answer(acted, BrowseReport(entries=entries, more=True))
    look = Look.objects.get()
    shown = text_of(at_work.get(address("look", engagement, look=look.pk)))
    own = places.data() / "northwind-bank"
    assert f'value="{own}/may"' in shown
    assert "not one that is read" in shown
    assert "more here than is listed" in shown
    assert "a%26b.csv&amp;kind=csv" in shown
    filled = at_work.get(address("source-new", engagement), {"path": f"{own}/a&b.csv", "kind": "csv"})
    assert f'value="{own}/a&amp;b.csv"' in text_of(filled)


def test_tables_are_found_by_clicking(at_work: Client, acted, engagement) -> None:
    at_work.post(address("browse", engagement), {"dsn": "secret:notes"})
    answer(acted, BrowseReport(entries=[Entry(name="notes", kind="table", rows=1200)]))
    shown = text_of(at_work.get(address("look", engagement, look=Look.objects.get().pk)))
    assert "Tables that secret:notes may read" in shown
    assert "kind=postgres&amp;dsn=secret%3Anotes&amp;table=notes" in shown


def test_where_names_stay_the_path_is_typed(at_work: Client, acted, engagement) -> None:
    Site.objects.update(names=False)
    assert "keeps the names of files" in text_of(at_work.get(address("browse", engagement)))
    at_work.post(address("browse", engagement), {"path": "/srv"})
    answer(acted, FailureReport(code="names_stay", stage="browse"))
    shown = text_of(at_work.get(address("look", engagement, look=Look.objects.get().pk)))
    assert "Type it instead" in shown


def test_from_an_upload_to_its_source(at_work: Client, acted, engagement, here) -> None:
    page = text_of(at_work.get(address("upload", engagement)))
    assert "this machine" in page
    assert str(places.data()) in page
    file = SimpleUploadedFile("cases.csv", b"text\nhello\n")
    shown = text_of(at_work.post(address("upload", engagement), {"file": file}, follow=True))
    assert "The site has been asked" in shown
    assert Inquiry.objects.count() == 1


def test_elsewhere_the_page_says_that_the_file_stays(at_work: Client, acted, engagement) -> None:
    assert "The file stays at the client" in text_of(at_work.get(address("upload", engagement)))
    file = SimpleUploadedFile("cases.csv", b"text\nhello\n")
    at_work.post(address("upload", engagement), {"file": file})
    assert not Source.objects.exists()


def test_client_viewers_see_no_data_and_viewers_change_none(client: Client, engagement) -> None:
    source = make_source(engagement)
    dataset = make_dataset(source)
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    client.force_login(viewer)
    assert ">Data<" not in text_of(client.get(engagement.get_absolute_url()))
    assert client.get(address("sources", engagement)).status_code == 403
    client.force_login(make_member(engagement, MemberRole.VIEWER).user)
    assert "New source" not in text_of(client.get(address("sources", engagement)))
    for page in (source.get_absolute_url(), dataset.get_absolute_url()):
        shown = text_of(client.get(page))
        assert not any(word in shown for word in ("Edit", "Remove", "Test again", "New dataset"))
    for name, more in (("source-new", {}), ("upload", {}), ("browse", {}),
                       ("source-edit", {"source": source.pk}), ("dataset-edit", {"dataset": dataset.pk})):  # fmt: skip
        assert client.get(address(name, engagement, **more)).status_code == 403


def test_what_is_another_engagement_s_is_not_found_under_one_s_own(
    at_work: Client, acted, engagement
) -> None:
    foreign = make_source(make_engagement())
    dataset = make_dataset(foreign)
    mine = make_source(engagement)
    client = at_work
    client.post(address("browse", engagement), {"path": "/srv"})
    look = Look.objects.get()
    Look.objects.update(engagement=foreign.engagement)
    for name, more in (
        ("source", {"source": foreign.pk}), ("source-edit", {"source": foreign.pk}),
        ("source-delete", {"source": foreign.pk}), ("source-test", {"source": foreign.pk}),
        ("dataset-new", {"source": foreign.pk}), ("dataset", {"dataset": dataset.pk}),
        ("dataset-edit", {"dataset": dataset.pk}), ("dataset-delete", {"dataset": dataset.pk}),
        ("look", {"look": look.pk}),
    ):  # fmt: skip
        method = client.post if name == "source-test" else client.get
        assert method(address(name, engagement, **more)).status_code == 404, name
    copied = client.get(address("dataset-new", engagement, source=mine.pk), {"from": str(dataset.pk)})
    assert "messages (2)" not in text_of(copied)


def test_who_is_removed_finds_and_changes_nothing_any_more(at_work: Client, member, acted, here) -> None:
    source = make_source(member.engagement)
    engagement = member.engagement
    member.delete()
    file = SimpleUploadedFile("cases.csv", b"text\nhello\n")
    for name, data in (
        ("source-new", {"path": "/srv/b.csv"}),
        ("upload", {"file": file}),
        ("browse", {"path": ""}),
    ):
        assert at_work.post(address(name, engagement), data).status_code == 404
    assert at_work.post(address("source-test", engagement, source=source.pk), {}).status_code == 404
    assert (Source.objects.count(), Inquiry.objects.count()) == (1, 0)
    assert not (places.data() / "northwind-bank").exists()


def test_lists_cost_the_same_for_few_and_for_many(
    at_work: Client, engagement, django_assert_max_num_queries
) -> None:
    def queries(name: str) -> int:
        with django_assert_max_num_queries(12) as counted:
            assert at_work.get(address(name, engagement)).status_code == 200
        return len(counted)

    make_dataset(make_source(engagement, "/srv/first.csv", text=10))
    few = [queries("sources"), queries("datasets")]
    for number in range(60):
        make_dataset(make_source(engagement, f"/srv/{number}.csv", text=10, label=9))
    assert [queries("sources"), queries("datasets")] == few
    assert "1–50 of 61" in text_of(at_work.get(address("sources", engagement)))
    assert "All 61" in text_of(at_work.get(address("sources", engagement)))


def test_a_wide_source_shows_its_columns_in_pages(at_work: Client, acted, engagement) -> None:
    source = make_source(engagement, **{f"c{number}": 10 for number in range(250)})
    assert "1–100 of 250" in text_of(at_work.get(source.get_absolute_url()))
    assert at_work.get(source.get_absolute_url(), {"page": "\0"}).status_code == 200


def test_removing_is_asked_for_first(at_work: Client, engagement) -> None:
    source = make_source(engagement)
    dataset = make_dataset(source)
    remove = address("source-delete", engagement, source=source.pk)
    assert "Remove messages.csv?" in text_of(at_work.get(remove))
    assert at_work.post(remove).status_code == 409
    at_work.post(address("dataset-delete", engagement, dataset=dataset.pk))
    assert "messages.csv is removed" in text_of(at_work.post(remove, follow=True))
    assert at_work.post(remove).status_code == 404
