"""The only writers of exit criteria: what a gate requires, and who attests that it holds."""

from contextlib import suppress
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.selectors import events_of_engagement
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import one_line, several_lines
from apps.core.versions import keep, lock_at

from .. import checks
from ..models import TITLE, Engagement, ExitCriterion, Gate, Item, Kind, Proof, Stage
from ..rules.gates import BEHIND
from ..selectors.engagements import SEE_ALL, may_staff
from ..selectors.gates import look_at
from . import items
from .gates import recount

APPROVED = "Approved by the client"
# What every gate requires besides its checks.
STANDING: dict[str, tuple[tuple[Proof, str], ...]] = {
    Stage.SCOPING: ((Proof.APPROVAL, APPROVED),),
    Stage.CONNECT: ((Proof.ATTESTED, "Security review done"),),
    Stage.PILOT: ((Proof.APPROVAL, APPROVED),),
    Stage.DEPLOY: (
        (Proof.ATTESTED, "Rollback rehearsed"),
        (Proof.ATTESTED, "Somebody picks up the phone: on-call named"),
    ),
    Stage.ADOPT: ((Proof.APPROVAL, APPROVED),),
}
WHO_REMOVES = (
    "A manager removes what is checked, measured or approved; whoever leads the engagement, what is attested."
)
WORDS = 2_000  # characters of a note or a reason
LINK = 500


def give_gates(*, by: User | None, engagement: Engagement) -> None:
    """The five gates of a new engagement, with what they require from the beginning."""
    for stage in STANDING:
        asked = [(Proof.CHECK, check.title, check.name) for check in checks.of_stage(stage)]
        asked += [(proof, title, "") for proof, title in STANDING[stage]]
        gate = items.write(
            by=by,
            model=Gate,
            engagement=engagement,
            kind="gate",
            title=str(Stage(stage).label),
            stage=stage,
            client_visible=True,
            required=len(asked),
        )
        ExitCriterion.objects.bulk_create(
            ExitCriterion(gate=gate, position=position, proof=proof, title=title, check_name=name)
            for position, (proof, title, name) in enumerate(asked)
        )


@transaction.atomic
def add(
    *,
    by: User | None,
    gate: Gate,
    proof: str,
    title: str = "",
    check_name: str = "",
    criterion: Item | None = None,
) -> ExitCriterion:
    """Let a gate require one thing more. The title of a check and of a success criterion is theirs unless another
    one is given. Raises Refused for what is required already, for an unknown check, for a success criterion of
    another engagement, and for a gate that is passed."""
    gate = _open(gate)
    if proof not in Proof.values:
        raise Refused("proof", f"Choose one of {', '.join(map(str, Proof.labels))}.", field="proof")
    check = checks.known(check_name) if proof == Proof.CHECK else None
    if proof == Proof.CHECK and check is None:
        raise Refused("check", "Choose what Fieldwork is to check.", field="check_name")
    criterion = _criterion_of(gate, criterion) if proof == Proof.CRITERION else None
    title = title or (check.title if check else criterion.title if criterion else "")
    title = one_line(title, limit=TITLE, field="title")
    _require_new(gate, check.name if check else "", criterion)
    last = gate.exit_criteria.aggregate(last=Max("position"))["last"]
    made = ExitCriterion.objects.create(
        gate=gate,
        position=0 if last is None else last + 1,
        proof=proof,
        title=title,
        check_name=check.name if check else "",
        criterion=criterion,
    )
    facts = {"gate": gate.reference, "title": title, "proof": proof}
    record(by=by, verb="added", subject=made, engagement=gate.engagement, **facts)
    recount(gate)
    return made


@transaction.atomic
def require_registered() -> int:
    """Let gates that are not passed require the checks that were registered since they were made: of a new app, or of
    a newer version. A passed gate keeps what was decided, and what somebody has removed stays removed. Safe to
    repeat. Returns how many exit criteria that made."""
    made = 0
    for check in checks.everyone():
        waiting = Gate.objects.filter(stage__in=check.stages, engagement__closed_at=None)
        waiting = waiting.exclude(state__in=BEHIND)
        lacking = waiting.exclude(pk__in=ExitCriterion.objects.filter(check_name=check.name).values("gate"))
        for gate in lacking.select_related("engagement__client").order_by("pk"):
            if _was_removed(gate, check):
                continue
            with suppress(Refused):  # somebody has passed it, or added the check, since it was looked for
                add(by=None, gate=gate, proof=Proof.CHECK, check_name=check.name)
                made += 1
    return made


def _was_removed(gate: Gate, check: checks.Check) -> bool:
    said = Q(data__check=check.name) | Q(data__title=check.title, data__proof=Proof.CHECK)
    removed = events_of_engagement(gate.engagement_id).filter(said, verb="removed", data__gate=gate.reference)
    return removed.filter(subject_type="exitcriterion").exists()


def _require_new(gate: Gate, check_name: str, criterion: Item | None) -> None:
    if check_name and gate.exit_criteria.filter(check_name=check_name).exists():
        raise Refused("twice", f"{gate} requires this already.", field="check_name")
    if criterion and gate.exit_criteria.filter(criterion=criterion).exists():
        raise Refused("twice", f"{gate} requires {criterion.reference} already.", field="criterion")


@transaction.atomic
def rename(*, by: User | None, exit_criterion: ExitCriterion, title: str, version: int | None = None) -> None:
    """Word an exit criterion differently. Raises Refused for a gate that is passed, and for a `version` that is no
    longer its own."""
    gate = _open(exit_criterion.gate)
    title = one_line(title, limit=TITLE, field="title")
    locked, changed = lock_at(exit_criterion, version, title=title)
    if changed:
        keep(locked, changed)
        said = {"before": changed["title"], "after": title}
        record(by=by, verb="renamed", subject=locked, engagement=gate.engagement, gate=gate.reference, **said)
        recount(gate)


@transaction.atomic
def move(*, by: User | None, exit_criterion: ExitCriterion, up: bool) -> None:
    """Show an exit criterion one place further up or down; at the end nothing happens."""
    gate = _open(exit_criterion.gate)
    order = list(gate.exit_criteria.select_for_update().order_by("position", "created_at"))
    here = next((place for place, one in enumerate(order) if one.pk == exit_criterion.pk), None)
    there = None if here is None else here - 1 if up else here + 1
    if here is None or there is None or not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for position, one in enumerate(order):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])
    record(
        by=by,
        verb="moved",
        subject=exit_criterion,
        engagement=gate.engagement,
        gate=gate.reference,
        title=exit_criterion.title,
        before=here + 1,
        after=there + 1,
    )


@transaction.atomic
def remove(*, by: User | None, exit_criterion: ExitCriterion, reason: str) -> None:
    """Let a gate require one thing less. The audit trail, the gate's page and the next decision's evidence keep what,
    what it came to, and why. Raises Refused for whoever may not (`may_remove`), without a reason, and for a gate that
    is passed."""
    gate = _open(exit_criterion.gate)
    if by is not None and not may_remove(by, exit_criterion):
        raise Refused("manager", WHO_REMOVES)
    reason = _words(reason, "reason")
    if not reason:
        raise Refused("reason", "Say why.", field="reason")
    locked = ExitCriterion.objects.select_for_update().filter(pk=exit_criterion.pk).first()
    if locked is None:
        return
    found = next((line.finding for line in look_at(gate) if line.criterion.pk == locked.pk), None)
    facts = {"gate": gate.reference, "title": locked.title, "proof": locked.proof, "reason": reason}
    facts |= {"found": f"{found.found}: {found.text}"} if found else {}
    facts |= {"check": locked.check_name} if locked.check_name else {}
    record(by=by, verb="removed", subject=locked, engagement=gate.engagement, **facts)
    locked.delete()
    recount(gate)


def may_remove(user: User, exit_criterion: ExitCriterion) -> bool:
    """Whether a person may remove it: to do so is to pass what is checked without an override, so that takes a
    manager; what people only attest, whoever leads the engagement may remove."""
    if exit_criterion.proof == Proof.ATTESTED:
        return may_staff(user, exit_criterion.gate.engagement)
    return user.role in SEE_ALL


@transaction.atomic
def attest(
    *, by: User, exit_criterion: ExitCriterion, link: str, note: str = "", version: int | None = None
) -> None:
    """Say by name, with a link, that an exit criterion holds. Raises Refused for one that is shown otherwise, and
    for what is no link."""
    if exit_criterion.proof != Proof.ATTESTED:
        raise Refused("proof", f"“{exit_criterion.title}” is not attested by a person.")
    wanted: dict[str, object] = {
        "attested_by": by,
        "attested_at": timezone.now(),
        "link": _address(link),
        "note": _words(note, "note"),
    }
    _attested(by, exit_criterion, version, "attested", wanted)


@transaction.atomic
def withdraw_attestation(*, by: User, exit_criterion: ExitCriterion, version: int | None = None) -> None:
    """Take back that an exit criterion holds; of a passed gate, that shows."""
    wanted: dict[str, object] = {"attested_by": None, "attested_at": None, "link": "", "note": ""}
    _attested(by, exit_criterion, version, "attestation withdrawn", wanted)


def _attested(
    by: User, exit_criterion: ExitCriterion, version: int | None, verb: str, wanted: dict[str, object]
) -> None:
    locked, changed = lock_at(exit_criterion, version, **wanted)
    if not changed:
        return
    keep(locked, changed)
    gate = Gate.objects.select_related("engagement__client").get(pk=locked.gate_id)
    said = {"before": {"link": changed.get("link", "")}, "after": {"link": locked.link}}
    record(
        by=by,
        verb=verb,
        subject=locked,
        engagement=gate.engagement,
        gate=gate.reference,
        title=locked.title,
        **said,
    )
    recount(gate)


def _open(gate: Gate) -> Gate:
    """The gate, locked with all that it requires. Raises Refused for one that is passed."""
    Item.objects.select_for_update(no_key=True).get(pk=gate.pk)
    locked = Gate.objects.select_related("engagement__client").get(pk=gate.pk)
    if locked.state in BEHIND:
        message = f"{locked} is passed; what it required stays. A manager can reopen it."
        raise Refused("passed", message)
    return locked


def _criterion_of(gate: Gate, criterion: Item | None) -> Item:
    if criterion is None or criterion.kind != Kind.CRITERION or criterion.engagement_id != gate.engagement_id:
        raise Refused("criterion", "Choose a success criterion of this engagement.", field="criterion")
    return criterion


def _address(link: str) -> str:
    text = link.strip()
    try:
        parts = urlsplit(text)
        sound = (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(text) & set(' \t\r\n\0<>"')
        )
    except ValueError:
        sound = False
    if not sound or len(text) > LINK:
        message = f"Give the address of what shows it: http:// or https://, at most {LINK} characters."
        raise Refused("link", message, field="link")
    return text


def _words(text: str, field: str) -> str:
    return several_lines(text, limit=WORDS, field=field)
