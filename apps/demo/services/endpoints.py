"""The practice models in the catalogue, so that a person can choose them for an evaluation of their own."""

from decimal import Decimal

from django.db import transaction

from apps.accounts.models import User
from apps.catalog import services as catalog
from apps.catalog.models import Endpoint, Place
from apps.catalog.removal import remove_endpoint
from apps.core.errors import Refused

from ..models import Story
from ..tale import MODELS, PARAMS, PRICES

NOTES = "Of the demo: a small classifier on this machine that speaks like a model endpoint. Good for practice only."


@transaction.atomic
def keep(*, by: User | None, story: Story, address: str) -> None:
    """Keep the practice models for every client, at that address (…/v1); the story is changed, not saved.

    One whose name somebody has taken is left out, and so is one that a person has pointed elsewhere.
    """
    if "endpoint" not in story.made:
        story.made["endpoint"] = {name: pk for name in MODELS if (pk := _add(by, name, address))}
        return
    for endpoint in kept(story):
        if endpoint.base_url == story.endpoint:
            catalog.change(by=by, endpoint=endpoint, base_url=address)


@transaction.atomic
def remove(*, by: User | None, story: Story) -> None:
    """Take them out of the catalogue."""
    for endpoint in kept(story):
        remove_endpoint(by=by, endpoint=endpoint)


def kept(story: Story) -> list[Endpoint]:
    """Those that are still there."""
    return list(Endpoint.objects.filter(pk__in=story.made.get("endpoint", {}).values()).order_by("name"))


def _add(by: User | None, name: str, address: str) -> str:
    price = PRICES[MODELS[name]]
    try:
        endpoint = catalog.add(
            by=by,
            name=name,
            base_url=address,
            model=MODELS[name],
            params=PARAMS,
            price_input=Decimal(str(price["input"])),
            price_output=Decimal(str(price["output"])),
            place=Place.OTHER,
            place_words="this machine",
            notes=NOTES,
        )
    except Refused:
        return ""
    return str(endpoint.pk)
