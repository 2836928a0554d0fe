"""Texts, ids and amounts that somebody sends to do harm: each is refused or cut short, none is a failure."""

import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Role
from apps.engagements.models import Action, Engagement, Kind, MemberRole, Template
from apps.engagements.rules.templates import document, fields, private, reading
from apps.engagements.rules.templates.private import Private
from apps.engagements.selectors import templates as selectors
from apps.engagements.selectors.template_lines import lines_of, offered
from apps.engagements.services import templates as services
from apps.engagements.services.starting import start_engagement
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.templates import make_template

GATE_DAYS = [
    "!!int [1]",
    "!!null {a: b}",
    "!!bool {}",
    '!!int ""',
    "! 1",
    "0x" + "f" * 4_000,
    "9" * 4_301,
    "1" + ":1" * 2_000,
    "0x_",
    "[0x" + "f" * 4_000 + "]",
]
HARMFUL = [
    "phases: [{stage: [a]}]",
    "phases: [{stage: {a: b}}, {stage: [a], gate_day: 3}]",
    *(f"phases: [{{stage: scoping, gate_day: {said}}}]" for said in GATE_DAYS),
    "foo: [{a: 0x" + "f" * 4_000 + "}]",
    "name: 0x" + "f" * 4_000,
    "foo: !!int [{a: b}]",
    "!!int {a: b}",
    'foo: [{a: "\\0"}]',
    'foo: [{"a\\0": b}]',
    'name: "a\\0"\nphases: [{stage: scoping, gate_day: 3}]',
]


@pytest.mark.django_db
@pytest.mark.parametrize("text", HARMFUL, ids=lambda text: text[:40])
def test_a_text_made_to_do_harm_is_explained_and_not_kept(text: str, client: Browser) -> None:
    client.force_login(make_user())
    answer = client.post(reverse("templates:new"), {"name": "Ours", "content": text})
    assert answer.status_code == 200
    assert "field-error" in answer.content.decode()
    assert not Template.objects.exists()


@pytest.mark.parametrize("said", ["!!str 5", "! 5", "!!int 5", "!x 5", "!!map {a: b}", "!!seq [1]"])
def test_tags_are_refused_with_their_line(said: str) -> None:
    assert [str(one) for one in document.read(f"a: 1\nb: {said}").problems] == [
        "Line 2: ! stands for something else in YAML; use quotes."
    ]


def test_numbers_are_read_up_to_ten_digits() -> None:
    assert document.read("a: 9999999999").data == {"a": 9_999_999_999}
    assert "at most 10 digits" in str(document.read("a: 99999999999").problems[0])


def test_dates_that_run_backwards_are_said_at_their_phase_beside_a_stage_that_is_none() -> None:
    text = "phases: [{stage: [a]}, {stage: scoping, gate_day: 9}, {stage: connect, gate_day: 3}]"
    problems = reading.read(document.read(text).data)[1]
    places = [problem.path for problem in problems]
    assert places == [("phases", 0, "stage"), ("phases", 2, "gate_day")]


PIECES = [
    *(
        "phases",
        "stage",
        "scoping",
        "adopt",
        "gate_day",
        "actions",
        "title",
        "day",
        "text",
        "checklist",
        "who",
    ),
    *(
        "exit_criteria",
        "check",
        "attested",
        "approval",
        "milestones",
        "risks",
        "access_requests",
        "gate",
        "foo",
    ),
    *(
        "name",
        "success_criteria",
        "metric",
        "threshold",
        "a",
        "1",
        "-1",
        "0x",
        "0xff",
        "0_",
        "1:30",
        "1e9",
        "~",
    ),
    *(
        "true",
        "no",
        "null",
        "",
        "2026-11-21",
        "=",
        "<<",
        ".inf",
        "9" * 4_301,
        "0x" + "f" * 4_000,
        "|",
        ">",
        "%YAML 2.0",
    ),
    *('""', "''", '"\\0"', '"\\ud800"', "\\x07", "\u2028", "#", "?", "---", "...", "&a", "*a", "@", "`"),
]
TAGS = [
    "!",
    "!!int",
    "!!str",
    "!!null",
    "!!bool",
    "!!float",
    "!!map",
    "!!seq",
    "!!set",
    "!!binary",
    "!!timestamp",
]
TAGS += [
    "!!python/object:os.system",
    "!x",
    "!<tag:yaml.org,2002:int>",
    "!!merge",
    "!!omap",
    "!!pairs",
    "!!value",
]
scalars = st.sampled_from(PIECES) | st.text(max_size=6)
tagged = st.builds("{} {}".format, st.sampled_from(TAGS), scalars)
flows = st.recursive(
    scalars | tagged,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda them: f"[{', '.join(them)}]"),
        st.lists(st.tuples(scalars, inner), max_size=4).map(
            lambda them: "{" + ", ".join(f"{name}: {value}" for name, value in them) + "}"
        ),
        st.builds("{} {}".format, st.sampled_from(TAGS), inner),
    ),
    max_leaves=12,
)
rows = st.builds(
    lambda stage, day, name, what: f"phases: [{{stage: {stage}, gate_day: {day}, {name}: {what}}}]",
    *(flows, flows, scalars, flows),
)
signs = [*PIECES, *TAGS, ": ", "- ", "\n", "\n  ", "[", "]", "{", "}", ", ", " "]
jumbles = st.lists(st.sampled_from(signs), max_size=20).map("".join)
anything = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@anything
@given(rows | jumbles | flows | st.builds("phases: {}\nfoo: {}".format, flows, flows))
def test_no_text_whatsoever_raises(text: str) -> None:
    for problem in (found := document.read(text)).problems:
        assert found.says(problem)
    for problem in reading.read(found.data)[1]:
        assert found.says(problem)
    selectors.read_text(text)


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "a@" * 10_000, "a@" + "b" * 19_998, "a@b." * 5_000, "@" * 20_000]
)
def test_an_address_is_looked_for_in_one_pass(text: str) -> None:
    """Twice the text is at most about twice the work: counted, not timed, for the machine may be busy."""
    shape = private._ADDRESS.pattern
    assert not re.search(r"\]\+@", shape)  # every start would run to the end of the word
    assert bool(private._ADDRESS.search(text)) == bool("." in text)


def test_names_are_found_whatever_else_is_looked_for() -> None:
    people = [
        "Otto",
        "Otto Owner",
        "Ann-Kathrin (ops)",
        "Al",
        "",
        *(f"Person{n} Somebody" for n in range(400)),
    ]
    found = Private(clients=["A+B [x]", " Straße "], people=people)
    assert found.reasons("call OTTO owner at STRASSE about a+b [x]") == [
        "names Straße",
        "names A+B [x]",
        "names Otto Owner",
    ]
    assert found.reasons("Person399 knows") == ["names Person399"]
    assert found.reasons("Al sees ottoman words") == []


@pytest.mark.django_db
class TestIds:
    """`once` is an id that anybody can type."""

    def test_somebody_elses_template_is_neither_given_nor_in_the_way(self, client: Browser) -> None:
        theirs = make_template()
        me = make_user()
        client.force_login(me)
        text = "phases: [{stage: scoping, gate_day: 3}]"
        data = {"name": "Mine", "content": text, "once": str(theirs.pk)}
        answer = client.post(reverse("templates:new"), data)
        mine = Template.objects.get(by=me)
        assert (answer.status_code, answer["Location"]) == (302, mine.get_absolute_url())
        assert mine.pk != theirs.pk

    def test_saving_an_engagement_under_somebody_elses_id_makes_one_of_its_own(self) -> None:
        theirs, me, engagement = make_template(), make_user(), make_engagement()
        make_item(engagement, Kind.ACTION, title="Work")
        kept = [line.key for line in lines_of(engagement)]
        mine = services.save_as(by=me, engagement=engagement, name="Mine", kept=kept, once=theirs.pk)
        assert (mine.by, mine.pk != theirs.pk) == (me, True)

    def test_two_clicks_still_make_one(self) -> None:
        me, once = make_user(), uuid4()
        content = selectors.known_of(make_template()).content
        made = [
            services.add(by=me, name="Mine", description="", content=content, once=once) for _ in range(2)
        ]
        assert {one.pk for one in made} == {once}

    def test_an_engagement_that_one_may_not_see_is_not_given(self) -> None:
        theirs, fde = make_engagement(), make_user()
        mine = start_engagement(by=fde, client="Elsewhere", name="mine", lead=fde, once=theirs.pk)
        assert (mine.pk != theirs.pk, mine.name) == (True, "mine")
        assert not theirs.members.filter(user=fde).exists()

    def test_an_engagement_of_ones_own_is_given_again(self) -> None:
        fde, once = make_user(), uuid4()
        made: set[UUID] = {
            start_engagement(by=fde, client="Elsewhere", name="mine", lead=fde, once=once).pk
            for _ in range(2)
        }
        assert made == {once}
        assert Engagement.objects.count() == 1


@pytest.mark.django_db
def test_of_very_many_things_only_as_many_are_shown_as_a_template_takes_and_it_says_so(
    client: Browser,
) -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    for at in range(fields.MOST + 1):
        Action.objects.create(
            engagement=lead.engagement, kind=Kind.ACTION, number=at + 1, title=f"Work {at}", state="open"
        )
    found = offered(lead.engagement)
    assert sum(line.part == "actions" for line in found.lines) == fields.MOST
    assert found.cut == ("actions",)
    client.force_login(lead.user)
    address = reverse("templates:save", args=[lead.engagement_id])
    page = client.get(address).content.decode()
    assert "There are more actions than a template takes: the first 200 of each stand here" in page
    Action.objects.filter(engagement=lead.engagement, number=1).update(removed_at="2026-01-01T00:00Z")
    assert "than a template takes" not in client.get(address).content.decode()


@pytest.mark.django_db
def test_a_form_that_offers_templates_does_not_read_what_they_hold(client: Browser) -> None:
    chosen, other = make_template(name="Chosen"), make_template(name="Other")
    client.force_login(make_user(Role.MANAGER))
    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("engagements:new"), {"template": str(chosen.pk)}).content.decode()
    assert other.name in page
    reads = [one["sql"] for one in asked if '"engagements_template"."content"' in one["sql"]]
    assert len(reads) == 1
    assert chosen.pk.hex in reads[0]
