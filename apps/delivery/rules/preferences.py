"""What a person is told, and how, until they say otherwise. Pure decisions."""

from collections.abc import Mapping

INBOX, EMAIL = "inbox", "email"
CHANNELS: Mapping[str, str] = {INBOX: "Inbox", EMAIL: "E-mail"}
# what a notice is about → (its name, when one gets it)
ABOUT: Mapping[str, tuple[str, str]] = {
    "mention": ("Mentions", "Somebody wrote @you."),
    "assignment": ("Assignments", "Something is yours now."),
    "approval": ("Approvals", "You are asked to approve something, or were answered."),
    "comment": ("Comments", "Somebody commented on what is yours."),
    "due": ("Due dates", "Something of yours is due; once a day, in the morning."),
    "gate": ("Gates", "A gate was decided, or its evidence has changed."),
    "webhook": (
        "Webhooks",
        "One that you look after was paused, as nothing arrives there, or a program has made it.",
    ),
}
_OF_STAFF = frozenset({"webhook"})
_NOT_BY_MAIL = frozenset({"comment"})
Said = Mapping[tuple[str, str], bool]


def offered(*, staff: bool) -> Mapping[str, tuple[str, str]]:
    """The kinds of notices that somebody may get at all. staff: whether they work for the house."""
    return {about: said for about, said in ABOUT.items() if staff or about not in _OF_STAFF}


def default(about: str, channel: str) -> bool:
    """Whether that kind of notice takes that channel for somebody who has said nothing."""
    return channel == INBOX or about not in _NOT_BY_MAIL


def wanted(said: Said, about: str, channel: str) -> bool:
    """Whether that kind of notice takes that channel for somebody who has `said` this."""
    return said.get((about, channel), default(about, channel))
