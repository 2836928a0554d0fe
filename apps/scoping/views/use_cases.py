"""Use cases: the list, a new one, a page whose sections are edited in place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import confirmation, field_check, page_or_fragment, wants_fragment
from apps.engagements.access import EngagementRequest, ItemRequest, access, item_access
from apps.engagements.selectors import may_work_on
from apps.engagements.services.moves import take_away

from .. import services
from ..forms import FORMS, NewUseCaseForm, SectionRow
from ..forms.sections import acted_on_steps
from ..models import UseCase
from ..presenters import criteria as lines
from ..presenters import use_cases as presenters
from ..selectors import criteria, use_cases


@access(engagement="pk", client_visible=True)
def use_case_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The engagement's use cases, the highest score first."""
    page = page_of(request, use_cases.ranked(request.user, request.engagement))
    context = {
        "engagement": request.engagement,
        "page": page,
        "rows": [(one, presenters.owner_of(request.user, one)) for one in page.object_list],
        "may_work": may_work_on(request.user, request.engagement),
    }
    fragments = {"use-cases": "scoping/_use_cases.html"}
    return page_or_fragment(request, "scoping/use_case_list.html", context, fragments=fragments)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def use_case_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    form = NewUseCaseForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            made = services.write_use_case(
                by=request.user, engagement=request.engagement, **form.cleaned_data
            )
        if not form.errors:
            messages.success(request, f"{made.reference} is written down.")
            return redirect(made)
    context = {"engagement": request.engagement, "form": form}
    return render(request, "scoping/use_case_new.html", context)


@item_access(UseCase, client_visible=True)
def use_case_detail(request: ItemRequest, pk: UUID) -> HttpResponse:
    return _page(request)


@item_access(UseCase, work=True, methods=["GET", "POST"])
def section_edit(request: ItemRequest, pk: UUID, section: str) -> HttpResponse:
    """One section with its form; saved, it is shown again."""
    use_case: UseCase = request.item
    row: Any = SectionRow(use_case, section)
    if section == "process" and request.method == "POST" and (changed := acted_on_steps(request.POST)):
        return _page(request, section, FORMS[section](changed, row=row))
    form = FORMS[section](request.POST if request.method == "POST" else None, row=row)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        said = form.said()
        with refusals_into(form):
            request.item = services.change_section(
                by=request.user, use_case=use_case, section=section, version=said.pop("version"), **said
            )
        if not form.errors:
            if wants_fragment(request):
                request.item = use_cases.listed(request.user, request.engagement).get(pk=pk)
                return _page(request, section)
            messages.success(request, "Saved.")
            return redirect(use_case)
    return _page(request, section, form)


@item_access(UseCase, work=True, methods=["GET", "POST"])
def use_case_reconsider(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Asked first: a picked one may be what a gate rests on."""
    use_case: UseCase = request.item
    if request.method == "POST":
        if use_case.state != "candidate":
            services.reconsider(by=request.user, use_case=use_case)
            messages.success(request, f"{use_case.reference} is a candidate again.")
        return redirect(use_case)
    return confirmation(
        request,
        title=f"Make {use_case.reference} a candidate again?",
        text="What was decided about it stays in the log. A gate that rests on it becomes stale.",
        action="Make it a candidate",
        back=use_case.get_absolute_url(),
        tone="primary",
    )


@item_access(UseCase, work=True, methods=["GET", "POST"])
def use_case_remove(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Asked first; then a notice offers to bring it back."""
    use_case: UseCase = request.item
    if request.method == "POST":
        take_away(by=request.user, item=use_case)
        messages.success(
            request, render_to_string("engagements/_item_undo.html", {"item": use_case}, request)
        )
        return redirect("scoping:use-cases", use_case.engagement_id)
    return confirmation(
        request,
        title=f"Remove {use_case.reference}?",
        text=f"“{use_case.title}” disappears with its baselines and value assumptions. It can be brought back.",
        action="Remove",
        back=use_case.get_absolute_url(),
    )


def _page(request: ItemRequest, section: str = "", form: Any = None) -> HttpResponse:
    """The whole page, or the section that htmx asks for."""
    use_case: UseCase = request.item
    user, engagement = request.user, request.engagement
    context: dict[str, Any] = {
        "engagement": engagement,
        "item": use_case,
        "may_work": may_work_on(user, engagement),
        "owner": presenters.owner_of(user, use_case),
        "hours": presenters.hours_words(use_case),
        "parts": presenters.parts_of(use_case),
    }
    if section:
        context["section"] = presenters.section_of(section, form)
    if section and wants_fragment(request):
        fragments = {f"section-{section}": "scoping/_section.html"}
        return page_or_fragment(request, "scoping/_section.html", context, fragments=fragments)
    known = list(criteria.listed(user, engagement).filter(use_case=use_case))
    context |= {
        "sections": presenters.sections(section, form),
        "baselines": use_case.baselines.all(),
        "assumptions": use_case.assumptions.all(),
        "lines": lines.lines_of(user, known),
    }
    return render(request, "scoping/use_case_detail.html", context)
