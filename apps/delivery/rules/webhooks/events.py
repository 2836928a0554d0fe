"""What a webhook can be told of: the events of the audit trail, brought together into a short list of kinds."""

from collections.abc import Iterable, Mapping

EVERYTHING = "*"
TEST = "webhook.test"  # sent on demand, whatever a webhook wants
OTHER = "other"  # of what nobody has put on the list; a test sees to it that there is nothing
# kind → when one is told. Those of an engagement first.
OF_ENGAGEMENTS: Mapping[str, str] = {
    "item.written": "Something is written down: a log entry, a risk, an action, a criterion …",
    "item.changed": "It is edited, linked, moved to another state, or its checklist is",
    "item.discussed": "A comment or a file on it is added, changed or removed",
    "item.removed": "It is removed, or brought back",
    "item.imported": "A file of items is imported, or the import undone",
    "gate.decided": "A gate is decided, overridden or opened again",
    "gate.changed": "A gate moves, goes stale, or what it requires changes",
    "approval.asked": "Somebody is asked to approve, or no longer",
    "approval.answered": "Somebody has approved or declined",
    "criterion.measured": "A success criterion is measured, by a run or by hand",
    "run.started": "A run starts or goes on",
    "run.finished": "A run finishes with its verdict, or is cancelled",
    "run.annotated": "A run gets a label or a note",
    "evaluation.written": "An evaluation is written or removed",
    "data.changed": "A source, a dataset or a snapshot is added, looked into, changed or removed",
    "engagement.changed": "An engagement begins, changes its stage, its facts or its health",
    "engagement.closed": "It is closed, archived or deleted",
    "engagement.reopened": "It is opened again, or brought back into the lists",
    "access.changed": "A member, an invitation, a token or a webhook comes, goes or changes",
}
# Of no engagement: for webhooks of the installation alone.
OF_THE_INSTALLATION: Mapping[str, str] = {
    "person.changed": "A person's account is made, changed or closed",
    "client.changed": "A client is added, renamed or removed",
    "endpoint.changed": "An endpoint is added, tried, changed or retired",
    "site.changed": "A site is enrolled, or switched on or off",
    "template.changed": "A template of engagements is kept, changed or removed",
    "housekeeping": "A mail is tried again; the demo is told or removed",
}
KINDS: Mapping[str, str] = {**OF_ENGAGEMENTS, **OF_THE_INSTALLATION}

_STATES = (
    "open resolved mitigated occurred closed confirmed refuted met broken doing done dropped planned reached asked"
    " granted refused withdrawn involved left candidate picked rejected unknown stated noted"
)
_SECTIONS = ["problem", "process", "limits", "score", "owner"]


def _told(**verbs: str) -> dict[str, str]:
    """verb → kind; verbs are given by kind, one after the other by commas."""
    return {verb.strip(): kind.replace("__", ".") for kind, said in verbs.items() for verb in said.split(",")}


_ITEM = {
    **dict.fromkeys(_STATES.split(), "item.changed"),
    **_told(
        item__written="written",
        item__changed="changed, promise moved",
        item__removed="removed, restored",
        approval__asked="approval asked, approval withdrawn",
        approval__answered="approved, declined",
    ),
}
_CHECKLIST = _told(
    item__changed="checklist added, checklist changed, checklist ticked, checklist unticked, checklist line removed"
)
_GATE = {
    **_ITEM,
    **dict.fromkeys(["changed", "passed", "conditional", "stopped", "open", "stale"], "gate.changed"),
    **dict.fromkeys(["decided", "reopened"], "gate.decided"),
}
_USE_CASE = {**_ITEM, **dict.fromkeys([f"{section} changed" for section in _SECTIONS], "item.changed")}
_PART = dict.fromkeys(["added", "changed", "removed"], "item.changed")
_DATA = _told(data__changed="added, changed, removed, tested, frozen")
# what was acted on → verb → kind
BY_SUBJECT: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        ["raid", "milestone", "accessrequest", "stakeholder", "logentry", "item", "successcriterion"], _ITEM
    ),
    "action": {**_ITEM, **_CHECKLIST},
    "gate": _GATE,
    "usecase": _USE_CASE,
    "baseline": _PART,
    "valueassumption": _PART,
    "link": _told(item__changed="linked, unlinked"),
    "comment": _told(item__discussed="added, edited, removed"),
    "attachment": _told(item__discussed="attached, removed"),
    "import": _told(item__imported="imported, import undone"),
    "exitcriterion": _told(gate__changed="added, renamed, moved, removed, attested, attestation withdrawn"),
    "override": _told(gate__decided="overridden"),
    "measurement": _told(criterion__measured="measured"),
    "run": _told(
        run__started="started, resumed", run__finished="finished, cancelled", run__annotated="labelled"
    ),
    "runnote": _told(run__annotated="added, edited, removed"),
    "evaluation": _told(evaluation__written="wrote, removed"),
    **dict.fromkeys(["source", "dataset", "snapshot"], _DATA),
    "engagement": _told(
        engagement__changed="created, changed, stage set, started from a template, overrode health of,"
        " ended the health override of, plans removed, handed over as a pack, brought along as a pack",
        engagement__closed="closed, archived, removed",
        engagement__reopened="reopened, brought back",
    ),
    "usage": _told(engagement__changed="changed"),
    "member": _told(access__changed="added, role changed, removed"),
    "invitation": _told(access__changed="made, withdrawn, accepted"),
    "token": _told(access__changed="made, revoked"),
    "webhook": _told(
        access__changed="made, changed, paused, resumed, rotated, ended the old secret of, tested, replayed,"
        " removed"
    ),
    "user": _told(
        person__changed="created, role changed, deactivated, reactivated, password changed, profile changed, removed,"
        " notices chosen, notices muted, notices unmuted"
    ),
    "client": _told(client__changed="created, renamed, removed"),
    "endpoint": _told(endpoint__changed="added, changed, tried, retired, restored, removed"),
    "site": _told(site__changed="enrolled, introduced, activated, deactivated"),
    "inquiry": _told(data__changed="asked"),
    "template": _told(template__changed="created, changed, removed"),
    "mail": _told(housekeeping="retried"),
    "story": _told(housekeeping="told, removed"),
}


def kind_of(subject: str, verb: str) -> str:
    """The kind of an event; OTHER, of which only those hear who want everything, for one that is not on the list.
    subject: name of its model."""
    return BY_SUBJECT.get(subject, {}).get(verb, OTHER)


def offered(*, whole: bool) -> Mapping[str, str]:
    """The kinds that a webhook may choose from. whole: one of the installation, else of an engagement."""
    return KINDS if whole else OF_ENGAGEMENTS


def wants(events: Iterable[str]) -> str:
    """What a webhook wants, in words."""
    chosen = list(events)
    return "Everything" if EVERYTHING in chosen else ", ".join(chosen)
