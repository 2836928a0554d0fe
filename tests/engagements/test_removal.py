"""What goes with its engagement, and what stays while the engagement is there."""

import pytest

from apps.core.errors import Refused
from apps.engagements.models import Gate, Item, Kind, LogEntry, Stakeholder
from apps.engagements.services import items, set_stage
from apps.engagements.services.links import add_link
from apps.engagements.services.registers.requests import add_request
from apps.engagements.services.removal import remove_engagement
from tests.factories import make_engagement
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
REGISTERED = (Kind.ENTRY, Kind.RISK, Kind.ACTION, Kind.MILESTONE, Kind.STAKEHOLDER)


def test_an_engagement_goes_with_what_was_asked_of_whom_for_which_gate() -> None:
    engagement, other = make_engagement(), make_engagement()
    made = {kind: make_item(engagement, kind) for kind in REGISTERED}
    gate = Gate.objects.get(engagement=engagement, stage="pilot")
    whom = Stakeholder.objects.get(pk=made[Kind.STAKEHOLDER].pk)
    request = add_request(by=None, engagement=engagement, title="replica", holds_up=gate, asked_of=whom)
    add_link(by=None, item=made[Kind.ACTION], other=request, said="concerns")
    kept = Item.objects.filter(engagement=other).count()
    remove_engagement(by=None, engagement=engagement)
    assert not Item.objects.filter(engagement_id=engagement.pk).exists()
    assert Item.objects.filter(engagement=other).count() == kept


def test_what_a_decision_on_a_gate_wrote_is_neither_removed_nor_hidden_nor_changed() -> None:
    engagement = make_engagement()
    set_stage(by=None, engagement=engagement, stage="connect")
    entry = LogEntry.objects.get(engagement=engagement, kept=True)
    with pytest.raises(Refused, match="stays as it is"):
        items.remove(by=None, item=entry)
    for wanted in ({"client_visible": False}, {"title": "another"}):
        with pytest.raises(Refused, match="stays as it is"):
            items.change(by=None, item=Item.objects.get(pk=entry.pk), version=None, **wanted)
