"""Reads of the mail log. Its rows say when, to whom and what became of it, not what was in it."""

from django.db.models import QuerySet

from apps.accounts.models import User

from ..models import Mail

ENDED_BADLY = (Mail.State.FAILED, Mail.State.REFUSED)


def mails(*, state: str = "", search: str = "") -> QuerySet[Mail]:
    """Every mail, newest first, narrowed to a state and to part of an address."""
    found = Mail.objects.defer("text", "html").order_by("-created_at", "-pk")
    if state in Mail.State.values:
        found = found.filter(state=state)
    words = search.replace("\0", "").strip()
    return found.filter(to__icontains=words) if words else found


def failed_mail_to(user: User) -> Mail | None:
    """The last mail to a person, if it did not reach them."""
    ended = Mail.objects.filter(person=user, to=user.email).exclude(state=Mail.State.DROPPED)
    last = ended.order_by("-created_at").first()
    return last if last is not None and last.state in ENDED_BADLY else None
