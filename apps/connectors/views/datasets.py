"""The datasets of an engagement: the list, a new one over a source, one dataset, its changes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import confirmation, field_check
from apps.engagements.access import EngagementRequest, access
from apps.engagements.selectors import may_work_on

from .. import presenters, selectors, services
from ..forms.datasets import DatasetEditForm, DatasetForm
from ..models import Dataset, Source
from ..rules.roles import MEANINGS, in_words


@access(engagement="pk")
def dataset_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    page = page_of(request, selectors.datasets_of(request.engagement))
    context = {
        "engagement": request.engagement,
        "page": page,
        "datasets": presenters.dataset_rows(page.object_list),
    }
    return render(request, "connectors/dataset_list.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def dataset_new(request: EngagementRequest, pk: UUID, source: UUID) -> HttpResponse:
    """A new dataset over a source; `?from=` fills in what another one of the engagement has."""
    found = selectors.get_source(request.engagement, source)
    given: dict[str, Any] = {"source": found, "initial": {"name": str(found)[:120]}, **_copied(request)}
    form = DatasetForm(_sent(request), **given)
    if answer := field_check(request, form):
        return answer
    if _one_more(request):
        form = DatasetForm(**{**given, "initial": _typed(request)})
    elif form.is_valid():
        with refusals_into(form):
            made = services.add_dataset(
                by=request.user,
                source=found,
                dataset=form.cleaned_data["dataset"],
                name=form.cleaned_data["name"],
            )
        if not form.errors:
            messages.success(request, f"{made} is ready for an evaluation.")
            return redirect(made)
    return _form_page(request, form, found)


@access(engagement="pk")
def dataset_detail(request: EngagementRequest, pk: UUID, dataset: UUID) -> HttpResponse:
    found = selectors.get_dataset(request.engagement, dataset)
    context = {
        "engagement": request.engagement,
        "dataset": found,
        "facts": in_words(found.roles),
        "used_by": selectors.used_by(found),
        "snapshots": page_of(request, found.snapshots.select_related("site").order_by("-created_at")),
        "may_work": may_work_on(request.user, request.engagement),
    }
    return render(request, "connectors/dataset_detail.html", context)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def dataset_edit(request: EngagementRequest, pk: UUID, dataset: UUID) -> HttpResponse:
    found = selectors.get_dataset(request.engagement, dataset)
    used_by = selectors.used_by(found)
    given: dict[str, Any] = {
        "source": found.source,
        "roles": found.roles,
        "row": found,
        "frozen": bool(used_by),
    }
    form = DatasetEditForm(_sent(request), **given)
    if answer := field_check(request, form):
        return answer
    if _one_more(request):
        form = DatasetEditForm(**{**given, "initial": _typed(request)})
    elif form.is_valid():
        with refusals_into(form):
            services.change_dataset(
                by=request.user,
                row=found,
                dataset=form.cleaned_data["dataset"],
                name=form.cleaned_data["name"],
                version=form.cleaned_data["version"],
            )
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(found)
    return _form_page(request, form, found.source, found, used_by)


@access(engagement="pk", work=True, methods=["GET", "POST"])
def dataset_delete(request: EngagementRequest, pk: UUID, dataset: UUID) -> HttpResponse:
    found = selectors.get_dataset(request.engagement, dataset)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Remove {found}?",
            text="Its roles, filter and sample are forgotten. The source and its rows stay.",
            action="Remove",
            back=found.get_absolute_url(),
        )
    services.remove_dataset(by=request.user, dataset=found)
    messages.success(request, f"{found} is removed.")
    return redirect(reverse("connectors:sources", args=[pk]))


def _form_page(
    request: EngagementRequest,
    form: DatasetForm,
    source: Source,
    dataset: Dataset | None = None,
    used_by: Sequence[str] = (),
) -> HttpResponse:
    columns = zip(presenters.column_rows(source), form.role_fields, strict=True) if form.role_fields else None
    context = {
        "engagement": request.engagement,
        "form": form,
        "source": source,
        "dataset": dataset,
        "used_by": used_by,
        "facts": in_words(dataset.roles) if dataset else [],
        "meanings": MEANINGS,
        "columns": columns,
    }
    return render(request, "connectors/dataset_form.html", context)


def _sent(request: EngagementRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _one_more(request: EngagementRequest) -> bool:
    """Whether one more condition is asked for, without judging what stands there."""
    return request.method == "POST" and "more" in request.POST


def _typed(request: EngagementRequest) -> dict[str, Any]:
    """What stands in the form, with one more row of conditions."""
    typed = {name: text for name, text in request.POST.dict().items() if name != "csrfmiddlewaretoken"}
    count = str(typed.get("count", ""))
    return {**typed, "count": int(count) + 1 if count.isascii() and count.isdigit() and len(count) < 4 else 2}


def _copied(request: EngagementRequest) -> dict[str, Any]:
    """Roles and name of the dataset that `?from=` names; nothing for what is none of this engagement."""
    try:
        other = selectors.get_dataset(request.engagement, UUID(request.GET.get("from", "")))
    except (ValueError, Http404):
        return {}
    return {"roles": other.roles, "initial": {"name": f"{other} (2)"[:120]}}
