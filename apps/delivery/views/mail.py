"""The log of mails, for administrators. It shows heads, never what a mail says."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import Role
from apps.core.pages import Filter, page_of
from apps.core.web import page_or_fragment

from .. import presenters, selectors, services
from ..models import Mail

ADMINS = {Role.ADMIN}


@access(roles=ADMINS)
def mail_list(request: PersonRequest) -> HttpResponse:
    state, search = request.GET.get("state", ""), request.GET.get("q", "")
    page = page_of(request, selectors.mails(state=state, search=search))
    context = {
        "page": page,
        "lines": [presenters.log_line(mail) for mail in page.object_list],
        "search": search,
        "filters": [Filter("state", "All states", Mail.State.choices, state)],
        "narrowed": bool(state or search),
        "server": settings.EMAIL_HOST,
        "folder": settings.EMAIL_FILE_PATH
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
        else "",
    }
    fragments = {"mails": "delivery/_mails.html"}
    return page_or_fragment(request, "delivery/mail_list.html", context, fragments=fragments)


@access(roles=ADMINS, methods=["POST"])
def mail_retry(request: PersonRequest, pk: UUID) -> HttpResponse:
    mail = get_object_or_404(Mail, pk=pk)
    services.retry(by=request.user, mail=mail)
    messages.success(request, f"The mail to {mail.to} is tried again within a minute.")
    return redirect("delivery:mail")
