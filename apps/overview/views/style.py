"""The page that shows what the screens are made of."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF
from apps.core.web import confirmation, field_check
from apps.engagements.models import Engagement, Stage

from .. import style
from ..forms.style import EveryKindForm


@access(roles=STAFF, methods=["GET", "POST"])
def style_page(request: PersonRequest) -> HttpResponse:
    """Every component in all its states, through the same includes as everywhere. Its form can be tried."""
    form = EveryKindForm(request.POST or None, request.FILES or None)
    if answer := field_check(request, form):
        return answer
    context = {
        **style.samples(),
        "form": form,
        "wrong": EveryKindForm.wrong(),
        "engagement": Engagement(stage=Stage.PILOT),
    }
    return render(request, "overview/style_page.html", context)


@access(roles=STAFF, methods=["GET", "POST"])
def style_confirm(request: PersonRequest) -> HttpResponse:
    """The confirmation on the style page; nothing is removed."""
    back = reverse("overview:style")
    if request.method == "POST":
        messages.success(request, "Nothing was removed: this was only for show.")
        return redirect(back)
    return confirmation(
        request,
        title="Remove the snapshot?",
        text="Its 600 rows can be frozen anew, but perhaps not as they were.",
        action="Remove",
        back=back,
    )
