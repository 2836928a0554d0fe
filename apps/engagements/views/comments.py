"""Comments on items."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from apps.core.forms import refusals_into
from apps.core.pages import SIZE
from apps.core.web import confirmation, field_check, page_or_fragment, wants_fragment

from ..access import ItemRequest, item_access
from ..forms.around import CommentEditForm, CommentForm
from ..models import Item
from ..presenters.around import comments_part
from ..selectors.around import comments_of, get_comment
from ..services import comments
from .mentions import ask_about_mentions, untold_of


@item_access(Item, client_visible=True, methods=["GET", "POST"])
def comment_list(request: ItemRequest, pk: UUID) -> HttpResponse:
    """All comments by pages; a POST adds one. Whoever sees an item may say something about it: colleagues who
    only look on, and the client's viewers."""
    item, user = request.item, request.user
    form = CommentForm(request.POST if request.method == "POST" else None, by=user, item=item)
    ask_about_mentions(request, form, request.engagement, "text")
    untold: list[str] = []
    if answer := field_check(request, form):
        return answer
    page = None
    if request.method != "POST":
        page = Paginator(comments_of(user, item), SIZE).get_page(request.GET.get("page"))
    if form.is_valid():
        with refusals_into(form):
            comments.add_comment(by=user, item=item, **form.cleaned_data)
        if not form.errors:
            untold = _untold(request, form)
            if request.headers.get("HX-Target") != "comments":
                for said in untold:
                    messages.warning(request, said)
                return _to_comments(item)
            form = CommentForm(by=user, item=item)
    context = comments_part(request, item, form, page)
    context |= {
        "part": "comments",
        "part_template": "engagements/_comments.html",
        "page": page,
        "untold": untold,
    }
    return page_or_fragment(
        request,
        "engagements/item_part.html",
        context,
        fragments={"comments": "engagements/_comments.html"},
    )


@item_access(Item, client_visible=True, methods=["GET", "POST"])
def comment_edit(request: ItemRequest, pk: UUID, comment: UUID) -> HttpResponse:
    """Other words in place of one's own."""
    found = get_comment(request.user, request.item, comment)
    form = CommentEditForm(request.POST or None, row=found, by=request.user)
    ask_about_mentions(request, form, request.engagement, "text", before=found.text)
    if form.is_valid():
        with refusals_into(form):
            comments.edit_comment(by=request.user, comment=found, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Comment changed.")
            for said in _untold(request, form):
                messages.warning(request, said)
            return HttpResponseClientRefresh() if wants_fragment(request) else _to_comments(request.item)
    context = {"item": request.item, "engagement": request.engagement, "form": form, "comment": found}
    context["own"] = found.by_id == request.user.pk
    return page_or_fragment(
        request,
        "engagements/comment_edit.html",
        context,
        fragments={"dialog": "engagements/_comment_edit.html"},
    )


@item_access(Item, client_visible=True, methods=["GET", "POST"])
def comment_remove(request: ItemRequest, pk: UUID, comment: UUID) -> HttpResponse:
    found = get_comment(request.user, request.item, comment)
    if request.method == "POST":
        comments.remove_comment(by=request.user, comment=found)
        messages.success(request, "Comment removed.")
        return _to_comments(request.item)
    return confirmation(
        request,
        title="Remove this comment?",
        text="Nobody sees it any more; the history keeps that it was there.",
        action="Remove the comment",
        back=reverse("items:detail", args=[pk]),
    )


def _untold(request: ItemRequest, form: forms.Form) -> list[str]:
    """Of an internal comment that was just kept: whom it names and does not tell."""
    said = form.cleaned_data
    internal = said.get("internal") or not request.item.client_visible
    return untold_of(request, request.engagement, said["text"], thing="comments") if internal else []


def _to_comments(item: Item) -> HttpResponse:
    return redirect(f"{reverse('items:detail', args=[item.pk])}#comments")
