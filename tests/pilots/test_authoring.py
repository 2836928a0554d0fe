"""An evaluation written on a page is the one that a file would say, and nothing that was typed is lost."""

from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from apps.accounts.models import User
from apps.catalog.models import Endpoint
from apps.connectors.models import Source
from apps.dataplane.contract.messages import Extent, FailureReport, PromptFacts, RehearseReport
from apps.dispatch import places
from apps.engagements.models import Engagement
from apps.engagements.services import remove_member
from apps.pilots import spec
from apps.pilots.forms import Sheet
from apps.pilots.models import Evaluation
from apps.pilots.services.authoring import pilot_of, write_evaluation
from tests.factories import make_engagement, make_member
from tests.factories.acting import ActedSite, dispatch

from .specs import EXAMPLE, specs

# Without shrinking: each example writes to the database.
THOROUGH = settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def posted(sheet: Sheet, **changes: str) -> dict[str, str]:
    """What a browser sends when the sheet is sent as it is shown."""
    data = {f"{part}-count": str(len(getattr(sheet, part))) for part in ("targets", "scorers", "criteria")}
    for field in sheet:
        value = field.value()
        data[field.html_name] = "" if value is None else str(value)
    return {**data, **changes}


def query(data: dict[str, str]) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update(data)
    return found


@pytest.fixture
def evaluation(db) -> Evaluation:
    return write_evaluation(by=None, name="intent", pilot=spec.parse(EXAMPLE))


@pytest.fixture
def engagement(evaluation: Evaluation) -> Engagement:
    return evaluation.engagement


@pytest.fixture
def engineer(engagement: Engagement, client: Client) -> User:
    user = make_member(engagement).user
    client.force_login(user)
    return user


@pytest.fixture
def data(evaluation: Evaluation) -> dict[str, str]:
    """What the form of the example's next version sends."""
    return posted(Sheet(engagement=evaluation.engagement, base=evaluation, name="intent", seen=1))


def send(client: Client, evaluation: Evaluation, data: dict[str, str], **more: Any) -> Any:
    return client.post(f"/evaluations/{evaluation.pk}/edit/", data, **more)


class TestIdentity:
    @pytest.mark.django_db
    @THOROUGH
    @given(written=specs())
    def test_file_to_database_to_file(self, written: spec.PilotSpec) -> None:
        with transaction.atomic():
            kept = write_evaluation(by=None, name="any", pilot=spec.parse(spec.dump(written)))
            read = pilot_of(Evaluation.objects.select_related("engagement__client").get(pk=kept.pk))
            assert spec.parse(spec.dump(read)) == written
            transaction.set_rollback(True)

    @pytest.mark.django_db
    @THOROUGH
    @given(written=specs())
    def test_a_form_sent_as_it_is_shown_says_the_same_spec(self, written: spec.PilotSpec) -> None:
        with transaction.atomic():
            kept = write_evaluation(by=None, name="any", pilot=written)
            given = {"engagement": kept.engagement, "base": kept, "name": "any", "seen": 1}
            sheet = Sheet(query(posted(Sheet(**given))), **given)
            assert sheet.is_valid(), [(field.html_name, field.errors) for field in sheet if field.errors]
            assert sheet.pilot == written
            transaction.set_rollback(True)

    def test_the_export_is_the_file(self, client: Client, evaluation: Evaluation, engineer: User) -> None:
        response = client.get(f"/evaluations/{evaluation.pk}/file/")
        assert response["Content-Disposition"] == 'attachment; filename="intent-v1.yml"'
        assert spec.parse(response.content.decode()) == spec.parse(EXAMPLE)


class TestForm:
    def test_a_change_makes_the_next_version_and_keeps_the_first(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        response = send(client, evaluation, {**data, "prompt": "Label this:\r\n{{ text }}"})
        made = Evaluation.objects.get(version=2)
        assert response.headers["Location"] == f"/evaluations/{made.pk}/"
        assert made.spec["prompt"] == "Label this:\n{{ text }}"
        assert {**made.spec, "prompt": evaluation.spec["prompt"]} == evaluation.spec
        page = client.get(f"/evaluations/{made.pk}/").content.decode()
        assert "What changed since version 1" in page
        assert "Label this:" in page

    def test_sent_unchanged_or_twice_it_makes_nothing(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        send(client, evaluation, data)
        assert Evaluation.objects.count() == 1
        for _ in range(2):
            assert send(client, evaluation, {**data, "system": "Be brief."}).status_code == 302
        assert Evaluation.objects.count() == 2

    def test_on_a_stale_version_it_says_so_and_keeps_what_was_typed(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        send(client, evaluation, {**data, "system": "Theirs."})
        response = send(client, evaluation, {**data, "system": "Mine."})
        assert response.status_code == 409
        page = response.content.decode()
        assert "Meanwhile somebody wrote version 2" in page
        assert "Mine." in page
        again = posted(response.context["sheet"])
        assert send(client, evaluation, again).status_code == 302
        assert Evaluation.objects.get(version=3).spec["system"] == "Mine."

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("prompt", "{{ body }}", "not one of the dataset&#x27;s input columns"),
            ("prompt", "", "model target needs a prompt"),
            ("dataset", "", "This field is required"),
            ("dataset", "nonsense", "is not a valid"),
            ("limits_cost", "-1", "Must be between 0"),
            ("limits_cost", "a lot", "Enter a number"),
            ("limits_retries", "99999999999999999999", "too large a number"),
            ("privacy", "everything", "Select a valid choice"),
            ("targets-0-name", "", "Must not be empty"),
            ("targets-0-name", "claude", "other target is already called"),
            ("targets-0-name", "x" * 10_000, "Is longer than 120 characters"),
            ("targets-0-name", "a\0b", "Null characters are not allowed"),
            ("targets-0-what", "endpoint:nonsense", "Select a valid choice"),
            ("targets-0-what", "kept:77", "Select a valid choice"),
            ("targets-0-what", "", "Choose what this target is"),
            ("targets-0-params", "{", "not a JSON object"),
            ("targets-0-params", "[" * 10_000, "not a JSON object"),
            ("targets-0-temperature", "warm", "Temperature is a number"),
            ("targets-2-column", "", "Name the column"),
            ("targets-3-what", "nearest", "Choose the rows that the baseline learns from"),
            ("scorers-0-kind", "regex", "This scorer needs its setting"),
            ("scorers-0-setting", "x", "exact has no setting"),
            ("criteria-0-target", "local", "did you mean"),
            ("criteria-0-metric", "", "Choose what is measured"),
            ("criteria-0-threshold", "", "Say the value that decides"),
            ("criteria-0-threshold", "NaN", "The threshold is a number"),
            ("criteria-0-threshold", "1e999", "The threshold is a number"),
            ("criteria-0-threshold", "85", "did you mean 0.85?"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str],
        field: str, value: str, words: str,
    ) -> None:  # fmt: skip
        response = send(client, evaluation, {**data, field: value, "system": "Kept."})
        assert response.status_code == 409
        page = response.content.decode()
        assert words in page
        assert "Kept." in page
        assert Evaluation.objects.count() == 1

    def test_regexes_are_checked_as_the_site_would(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        changed = {**data, "scorers-0-kind": "regex", "scorers-0-setting": "(a"}
        assert "RE2 refuses the pattern" in send(client, evaluation, changed).content.decode()

    def test_markup_and_right_to_left_text_stay_text(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        hostile = "<script>alert(1)</script> \u202e שלום"
        send(client, evaluation, {**data, "system": hostile})
        page = client.get(f"/evaluations/{Evaluation.objects.get(version=2).pk}/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_percentages_are_shares(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        send(client, evaluation, {**data, "criteria-0-threshold": "90 %"})
        assert Evaluation.objects.get(version=2).spec["criteria"][0]["at_least"] == 0.9

    def test_one_field_is_checked_while_the_form_is_filled_in_and_nothing_is_written(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        headers = {"HX-Request": "true", "HX-Target": "id_criteria-0-threshold_check"}
        response = send(client, evaluation, {**data, "criteria-0-threshold": "85"}, headers=headers)
        assert "did you mean 0.85?" in response.content.decode()
        assert "<form" not in response.content.decode()
        assert send(client, evaluation, data, headers=headers).content.decode().strip() == ""
        assert Evaluation.objects.count() == 1

    def test_rows_are_added_and_removed_and_keep_what_was_typed(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        typed = {**data, "targets-1-name": "typed"}
        added = send(client, evaluation, {**typed, "do": "add-targets"}).context["sheet"]
        assert [row["name"].value() for row in added.targets][1] == "typed"
        assert len(added.targets) == len(evaluation.spec["targets"]) + 1
        removed = send(client, evaluation, {**typed, "do": "remove-targets-0"}).context["sheet"]
        assert removed.targets[0]["name"].value() == "typed"
        assert len(removed.targets) == len(evaluation.spec["targets"]) - 1
        assert Evaluation.objects.count() == 1

    def test_an_empty_row_says_nothing(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        count = int(data["criteria-count"])
        send(client, evaluation, {**data, "criteria-count": str(count + 1), "system": "New."})
        assert len(Evaluation.objects.get(version=2).spec["criteria"]) == count

    @pytest.mark.parametrize("count", ["", "x", "-1", "9" * 30, "1000"])
    def test_a_nonsensical_number_of_rows_does_no_harm(
        self, client: Client, evaluation: Evaluation, engineer: User, data: dict[str, str], count: str
    ) -> None:
        assert send(client, evaluation, {**data, "targets-count": count}).status_code in (302, 409)

    def test_a_new_one_from_endpoint_dataset_and_source(
        self, client: Client, evaluation: Evaluation, engineer: User, engagement: Engagement
    ) -> None:
        endpoint = Endpoint.objects.create(
            name="house model", kind="openai", base_url="https://llm.example/v1",
            model="house-1", api_key="secret:llm", params={"max_tokens": 20}, price_input=1.0, price_output=2.0,
        )  # fmt: skip
        train = Source.objects.create(
            engagement=engagement, kind="csv", address={"kind": "csv", "path": "/data/train.csv"}
        )
        blank = posted(Sheet(engagement=engagement))
        response = client.post(
            f"/engagements/{engagement.pk}/evaluations/new/",
            {
                **blank,
                "name": "by hand",
                "dataset": str(evaluation.dataset_id),
                "prompt": "{{ text }}",
                "targets-count": "2",
                "targets-0-name": "house",
                "targets-0-what": f"endpoint:{endpoint.pk}",
                "targets-0-temperature": "0",
                "targets-1-name": "nearest",
                "targets-1-what": "nearest",
                "targets-1-train": str(train.pk),
                "criteria-0-target": "house",
                "criteria-0-metric": "exact",
                "criteria-0-threshold": "0.8",
            },
        )
        assert response.status_code == 302, response.content.decode()
        made = Evaluation.objects.get(name="by hand")
        house, nearest = made.spec["targets"]
        assert (house["base_url"], house["api_key"]) == ("https://llm.example/v1", "secret:llm")
        assert house["params"] == {"max_tokens": 20, "temperature": 0}
        assert house["price"] == {"input": 1.0, "output": 2.0}
        assert nearest["train"] == {"kind": "csv", "path": "/data/train.csv"}
        assert made.bindings.get().criterion.threshold == 0.8
        sheet = Sheet(engagement=engagement, base=made, name=made.name, seen=1)
        assert [row["what"].value() for row in sheet.targets] == [f"endpoint:{endpoint.pk}", "nearest"]

    def test_a_name_that_is_taken_is_refused_for_a_new_one(
        self, client: Client, evaluation: Evaluation, engineer: User, engagement: Engagement,
        data: dict[str, str],
    ) -> None:  # fmt: skip
        address = f"/engagements/{engagement.pk}/evaluations/new/?from={evaluation.pk}"
        copy = client.get(address).context["sheet"]
        assert copy.main["name"].value() == "intent copy"
        assert client.post(address, posted(copy)).status_code == 302
        response = client.post(address, posted(copy, name="intent", system="x"))
        assert "There is an evaluation “intent” already" in response.content.decode()
        assert Evaluation.objects.filter(name="intent").count() == 1


class TestWhoMay:
    def test_viewers_and_strangers_may_not_and_a_removed_member_finds_nothing(
        self, client: Client, evaluation: Evaluation, data: dict[str, str]
    ) -> None:
        viewer = make_member(evaluation.engagement, role="viewer")
        client.force_login(viewer.user)
        assert send(client, evaluation, data).status_code == 403
        member = make_member(evaluation.engagement)
        client.force_login(member.user)
        assert client.get(f"/evaluations/{evaluation.pk}/edit/").status_code == 200
        remove_member(by=None, member=member)
        assert send(client, evaluation, {**data, "system": "x"}).status_code == 404
        assert Evaluation.objects.count() == 1

    def test_another_engagements_evaluation_is_not_copied(
        self, client: Client, evaluation: Evaluation, engineer: User
    ) -> None:
        other = make_member(make_engagement())
        client.force_login(other.user)
        address = f"/engagements/{other.engagement.pk}/evaluations/new/?from={evaluation.pk}"
        assert client.get(address).context["sheet"].known.kept == []


class TestRehearsal:
    def ask(self, client: Client, evaluation: Evaluation, data: dict[str, str]) -> Any:
        return send(client, evaluation, {**data, "do": "rehearse"})

    def answer(self, acted: ActedSite, **more: Any) -> None:
        dispatch()
        prompt = PromptFacts(n=0, key="k", target=1, length=40, fields={"text": 17}, **more)
        extent = Extent(rows=500, digest="d", source_rows=3080)
        level = "redacted" if more else "scores"
        acted.report(acted.orders[-1], RehearseReport(level=level, extent=extent, prompts=(prompt,)))

    def test_a_form_that_is_not_saved_is_rehearsed_at_the_site(
        self, client: Client, acted: ActedSite, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        page = self.ask(client, evaluation, {**data, "prompt": "New {{ text }}"})
        assert "Waiting for the site" in page.content.decode()
        assert Evaluation.objects.count() == 1
        self.answer(acted)
        assert acted.orders[-1].plan.prompt == "New {{ text }}"
        shown = client.get(f"/rehearsals/{page.context['inquiry'].pk}/").content.decode()
        assert "<strong>500</strong> rows out of 3,080" in " ".join(shown.split())
        assert "text 17" in shown
        assert "the text stays at the site" in shown

    def test_from_redacted_upwards_the_text_is_shown_and_hostile_text_is_text(
        self, client: Client, acted: ActedSite, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        inquiry = self.ask(client, evaluation, data).context["inquiry"]
        self.answer(acted, text="<b>Which intent</b>")
        assert "&lt;b&gt;Which intent" in client.get(f"/rehearsals/{inquiry.pk}/").content.decode()

    def test_what_the_site_refuses_is_said_in_words(
        self, client: Client, acted: ActedSite, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        inquiry = self.ask(client, evaluation, data).context["inquiry"]
        dispatch()
        acted.report(
            acted.orders[-1], FailureReport(code="source_ragged", stage="rehearse", facts={"line": 7})
        )
        shown = client.get(f"/rehearsals/{inquiry.pk}/").content.decode()
        assert "A row has more or fewer fields" in shown
        assert "<dd>7</dd>" in shown

    def test_only_the_asker_sees_the_answer(
        self, client: Client, acted: ActedSite, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        inquiry = self.ask(client, evaluation, data).context["inquiry"]
        client.force_login(make_member(evaluation.engagement).user)
        assert client.get(f"/rehearsals/{inquiry.pk}/").status_code == 404

    def test_a_wrong_form_is_not_rehearsed(
        self, client: Client, acted: ActedSite, evaluation: Evaluation, engineer: User, data: dict[str, str]
    ) -> None:
        assert self.ask(client, evaluation, {**data, "prompt": "{{ x }}"}).status_code == 409
        assert dispatch() == 0


class TestImport:
    def post(self, client: Client, engagement: Engagement, text: str, name: str = "from file") -> Any:
        return client.post(f"/engagements/{engagement.pk}/evaluations/import/", {"name": name, "text": text})

    def test_a_spec_becomes_an_evaluation(
        self, client: Client, engagement: Engagement, engineer: User
    ) -> None:
        text = EXAMPLE.replace("data/", "/data/").replace("\n", "\r\n")
        assert self.post(client, engagement, text).status_code == 302
        made = Evaluation.objects.get(name="from file")
        assert spec.parse(text.replace("\r\n", "\n")) == pilot_of(made)

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("client: Northwind", "clinet: Northwind", "did you mean"),
            ("client: Northwind Bank", "client: Another", "This spec is for Another"),
            ("/data/messages.csv", "messages.csv", "is relative"),
            ("[exact]", "[exact", "Line "),
        ],
    )
    def test_what_is_wrong_is_told_and_the_text_stays(
        self, client: Client, engagement: Engagement, engineer: User, old: str, new: str, words: str
    ) -> None:
        text = EXAMPLE.replace("data/", "/data/").replace(old, new)
        response = self.post(client, engagement, text)
        assert response.status_code == 409
        assert words in response.content.decode()
        assert "support-triage" in response.content.decode()
        assert Evaluation.objects.count() == 1

    @pytest.mark.parametrize("place", ["/data/train.csv", "env:LLM_KEY"])
    def test_no_file_of_another_client_is_named_at_the_site_that_serves_all(
        self, client: Client, engagement: Engagement, engineer: User, place: str
    ) -> None:
        theirs = places.data() / "another-client" / "rows.csv"
        text = EXAMPLE.replace("data/", "/data/")
        secret = str(theirs) if place.startswith("/") else f"file:{theirs}"
        response = self.post(client, engagement, text.replace(place, secret))
        assert response.status_code == 409
        assert "On this machine, files of" in response.content.decode()
        assert Evaluation.objects.count() == 1

    @pytest.mark.parametrize("text", ["", "\0", "a: " * 400_000, "{{", "[]", "&a [*a]"])
    def test_nonsense_is_refused(
        self, client: Client, engagement: Engagement, engineer: User, text: str
    ) -> None:
        assert self.post(client, engagement, text).status_code in (400, 409)
