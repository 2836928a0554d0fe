"""What the forms and lists of all registers do alike."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check

from ...access import EngagementRequest
from ...forms.registers.fields import RegisterForm
from ...models import Item
from ..mentions import ask_about_mentions, say_untold, written


def edited(
    request: EngagementRequest,
    form: forms.Form,
    *,
    save: Callable[[], Item],
    heading: str,
    back: str,
    action: str = "Save",
    note: str = "",
    template: str = "engagements/register_form.html",
    **more: Any,
) -> HttpResponse:
    """A form on a page of its own: what is wrong with it, or what `save` has made of it and then `back`."""
    before = written(form.row) if isinstance(form, RegisterForm) else ""
    ask_about_mentions(request, form, request.engagement, "title", "text", before=before)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            item = save()
            messages.success(request, f"{item.reference} is kept.")
            say_untold(request, item, before=before)
            return redirect(back)
    context = {
        "engagement": request.engagement,
        "form": form,
        "fields": form.rows()
        if isinstance(form, RegisterForm)
        else [(each, True) for each in form.visible_fields()],
        "heading": heading,
        "note": note,
        "action": action,
        "back": back,
        **more,
    }
    return render(request, template, context)


def said(request: EngagementRequest, *names: str) -> dict[str, str]:
    """What the query says of these filters."""
    return {name: request.GET.get(name, "")[:100] for name in names}
