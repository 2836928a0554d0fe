"""Approvals: the client's own people, in their own name, once, for what was there to see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import approvals as registry
from apps.engagements import checks, notices
from apps.engagements.models import Approval, Gate, Kind, MemberRole, Proof
from apps.engagements.selectors.approvals import approvals_of
from apps.engagements.selectors.gates import look_at
from apps.engagements.services import approvals, exit_criteria, remove_member
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import gate_of, make_viewer
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_what_the_test_registers(monkeypatch) -> None:
    monkeypatch.setattr(checks, "_checks", {})


class Scene:
    def __init__(self) -> None:
        self.engagement = make_engagement()
        self.lead = make_member(self.engagement, MemberRole.LEAD).user
        self.viewer = make_viewer(self.engagement)
        self.other = make_viewer(self.engagement)

    @property
    def gate(self) -> Gate:
        return gate_of(self.engagement)

    def asked(self) -> Approval:
        [asked] = approvals.ask(by=self.lead, item=self.gate, people=[self.viewer])
        return asked

    def state(self) -> str:
        return approvals_of(self.gate)[0].state

    def found(self) -> str:
        return next(
            str(line.finding.found) for line in look_at(self.gate) if line.criterion.proof == "approval"
        )


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_an_approval_is_given_in_ones_own_name_and_counts_for_the_gate(scene: Scene) -> None:
    assert scene.found() == "undecided"
    asked = scene.asked()
    assert scene.found() == "undecided"
    answered = approvals.answer(by=scene.viewer, approval=asked, answer="approved", words="Fine by us")
    assert (scene.state(), scene.found()) == ("approved", "passed")
    assert answered.digest == registry.digest_of(scene.gate)
    assert scene.gate.held == 1
    event = Event.objects.get(verb="approved")
    assert (event.actor, event.subject_id) == (scene.viewer, scene.gate.pk)


def test_nobody_approves_for_somebody_else(scene: Scene, client) -> None:
    asked = scene.asked()
    for person in (scene.lead, scene.other, make_user(Role.ADMIN), make_user(Role.MANAGER)):
        with pytest.raises(Refused, match="own name"):
            approvals.answer(by=person, approval=asked, answer="approved")
        client.force_login(person)
        answer = client.post(reverse("approvals:answer", args=[asked.pk]), {"answer": "approved"})
        assert answer.status_code == 403
        assert "Your answer" not in client.get(reverse("approvals:answer", args=[asked.pk])).content.decode()
    asked.refresh_from_db()
    assert asked.answer == ""


def test_only_the_clients_own_members_are_asked(scene: Scene) -> None:
    stranger, staff = make_user(Role.CLIENT), make_member(scene.engagement, MemberRole.VIEWER).user
    for people in ([scene.lead], [stranger], [staff], [scene.viewer, make_user(Role.MANAGER)], []):
        with pytest.raises(Refused, check=lambda error: error.field == "people"):
            approvals.ask(by=scene.lead, item=scene.gate, people=people)
    assert not Approval.objects.exists()


def test_one_answer_is_all_there_is(scene: Scene) -> None:
    asked = scene.asked()
    approvals.answer(by=scene.viewer, approval=asked, answer="approved")
    with pytest.raises(Refused, match="answered already"):
        approvals.answer(by=scene.viewer, approval=asked, answer="declined", words="No")
    with pytest.raises(Refused, match="an answer stays"):
        approvals.withdraw(by=scene.lead, approval=asked)


def test_who_declines_says_why_and_it_shows(scene: Scene) -> None:
    asked = scene.asked()
    with pytest.raises(Refused, check=lambda error: error.field == "words"):
        approvals.answer(by=scene.viewer, approval=asked, answer="declined", words="  ")
    approvals.answer(by=scene.viewer, approval=asked, answer="declined", words="The threshold is too low")
    line = next(line for line in look_at(scene.gate) if line.criterion.proof == "approval")
    assert str(line.finding.found) == "failed"
    assert "The threshold is too low" in line.finding.text


def test_a_change_of_what_was_approved_ends_the_approval(scene: Scene, client) -> None:
    asked = scene.asked()
    approvals.answer(by=scene.viewer, approval=asked, answer="approved")
    exit_criteria.add(by=scene.lead, gate=scene.gate, proof=Proof.ATTESTED, title="DPA signed")
    assert (scene.state(), scene.found()) == ("earlier", "undecided")
    client.force_login(scene.lead)
    shown = client.get(reverse("gates:detail", args=[scene.gate.pk])).content.decode()
    assert "for an earlier version" in shown
    again = scene.asked()
    assert again.pk != asked.pk
    approvals.answer(by=scene.viewer, approval=again, answer="approved")
    assert scene.found() == "passed"


def test_an_approval_does_not_change_what_is_approved(scene: Scene) -> None:
    before = registry.digest_of(scene.gate)
    asked = scene.asked()
    assert registry.digest_of(scene.gate) == before
    approvals.answer(by=scene.viewer, approval=asked, answer="approved")
    assert registry.digest_of(scene.gate) == before


def test_all_who_were_asked_must_agree(scene: Scene) -> None:
    first, second = approvals.ask(by=scene.lead, item=scene.gate, people=[scene.viewer, scene.other])
    approvals.answer(by=scene.viewer, approval=first, answer="approved")
    assert scene.found() == "undecided"
    approvals.withdraw(by=scene.lead, approval=second)
    assert scene.found() == "passed"


def test_a_withdrawn_request_is_not_answered(scene: Scene, client) -> None:
    asked = scene.asked()
    client.force_login(scene.lead)
    client.post(reverse("approvals:withdraw", args=[asked.pk]))
    with pytest.raises(Refused, match="withdrawn"):
        approvals.answer(by=scene.viewer, approval=asked, answer="approved")
    client.force_login(scene.viewer)
    page = client.get(reverse("approvals:answer", args=[asked.pk])).content.decode()
    assert "taken back" in page
    assert "Your answer" not in page


def test_asking_twice_is_asking_once(scene: Scene) -> None:
    assert scene.asked() == scene.asked()
    assert Event.objects.filter(verb="approval asked").count() == 1


def test_a_date_that_has_passed_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused, check=lambda error: error.field == "due"):
        approvals.ask(
            by=scene.lead,
            item=scene.gate,
            people=[scene.viewer],
            due=timezone.localdate() - timedelta(days=1),
        )


def test_what_they_cannot_see_or_nobody_approves_is_not_asked_for(scene: Scene, monkeypatch) -> None:
    risk = make_item(scene.engagement, Kind.RISK, client_visible=True)
    with pytest.raises(Refused, check=lambda error: error.code == "kind"):
        approvals.ask(by=scene.lead, item=risk, people=[scene.viewer])
    monkeypatch.setattr(registry, "_digests", dict(registry._digests))
    registry.register_digest("criterion", lambda item: "a" * 64)
    criterion = make_item(scene.engagement, Kind.CRITERION)
    with pytest.raises(Refused, check=lambda error: error.code == "internal"):
        approvals.ask(by=scene.lead, item=criterion, people=[scene.viewer])


def test_both_sides_are_told(scene: Scene, monkeypatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(notices, "_receivers", [lambda notice: told.append((notice.to.name, notice.text))])
    asked = scene.asked()
    assert told == [(scene.viewer.name, f"{scene.lead.name} asks you to approve G-1 Scoping")]
    approvals.answer(by=scene.viewer, approval=asked, answer="approved")
    assert told[1:] == [(scene.lead.name, f"{scene.viewer.name} approved G-1 Scoping")]


def test_the_page_keeps_what_was_looked_at(scene: Scene, client) -> None:
    asked = scene.asked()
    client.force_login(scene.viewer)
    address = reverse("approvals:answer", args=[asked.pk])
    seen = registry.digest_of(scene.gate)
    assert seen in client.get(address).content.decode()
    exit_criteria.add(by=scene.lead, gate=scene.gate, proof=Proof.ATTESTED, title="DPA signed")
    data = {"answer": "approved", "words": "Good work", "seen": seen}
    shown = client.post(address, data).content.decode()
    assert "It has changed since you opened it" in shown
    assert "Good work" in shown
    assert "DPA signed" in shown
    data["seen"] = registry.digest_of(scene.gate)
    assert client.post(address, data).status_code == 302
    assert scene.state() == "approved"


def test_somebody_who_has_left_can_no_longer_answer(scene: Scene, client) -> None:
    asked = scene.asked()
    remove_member(by=None, member=scene.engagement.members.get(user=scene.viewer))
    client.force_login(scene.viewer)
    assert (
        client.post(reverse("approvals:answer", args=[asked.pk]), {"answer": "approved"}).status_code == 404
    )


def test_what_somebody_approved_who_has_left_stays_readable_to_whoever_sees_the_gate(
    scene: Scene, client
) -> None:
    asked = scene.asked()
    approvals.answer(by=scene.viewer, approval=asked, answer="approved", words="Fine by us")
    remove_member(by=None, member=scene.engagement.members.get(user=scene.viewer))
    for person, status in ((scene.lead, 200), (scene.other, 200), (scene.viewer, 404), (make_user(), 404)):
        client.force_login(person)
        answer = client.get(reverse("approvals:answer", args=[asked.pk]))
        assert (answer.status_code, "Fine by us" in answer.content.decode()) == (status, status == 200)


@pytest.mark.parametrize("words", ["bell \a", "nothing \0"])
def test_words_that_cannot_be_shown_are_refused(scene: Scene, words: str) -> None:
    with pytest.raises(
        Refused, check=lambda error: (error.code, error.field) == ("control_characters", "note")
    ):
        approvals.ask(by=scene.lead, item=scene.gate, people=[scene.viewer], note=words)
    with pytest.raises(
        Refused, check=lambda error: (error.code, error.field) == ("control_characters", "words")
    ):
        approvals.answer(by=scene.viewer, approval=scene.asked(), answer="declined", words=words)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"answer": "maybe"},
        {"answer": "\0"},
        {"answer": "declined"},
        {"answer": "approved", "words": "x" * 9999},
    ],
)
def test_nonsense_is_no_answer(scene: Scene, client, data: dict[str, str]) -> None:
    asked = scene.asked()
    client.force_login(scene.viewer)
    assert client.post(reverse("approvals:answer", args=[asked.pk]), data).status_code == 200
    asked.refresh_from_db()
    assert asked.answer == ""


def test_the_lead_asks_on_a_page(scene: Scene, client) -> None:
    client.force_login(scene.lead)
    address = reverse("approvals:ask", args=[scene.gate.pk])
    assert scene.viewer.name in client.get(address).content.decode()
    wrong = client.post(address, {"people": ["nobody"], "note": "Kept words"}).content.decode()
    assert "Kept words" in wrong
    data = {"people": [str(scene.viewer.pk)], "due": "2099-01-01", "note": "Please look at the figures"}
    client.post(address, data)
    asked = Approval.objects.get()
    assert (asked.asked_of, asked.asked_by, asked.note) == (scene.viewer, scene.lead, data["note"])
    client.force_login(scene.viewer)
    assert data["note"] in client.get(reverse("approvals:answer", args=[asked.pk])).content.decode()
