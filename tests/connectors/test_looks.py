"""A source is tested by one question to the site; what the answer says of its columns is kept, and never a row."""

import json

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.connectors import services
from apps.connectors.models import Look, Source
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import BrowseReport, FailureReport, Operation
from apps.dataplane.contract.privacy import Level
from apps.dispatch import places
from apps.dispatch.models import Inquiry, Site
from apps.dispatch.services import inquiries

from .conftest import answer, make_source, report


def fresh(source: Source) -> Source:
    return Source.objects.get(pk=source.pk)


def test_a_question_about_a_source_names_it_and_nothing_else(acted, member) -> None:
    source = make_source(member.engagement)
    services.preview(by=member.user, source=source, level=Level.REDACTED)
    answer(acted, report("text"))
    (order,) = acted.orders
    assert order.operation == Operation.PREVIEW
    assert order.plan.dataset == plan.Dataset(source=plan.CsvSource(path="/srv/messages.csv"), input=())
    assert (order.plan.privacy, order.plan.targets) == (Level.REDACTED, ())


def test_columns_are_kept_and_rows_only_with_the_inquiry(acted, engagement) -> None:
    source = make_source(engagement)
    inquiry = services.preview(by=None, source=source, level=Level.FULL)
    assert answer(acted, report("text", "label", level="full", rows=[["secret words", "a"]])) == "accepted"
    source = fresh(source)
    assert [column["name"] for column in source.columns] == ["text", "label"]
    assert source.read == {"read": 10, "whole": True, "most_distinct": 1000, "level": "full", "warnings": []}
    assert (source.trouble, source.checked_at is not None) == ("", True)
    kept = json.dumps([source.columns, source.read, source.address])
    assert "secret words" not in kept
    assert "secret words" not in json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert Inquiry.objects.get(pk=inquiry.pk).answer["rows"] == [["secret words", "a"]]
    Inquiry.objects.update(asked_at=timezone.now() - 2 * Inquiry.KEPT)
    inquiries.forget()
    assert fresh(source).looked is None
    assert len(fresh(source).columns) == 2


def test_a_failure_is_kept_as_its_code_beside_the_columns_known_before(acted, engagement) -> None:
    source = make_source(engagement, text=10)
    services.preview(by=None, source=source)
    answer(acted, FailureReport(code="source_ragged", stage="preview", facts={"line": 7}))
    assert (fresh(source).trouble, len(fresh(source).columns)) == ("source_ragged", 1)
    services.preview(by=None, source=source)
    answer(acted, report("text", "label"))
    assert (fresh(source).trouble, len(fresh(source).columns)) == ("", 2)


def test_asked_twice_before_the_answer_it_is_one_question(acted, engagement) -> None:
    source = make_source(engagement)
    first = services.preview(by=None, source=source)
    assert services.preview(by=None, source=source) == first
    assert services.preview(by=None, source=source, level=Level.FULL) != first
    answer(acted, report("text"))
    assert services.preview(by=None, source=source, level=Level.FULL) != first
    assert Inquiry.objects.count() == 3


def test_the_answer_to_an_earlier_question_is_too_late(acted, engagement) -> None:
    source = make_source(engagement)
    services.preview(by=None, source=source)
    answer(acted, report("a"))
    services.preview(by=None, source=source)
    services.preview(by=None, source=source, level=Level.FULL)
    from tests.factories.acting import dispatch

    dispatch()
    older, newer = sorted(acted.orders[1:], key=lambda order: order.plan.privacy != Level.SCORES)
    acted.report(newer, report("new"))
    acted.report(older, report("old"))
    assert [column["name"] for column in fresh(source).columns] == ["new"]


def test_another_address_forgets_what_was_known_and_the_answer_on_its_way(acted, engagement) -> None:
    source = make_source(engagement, text=10)
    services.preview(by=None, source=source)
    other = plan.CsvSource(path="/srv/other.csv")
    services.change_source(by=None, row=source, source=other, name="other")
    answer(acted, report("old"))
    assert (fresh(source).columns, fresh(source).checked_at, fresh(source).looked) == ([], None, None)


def test_a_question_about_a_source_that_is_gone_is_refused_and_a_late_answer_harmless(
    acted, engagement
) -> None:
    source = make_source(engagement)
    services.preview(by=None, source=source)
    gone = Source.objects.select_related("engagement__client").get(pk=source.pk)
    services.remove_source(by=None, source=source)
    assert answer(acted, report("text")) == "accepted"
    with pytest.raises(Refused, match="removed"):
        services.preview(by=None, source=gone)


def test_without_a_site_nobody_can_be_asked(engagement) -> None:
    with pytest.raises(Refused, match="enrol one first"):
        services.preview(by=None, source=make_source(engagement))


def test_looking_around_at_the_local_site_begins_in_the_client_s_own_folder(acted, member, here) -> None:
    look = services.look_around(by=member.user, engagement=member.engagement, place=plan.FolderSource())
    own = places.data() / "northwind-bank"
    assert look.place["path"] == str(own)
    assert own.is_dir()
    assert own.stat().st_mode & 0o077 == 0
    answer(acted, BrowseReport(entries=()))
    assert acted.orders[0].plan.dataset.source == plan.FolderSource(path=str(own))


def test_looking_around_at_a_client_s_own_site_begins_at_its_data_roots(acted, member) -> None:
    Site.objects.update(client=member.engagement.client)
    look = services.look_around(by=member.user, engagement=member.engagement, place=plan.FolderSource())
    assert look.place["path"] == ""


def test_tables_are_asked_for_with_a_reference_and_never_an_address(acted, member) -> None:
    place = plan.PostgresSource(dsn="postgresql://me:pw@host/db")
    with pytest.raises(Refused) as refused:
        services.look_around(by=member.user, engagement=member.engagement, place=place)
    assert refused.value.field == "dsn"
    assert "pw" not in refused.value.message
    allowed = plan.PostgresSource(dsn="secret:notes")
    assert services.look_around(by=member.user, engagement=member.engagement, place=allowed).place["dsn"]


def test_a_look_is_forgotten_with_its_inquiry(acted, engagement) -> None:
    services.look_around(by=None, engagement=engagement, place=plan.FolderSource(path="/srv"))
    Inquiry.objects.update(asked_at=timezone.now() - 2 * Inquiry.KEPT)
    inquiries.forget()
    assert not Look.objects.exists()
