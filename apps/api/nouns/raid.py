"""RAID: risks, assumptions, issues, dependencies."""

from rest_framework import serializers

from apps.engagements.models import TEXT, Level, Raid
from apps.engagements.services.registers.raid import KINDS, add_raid, change_raid

from ..noun import Act, Asked, Narrow, Noun
from .items import MOVE, ORDERS, REMOVE, ItemFields, ItemOut, named, narrowings, rows_of


class RaidOut(ItemOut):
    """A risk, an assumption, an issue or a dependency. likelihood: of a risk, else empty; response: what is done about
    it."""

    severity = serializers.ChoiceField(choices=Level.choices)
    likelihood = serializers.ChoiceField(choices=[("", "None"), *Level.choices])
    response = serializers.CharField()


class RaidChange(ItemFields):
    """What can be changed of one."""

    severity = serializers.ChoiceField(choices=Level.choices, required=False)
    likelihood = serializers.ChoiceField(choices=Level.choices, required=False)
    response = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, max_length=TEXT)


class RaidNew(RaidChange):
    """A new one."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in KINDS])


def _add(asked: Asked) -> Raid:
    return add_raid(by=asked.by, engagement=asked.engagement, **named(asked))


def _change(asked: Asked) -> Raid:
    return change_raid(by=asked.by, item=asked.row, version=asked.version, **named(asked))


RAID = Noun(
    name="raid",
    one="RAID item",
    says="Risks, assumptions, issues and dependencies.",
    scope="registers",
    rows=rows_of(Raid),
    out=RaidOut,
    orders=ORDERS,
    narrow={
        **narrowings(*KINDS),
        "kind": Narrow(
            serializers.ChoiceField(choices=[str(kind) for kind in KINDS], required=False), "kind"
        ),
        "severity": Narrow(serializers.ChoiceField(choices=Level.values, required=False), "severity"),
    },
    add=Act(_add, RaidNew),
    change=Act(_change, RaidChange),
    remove=REMOVE,
    verbs={"state": MOVE},
)
