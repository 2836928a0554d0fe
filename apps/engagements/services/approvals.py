"""The only writers of approvals: asking the client's people, their answers, taking a request back."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import several_lines

from .. import approvals as registry
from ..approvals import register_digest
from ..models import Answer, Approval, Engagement, Gate, Item, Member, MemberRole
from ..notices import About, Notice, doer, one_event, tell
from ..selectors.approvals import may_be_asked
from .gates import recount

__all__ = ["answer", "ask", "register_digest", "withdraw"]
WORDS = 2_000  # characters


@transaction.atomic
def ask(
    *, by: User | None, item: Item, people: Iterable[User], note: str = "", due: date | None = None
) -> list[Approval]:
    """Ask some of the client's people to approve an item; who has been asked already and has not answered is not
    asked twice. Raises Refused for what cannot be approved or seen by them, for whoever is not one of them, and
    for a date that has passed."""
    engagement, wanted = item.engagement, list(people)
    _require_approvable(item)
    if not wanted:
        raise Refused("nobody", "Choose whom to ask.", field="people")
    if strangers := set(wanted) - set(may_be_asked(engagement)):
        names = ", ".join(sorted(person.name for person in strangers))
        message = f"{names}: only client viewers who are members here approve for the client."
        raise Refused("not_the_client", message, field="people")
    if due and due < timezone.localdate():
        raise Refused("past", f"{due} has passed; choose today or later.", field="due")
    return [_ask(by, item, person, several_lines(note, limit=WORDS, field="note"), due) for person in wanted]


def _ask(by: User | None, item: Item, person: User, note: str, due: date | None) -> Approval:
    open_one = {"item": item, "asked_of": person, "answer": "", "withdrawn_at": None}
    approval, made = Approval.objects.get_or_create(
        **open_one, defaults={"asked_by": by, "note": note, "due": due}
    )
    if made:
        record(
            by=by,
            verb="approval asked",
            subject=item,
            engagement=item.engagement,
            person=person.pk,
            name=person.name,
            due=due,
        )
        text = f"{doer(by, person)} asks you to approve {item}"
        tell(Notice(About.APPROVAL, person, by, item.engagement, item, text))
        _look_again(item)
    return approval


@transaction.atomic
@one_event()
def answer(*, by: User, approval: Approval, answer: str, words: str = "", seen: str = "") -> Approval:
    """Answer a request in one's own name, once. seen: the digest of what was looked at. Raises Refused for
    somebody else's request, a second answer, a declination without words, and when what was looked at has
    changed meanwhile."""
    locked = (
        Approval.objects.select_for_update(of=("self",))
        .select_related("item__engagement")
        .get(pk=approval.pk)
    )
    item, said = locked.item, several_lines(words, limit=WORDS, field="words")
    if locked.asked_of_id != by.pk:
        message = "Only whoever was asked can answer, in their own name."
        raise Refused("not_yours", message)
    if locked.withdrawn_at:
        raise Refused("withdrawn", "This request has been withdrawn meanwhile; there is nothing to answer.")
    if locked.answer:
        message = f"You have answered already: {locked.get_answer_display().lower()}."
        raise Refused("answered", message)
    if answer not in Answer.values:
        raise Refused("answer", "Approve or decline.", field="answer")
    if answer == Answer.DECLINED and not said:
        raise Refused("words", "Say why, so that something can be done about it.", field="words")
    item = _own(item)
    digest = registry.digest_of(item)
    if seen and seen != digest:
        message = "It has changed since you opened it. Look at it again; what you wrote is still here."
        raise Refused("changed", message)
    locked.answer, locked.words, locked.digest = answer, said, digest
    locked.answered_at = timezone.now()
    locked.save(update_fields=["answer", "words", "digest", "answered_at"])
    record(by=by, verb=answer, subject=item, engagement=item.engagement, words=said, digest=digest)
    _tell_team(by, locked, item)
    _look_again(item)
    return locked


@transaction.atomic
def withdraw(*, by: User | None, approval: Approval) -> None:
    """Take back a request that nobody has answered. Raises Refused once it was answered."""
    locked = (
        Approval.objects.select_for_update(of=("self",))
        .select_related("item__engagement")
        .get(pk=approval.pk)
    )
    if locked.withdrawn_at:
        return
    if locked.answer:
        raise Refused("answered", f"{locked.asked_of.name} has answered already; an answer stays.")
    locked.withdrawn_at = timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    item, name = locked.item, locked.asked_of.name
    record(by=by, verb="approval withdrawn", subject=item, engagement=item.engagement, name=name)
    text = f"You need not approve {item} any more"
    tell(Notice(About.APPROVAL, locked.asked_of, by, item.engagement, item, text))
    _look_again(item)


def _require_approvable(item: Item) -> None:
    if not registry.may_be_approved(item.kind):
        message = f"{item} is nothing to approve; gates and success criteria are."
        raise Refused("kind", message)
    if item.removed_at:
        raise Refused("removed", f"{item} has been removed; restore it first.")
    if not item.client_visible:
        raise Refused("internal", f"{item} is internal; make it client-visible first.")


def _own(item: Item) -> Item:
    """The gate as the row of its own model; other kinds are read by whoever registered them."""
    return Gate.objects.select_related("engagement__client").get(pk=item.pk) if item.kind == "gate" else item


def _look_again(item: Item) -> None:
    if item.kind == "gate":
        recount(Gate.objects.select_related("engagement__client").get(pk=item.pk))


def _tell_team(by: User, approval: Approval, item: Item) -> None:
    """Whoever asked, and who leads."""
    text = f"{by.name} {approval.answer} {item}"
    for person in {approval.asked_by, *_leads(item.engagement)} - {None}:
        assert person is not None
        tell(Notice(About.APPROVAL, person, by, item.engagement, item, text))


def _leads(engagement: Engagement) -> list[User]:
    leads = Member.objects.filter(engagement=engagement, role=MemberRole.LEAD)
    return [member.user for member in leads.select_related("user")]
