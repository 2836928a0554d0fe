"""Stakeholders: who at the client matters. Never shown to the client."""

from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.engagements.models import Kind, Level, Stakeholder, Stance
from apps.engagements.services.registers.stakeholders import add_stakeholder, change_stakeholder

from ..noun import Act, Asked, Narrow, Noun
from .items import MOVE, ORDERS, REMOVE, ItemFields, ItemOut, named, narrowings, rows_of


class StakeholderOut(ItemOut):
    """Somebody at the client who matters; title: their name; position: their role there."""

    position = serializers.CharField()
    email = serializers.CharField()
    influence = serializers.ChoiceField(choices=Level.choices)
    stance = serializers.ChoiceField(choices=Stance.choices)
    sponsor = serializers.BooleanField()


class StakeholderFields(ItemFields):
    """What can be written of one; title: their name. Neither a date nor the client's eyes have a meaning here."""

    position = serializers.CharField(required=False, allow_blank=True, max_length=120)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    influence = serializers.ChoiceField(choices=Level.choices, required=False)
    stance = serializers.ChoiceField(choices=Stance.choices, required=False)
    sponsor = serializers.BooleanField(required=False)
    due = client_visible = None  # type: ignore[assignment]


def _add(asked: Asked) -> Stakeholder:
    return add_stakeholder(by=asked.by, engagement=asked.engagement, **named(asked))


def _change(asked: Asked) -> Stakeholder:
    return change_stakeholder(by=asked.by, item=asked.row, version=asked.version, **named(asked))


STAKEHOLDERS = Noun(
    name="stakeholders",
    one="stakeholder",
    says="People at the client who matter, with influence and stance. The client's viewers never see them.",
    scope="registers",
    roles=STAFF,
    rows=rows_of(Stakeholder),
    out=StakeholderOut,
    orders=ORDERS,
    narrow={
        **narrowings(Kind.STAKEHOLDER),
        "influence": Narrow(serializers.ChoiceField(choices=Level.values, required=False), "influence"),
        "stance": Narrow(serializers.ChoiceField(choices=Stance.values, required=False), "stance"),
        "sponsor": Narrow(serializers.BooleanField(required=False, allow_null=True, default=None), "sponsor"),
    },
    add=Act(_add, StakeholderFields),
    change=Act(_change, StakeholderFields),
    remove=REMOVE,
    verbs={"state": MOVE},
)
