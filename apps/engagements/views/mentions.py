"""What forms with a text say about the @people in it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from apps.accounts.models import User

from ..models import Engagement, Item
from ..rules.mentions import ONLY_TEXT, amiss_in, handles_in, owner_of_handle, untold
from ..selectors.mentions import mentionable, reaches

ANYWAY = "anyway"  # the button of whoever means mere text
_THINGS = {"entry": "entries", "action": "actions", "milestone": "milestones", "access_request": "requests"}


def ask_about_mentions(
    request: HttpRequest, form: forms.Form, engagement: Engagement, *fields: str, before: str = ""
) -> None:
    """Say at its field which @ stands for nobody, unless it stood in `before` or the form was sent "anyway".
    `form.anyway` then says that a button for that belongs below. Called before the form is asked whether it is
    valid."""
    setattr(form, ANYWAY, False)
    if not form.is_bound or ANYWAY in request.POST:
        return
    form.full_clean()
    texts = {name: str(form.cleaned_data.get(name) or "") for name in fields if name in form.fields}
    if not any(handles_in(text) for text in texts.values()):
        return
    people = mentionable(_writer(request), engagement)
    for name, text in texts.items():
        if said := amiss_in(text, people, before):
            setattr(form, ANYWAY, True)
            form.add_error(name, " ".join([*said, ONLY_TEXT]))


def written(item: Any) -> str:
    """Where an item may mention people: its title and its text."""
    return f"{item.title}\n{item.text}"


def untold_of(request: HttpRequest, engagement: Engagement, text: str, *, thing: str) -> list[str]:
    """Sentences about those whom a text names and who were not told, because it is internal."""
    handles = sorted(handles_in(text))
    people = mentionable(_writer(request), engagement) if handles else []
    named = dict.fromkeys(found for handle in handles if (found := owner_of_handle(handle, people)))
    hidden = [person.name for person in named if not reaches(person, client_visible=False)]
    return [f"{untold(name, thing, 'was not told')}." for name in hidden]


def say_untold(request: HttpRequest, item: Item, *, before: str = "") -> None:
    """Notices of whom the text of an item that was just kept names without telling them."""
    if item.client_visible:
        return
    text = written(item)
    if handles_in(text) - handles_in(before):
        for said in untold_of(request, item.engagement, text, thing=_THINGS.get(item.kind, "items")):
            messages.warning(request, said)


def _writer(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
