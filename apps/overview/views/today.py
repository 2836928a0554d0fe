"""Where everybody begins, and what needs somebody first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import Role
from apps.accounts.selectors import anyone_exists
from apps.core.pages import page_of
from apps.engagements.selectors import SEE_ALL, visible_to

from ..presenters.today import places_of
from ..selectors import standings
from ..services.standing import catch_up

PLACES = 20
DUE = 12


@access(public=True, reason="leads everybody to where they can begin")
def start(request: HttpRequest) -> HttpResponse:
    """Today for whoever works on engagements, the engagements for a client's viewer; without a session the sign-in
    page, and in an empty Fieldwork its first page."""
    user = request.user
    if not user.is_authenticated:
        return redirect("accounts:sign-in" if anyone_exists() else "accounts:first-administrator")
    return redirect("engagements:list") if user.role == Role.CLIENT else _today(request)  # type: ignore[arg-type]


def _today(request: PersonRequest) -> HttpResponse:
    catch_up()
    page = page_of(request, standings.mine(request.user).values("pk"), PLACES)
    sees_all = request.user.role in SEE_ALL
    # whoever answers for all and works on none has all of them before them, and sees whose each is
    everybodys = sees_all and not page.paginator.count
    if everybodys:
        page = page_of(request, standings.pressing(request.user).values("pk"), PLACES)
    due = list(standings.due_to(request.user)[: DUE + 1])
    context = {
        "page": page,
        "places": places_of(standings.places_of(page.object_list, lead=everybodys)),
        "due": due[:DUE],
        "more_due": len(due) > DUE,
        "today": timezone.localdate(),
        "sees_all": sees_all,
        "everybodys": everybodys,
        "none_yet": sees_all and not page.paginator.count and not visible_to(request.user).exists(),
    }
    return render(request, "overview/today.html", context)
