"""Each form with what people and their programs send: a message beside the field, nothing lost, never a failure."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.connectors.models import Dataset, Look, Source
from apps.connectors.rules.roles import token_of
from apps.dispatch.models import Inquiry

from .conftest import make_dataset, make_source
from .test_pages import address, text_of

RTL, MARKUP, LONG = "\u202eصفوف", "<script>alert(1)</script>", "x" * 10_000
ABSURD = [
    "",
    "\0",
    RTL,
    MARKUP,
    LONG,
    "🙂" * 50,
    "\ud800".encode("utf-8", "surrogatepass"),
    " ",
    "\r\n",
    "{{ x }}",
    "-1",
    "null",
]
FILE = {"path": "/srv/a.csv", "kind": "csv", "sheet": "", "name": "a"}
DATABASE = {"dsn": "secret:x", "table": "t", "query": "", "name": "a"}


def roles(source: Source, **chosen: str) -> dict[str, str]:
    """What the form of a dataset sends for the source's columns."""
    return {f"role_{token_of(name)}": role for name, role in chosen.items()}


def sound(source: Source, **more: Any) -> dict[str, Any]:
    first = {"c0_column": "", "c0_operator": "is", "c0_values": "", "count": "1"}
    return {"name": "messages", "mode": "chosen", "size": "", "seed": "0", **first,
            **roles(source, text="input", label="reference"), **more}  # fmt: skip


@pytest.fixture
def source(engagement) -> Source:
    return make_source(engagement, text=10, label=9, channel=5)


def sent(at_work: Client, page: str, data: dict[str, Any], field: str) -> Iterator[str]:
    """The page after each absurd value of a field, which is an answer and runs no markup."""
    for value in ABSURD:
        answer = at_work.post(page, {**data, field: value}, follow=True)
        assert answer.status_code == 200, value
        assert b"<script>alert" not in answer.content
        yield text_of(answer)


@pytest.mark.parametrize("field", ["path", "kind", "sheet", "name"])
def test_the_form_of_a_file(at_work: Client, engagement, field: str) -> None:
    for shown in sent(at_work, address("source-new", engagement), FILE, field):
        assert field != "path" or "field-error" in shown
        Source.objects.all().delete()


@pytest.mark.parametrize("field", ["dsn", "table", "query", "name"])
def test_the_form_of_a_database(at_work: Client, engagement, field: str) -> None:
    for shown in sent(at_work, address("source-new", engagement) + "?kind=postgres", DATABASE, field):
        assert field != "dsn" or "field-error" in shown
        Source.objects.all().delete()


def test_what_was_typed_stays_beside_the_message(at_work: Client, engagement) -> None:
    shown = text_of(
        at_work.post(address("source-new", engagement), {**FILE, "path": "data/a.csv", "name": RTL})
    )
    assert "Write the whole path" in shown
    assert 'value="data/a.csv"' in shown
    assert RTL in shown


def test_a_login_that_is_an_address_is_refused_and_not_shown_again_in_words(
    at_work: Client, engagement
) -> None:
    data = {**DATABASE, "dsn": "postgresql://me:pw@host/db"}
    shown = text_of(at_work.post(address("source-new", engagement) + "?kind=postgres", data))
    assert "Write a reference such as secret:warehouse" in shown
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("path", "data", "field"),
    [
        ("", {**FILE, "path": "a.csv"}, "id_path"),
        ("", {**FILE, "kind": "csv", "sheet": "May"}, "id_sheet"),
        ("?kind=postgres", {**DATABASE, "query": "SELECT 1"}, "id_query"),
    ],
)
def test_a_field_is_checked_when_it_is_left_and_nothing_is_kept(
    at_work: Client, engagement, path: str, data: dict[str, str], field: str
) -> None:
    htmx = {"HX-Request": "true", "HX-Target": f"{field}_check"}
    answer = at_work.post(address("source-new", engagement) + path, data, headers=htmx)
    assert f'id="{field}_error"' in text_of(answer)
    assert not Source.objects.exists()


def test_a_form_sent_twice_makes_one_source(at_work: Client, engagement) -> None:
    for _ in range(2):
        assert at_work.post(address("source-new", engagement), FILE).status_code == 302
    assert Source.objects.count() == 1


def test_a_change_over_somebody_else_s_is_told_and_what_was_typed_stays(
    at_work: Client, source: Source
) -> None:
    page = address("source-edit", source.engagement, source=source.pk)
    stale = {**FILE, "path": "/srv/messages.csv", "version": "1"}
    assert at_work.post(page, {**stale, "name": "theirs"}).status_code == 302
    shown = text_of(at_work.post(page, {**stale, "name": "mine"}))
    assert "Somebody else has changed this" in shown
    assert "Meanwhile this became “theirs”" in shown
    assert 'value="mine"' in shown
    assert at_work.post(page, {**stale, "name": "mine", "version": "2"}).status_code == 302
    assert Source.objects.get().name == "mine"


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 30, "-1"])
def test_a_version_that_is_none_is_a_stale_one(at_work: Client, source: Source, version: str) -> None:
    page = address("source-edit", source.engagement, source=source.pk)
    data = {**FILE, "path": "/srv/messages.csv", "name": "mine", "version": version}
    assert "Somebody else" in text_of(at_work.post(page, data))


def test_a_source_in_use_says_so_beside_its_path(at_work: Client, source: Source) -> None:
    make_dataset(source)
    page = address("source-edit", source.engagement, source=source.pk)
    assert "only its name can change" in text_of(at_work.get(page))
    opened_before = text_of(at_work.post(page, {**FILE, "version": "1"}))
    assert "Datasets rest on this source" in opened_before
    assert Source.objects.get().address["path"] == "/srv/messages.csv"
    assert 'name="path"' not in text_of(at_work.get(page))
    assert at_work.post(page, {"name": "renamed", "version": "1"}).status_code == 302
    assert (Source.objects.get().name, Source.objects.get().kind) == ("renamed", "csv")


def test_a_level_that_is_none_asks_nothing(at_work: Client, acted, source: Source) -> None:
    page = address("source-test", source.engagement, source=source.pk)
    for shown in sent(at_work, page, {}, "level"):
        assert "There is no such level" in shown
    assert not Inquiry.objects.exists()


def test_a_test_without_a_site_is_refused_in_words(at_work: Client, source: Source) -> None:
    page = address("source-test", source.engagement, source=source.pk)
    answer = at_work.post(page, {"level": "scores"})
    assert answer.status_code == 409
    assert "enrol one first" in answer.content.decode()


@pytest.mark.parametrize("field", ["path", "dsn"])
def test_looking_around_in_no_place(at_work: Client, acted, engagement, field: str) -> None:
    blank = sum(isinstance(value, str) and not value.strip() for value in ABSURD) if field == "path" else 0
    for _ in sent(at_work, address("browse", engagement), {}, field):
        pass
    assert Look.objects.count() == blank, "a blank place is where the site begins"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "This field is required"),
        (SimpleUploadedFile("a.csv", b""), "empty"),
        (SimpleUploadedFile("a.csv", b"  \n"), "empty"),
        (SimpleUploadedFile("a.csv", b"\0\0"), "none of the kinds"),
        (SimpleUploadedFile("x" * 240 + ".csv", b"a\n1\n"), "at most 200 characters"),
    ],
)
def test_the_form_of_an_upload(at_work: Client, acted, engagement, here, file: Any, words: str) -> None:
    shown = text_of(at_work.post(address("upload", engagement), {"file": file} if file else {}))
    assert words in shown
    assert not Source.objects.exists()


@pytest.mark.parametrize("name", [MARKUP + ".csv", RTL + ".csv", "..csv", "a\nb.csv"])
def test_an_upload_with_an_absurd_name(at_work: Client, acted, engagement, here, name: str) -> None:
    file = SimpleUploadedFile("a.csv", b"a\n1\n")
    file.name = name
    answer = at_work.post(address("upload", engagement), {"file": file}, follow=True)
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize(
    "field", ["name", "mode", "size", "seed", "count", "c0_column", "c0_operator", "c0_values", "role"]
)
def test_the_form_of_a_dataset(at_work: Client, source: Source, field: str) -> None:
    name = next(iter(roles(source, text=""))) if field == "role" else field
    page = address("dataset-new", source.engagement, source=source.pk)
    for _ in sent(at_work, page, sound(source), name):
        assert not Dataset.objects.filter(name="").exists()
        Dataset.objects.all().delete()


@pytest.mark.parametrize("field", ["input", "reference", "slices", "key", "c0_column"])
def test_the_form_of_a_dataset_with_typed_names(at_work: Client, engagement, field: str) -> None:
    source = make_source(engagement)
    data = {**sound(source), "mode": "typed", "input": "text", "reference": "", "slices": "", "key": ""}
    for _ in sent(at_work, address("dataset-new", engagement, source=source.pk), data, field):
        Dataset.objects.all().delete()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"text": ""}, "at least one input"),
        (
            {"label": "input", "text": "reference", "channel": "reference"},
            "Only one column can be the reference",
        ),
        ({"channel": "key", "label": "key"}, "Only one column can be the key"),
    ],
)
def test_roles_that_make_no_sense_are_told_above_the_columns(
    at_work: Client, source: Source, more: dict[str, str], words: str
) -> None:
    page = address("dataset-new", source.engagement, source=source.pk)
    assert words in text_of(at_work.post(page, sound(source, **roles(source, **more))))
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("condition", "field", "words"),
    [
        (("", "is", "mail"), "column", "Choose the column"),
        (("", "filled", ""), "column", "Choose the column"),
        (("channel", "is", ""), "values", "needs at least one value"),
        (("channel", "at_least", "many"), "values", "takes one number"),
        (("channel", "filled", "x"), "values", "takes no values"),
    ],
)
def test_a_condition_that_makes_no_sense_is_told_beside_it(
    at_work: Client, source: Source, condition: tuple[str, str, str], field: str, words: str
) -> None:
    column, operator, values = condition
    more = {"c0_column": column and token_of(column), "c0_operator": operator, "c0_values": values}
    shown = text_of(
        at_work.post(address("dataset-new", source.engagement, source=source.pk), sound(source, **more))
    )
    assert f'id="id_c0_{field}_error"' in shown
    assert words in shown


def test_what_is_filled_in_is_what_is_kept(at_work: Client, source: Source) -> None:
    more = {
        "c0_column": token_of("channel"), "c0_operator": "is", "c0_values": "mail\r\n chat",
        "c1_column": token_of("text"), "c1_operator": "filled", "c1_values": "", "count": "2",
        "size": "50", "seed": "7", **roles(source, channel="slice"),
    }  # fmt: skip
    page = address("dataset-new", source.engagement, source=source.pk)
    assert "is ready for an evaluation" in text_of(at_work.post(page, sound(source, **more), follow=True))
    assert at_work.post(page, sound(source, **more)).status_code == 302
    assert Dataset.objects.get().roles == {
        "key": None, "input": ["text"], "reference": "label", "slices": ["channel"],
        "sample": {"size": 50, "seed": 7},
        "filter": [{"column": "channel", "operator": "is", "values": ["mail", " chat"]},
                   {"column": "text", "operator": "filled", "values": []}],
    }  # fmt: skip


def test_one_more_condition_judges_nothing_and_loses_nothing(at_work: Client, source: Source) -> None:
    page = address("dataset-new", source.engagement, source=source.pk)
    shown = text_of(at_work.post(page, sound(source, name="", c0_values="mail", more="1")))
    assert "field-error" not in shown
    assert "mail</textarea>" in shown
    assert 'name="c1_values"' in shown
    assert '<option value="reference" selected>' in shown
    full = text_of(at_work.post(page, sound(source, count="20", more="1")))
    assert 'name="more"' not in full


def test_to_open_and_to_save_changes_nothing(at_work: Client, source: Source) -> None:
    written = {"input": ("label", "text"), "sample": {"size": 5, "seed": 3},
               "filter": [{"column": "channel", "operator": "is", "values": ["a", "b"]}]}  # fmt: skip
    dataset = make_dataset(source, **written)
    before = dataset.roles
    page = address("dataset-edit", source.engagement, dataset=dataset.pk)
    form = at_work.get(page).context["form"]
    sent = {field.html_name: field.value() for field in form if field.value() is not None}
    assert at_work.post(page, {**sent, "name": "renamed"}).status_code == 302
    dataset.refresh_from_db()
    assert (dataset.roles, dataset.name, dataset.version) == (before, "renamed", 2)


def test_a_frozen_dataset_says_what_uses_it_and_offers_a_new_one(at_work: Client, source: Source) -> None:
    from .test_datasets import use

    dataset = make_dataset(source)
    use(dataset)
    page = address("dataset-edit", source.engagement, dataset=dataset.pk)
    shown = text_of(at_work.get(page))
    assert "used by triage v1" in shown
    assert f"?from={dataset.pk}" in shown
    assert "role_" not in shown
    opened_before = text_of(at_work.post(page, sound(source, version="1")))
    assert "Make a new one instead" in opened_before
    before = dataset.roles
    assert at_work.post(page, {"name": "renamed", "version": "1"}).status_code == 302
    dataset.refresh_from_db()
    assert (dataset.name, dataset.roles) == ("renamed", before)
    copied = text_of(
        at_work.get(address("dataset-new", source.engagement, source=source.pk), {"from": dataset.pk})
    )
    assert 'value="renamed (2)"' in copied
    assert '<option value="input" selected>' in copied


def test_a_stale_dataset_is_told_and_what_was_typed_stays(at_work: Client, source: Source) -> None:
    dataset = make_dataset(source)
    page = address("dataset-edit", source.engagement, dataset=dataset.pk)
    assert at_work.post(page, sound(source, version="1", name="theirs")).status_code == 302
    shown = text_of(at_work.post(page, sound(source, version="1", name="mine")))
    assert "Meanwhile this became “theirs”" in shown
    assert 'value="mine"' in shown


def test_columns_that_have_gone_meanwhile_are_not_dropped_in_silence(at_work: Client, source: Source) -> None:
    more = roles(source, gone="input")
    page = address("dataset-new", source.engagement, source=source.pk)
    assert "columns have changed since" in text_of(at_work.post(page, sound(source, **more)))


def test_columns_with_any_name_have_a_role(at_work: Client, engagement) -> None:
    names = [MARKUP, RTL, "a b", "", "x" * 300, 'quo"te', "line\nbreak"]
    source = make_source(engagement, **dict.fromkeys(names, 10))
    page = address("dataset-new", engagement, source=source.pk)
    assert b"<script>alert" not in at_work.get(page).content
    data = {**sound(source), **roles(source, **dict.fromkeys(names, "input"))}
    data = {key: value for key, value in data.items() if key not in roles(source, text="", label="")}
    data |= {"c0_column": token_of("line\nbreak"), "c0_operator": "filled"}
    answer = at_work.post(page, data, follow=True)
    assert b"<script>alert" not in answer.content
    assert Dataset.objects.get().roles["input"] == names
