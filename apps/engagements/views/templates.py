"""Templates: the list, one of them, a new one, a changed one, one that goes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.text import slug_of
from apps.core.web import confirmation, field_check, page_or_fragment

from ..forms.templates import TemplateForm
from ..models import Template
from ..presenters.templates import board_of, counts_of
from ..rules.templates import document
from ..rules.templates.writing import plain
from ..selectors import templates as selectors
from ..selectors.templates import Known
from ..services import templates as services
from ..services.templates.keeping import WHO


@access(roles=STAFF)
def template_list(request: PersonRequest) -> HttpResponse:
    page = page_of(request, selectors.rows())
    context = {
        "shipped": [(one, counts_of(one.content)) for one in selectors.shipped()],
        "own": [(one, counts_of(one.content)) for one in map(selectors.known_of, page.object_list)],
        "page": page,
    }
    return page_or_fragment(request, "engagements/template_list.html", context)


@access(roles=STAFF)
def template_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _detail(request, _own(pk))


@access(roles=STAFF)
def shipped_detail(request: PersonRequest, slug: str) -> HttpResponse:
    return _detail(request, _shipped(slug))


@access(roles=STAFF)
def template_file(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _file(_own(pk))


@access(roles=STAFF)
def shipped_file(request: PersonRequest, slug: str) -> HttpResponse:
    return _file(_shipped(slug))


@access(roles=STAFF, methods=["GET", "POST"])
def template_new(request: PersonRequest) -> HttpResponse:
    """From nothing, from a file, or from another template (?from=its key)."""
    source = selectors.find(request.GET.get("from", "")[:120])
    content = plain(source.content) if source else {}
    row = Template(content=content, version=1)
    given = {"name": f"{source.name}, our way", "description": source.description} if source else {}
    form = TemplateForm(request.POST or None, files=request.FILES or None, row=row, initial=given)
    if answer := field_check(request, form):
        return answer
    if form.is_valid() and form.read is not None:
        with refusals_into(form):
            made = services.add(
                by=request.user, content=form.read, **_said(form, "name", "description", "once")
            )
            messages.success(request, f"The template “{made.name}” is kept.")
            return redirect(made)
    return render(request, "engagements/template_form.html", {"form": form, "source": source})


@access(roles=STAFF, methods=["GET", "POST"])
def template_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Template, pk=pk)
    if not selectors.may_change(request.user, row):
        raise Refused("not_own", WHO)
    form = TemplateForm(request.POST or None, files=request.FILES or None, row=row)
    if answer := field_check(request, form):
        return answer
    if form.is_valid() and form.read is not None:
        with refusals_into(form):
            said = _said(form, "name", "description", "version")
            services.change(by=request.user, template=row, content=form.read, **said)
            messages.success(request, "Saved. Engagements that were started from it stay as they are.")
            return redirect(row)
    return render(request, "engagements/template_form.html", {"form": form, "template": row})


@access(roles=STAFF, methods=["GET", "POST"])
def template_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Template, pk=pk)
    if not selectors.may_change(request.user, row):
        raise Refused("not_own", WHO)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Remove the template “{row.name}”?",
            text="Nobody can start from it any more. Engagements that were started from it stay as they are.",
            action="Remove",
            back=row.get_absolute_url(),
        )
    services.remove(by=request.user, template=row)
    messages.success(request, f"The template “{row.name}” is removed.")
    return redirect("templates:list")


def _own(pk: UUID) -> Known:
    return selectors.known_of(get_object_or_404(Template.objects.select_related("by"), pk=pk))


def _shipped(slug: str) -> Known:
    found = next((one for one in selectors.shipped() if one.key == slug), None)
    if found is None:
        raise Http404("No such template.")
    return found


def _detail(request: PersonRequest, template: Known) -> HttpResponse:
    plan = selectors.plan_of(template.content, starts_on=timezone.localdate())
    files = {True: "templates:shipped-file", False: "templates:file"}
    context = {
        "template": template,
        "board": board_of(template.content, plan, dated=False),
        "file": reverse(files[template.is_shipped], args=[template.key]),
        "may_change": template.row is not None and selectors.may_change(request.user, template.row),
    }
    return render(request, "engagements/template_detail.html", context)


def _file(template: Known) -> HttpResponse:
    data = {"name": template.name, "description": template.description, **plain(template.content)}
    response = HttpResponse(document.dump(data), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug_of(template.name)}.yml"'
    return response


def _said(form: TemplateForm, *names: str) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}
