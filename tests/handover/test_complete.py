"""Whatever hangs on an engagement is in its pack, or has a reason why it is not."""

from django.apps import apps
from django.db.models import Model

from apps.engagements.models import Engagement
from apps.handover.parts import PARTS
from apps.handover.shape.columns import PERSON
from apps.pilots.models import Result

# What no pack holds, and why.
LEFT_OUT = {
    "engagements.Invitation": "a link that lets somebody in is a secret of this installation",
    "engagements.Import": "a file that waits is its owner's alone; what it became is in the pack",
    "tokens.Token": "secret",
    "delivery.InboxEntry": "what somebody was told here",
    "delivery.Reminder": "what somebody was reminded of here",
    "delivery.Webhook": "an address that this installation calls, with its secret",
    "delivery.Delivery": "what a webhook was sent from here",
    "delivery.DeliveryAttempt": "what a webhook was sent from here",
    "delivery.Mute": "what somebody wants to hear of here",
    "overview.Standing": "worked out anew",
    "overview.Changed": "what has to be worked out anew",
    "dispatch.Inquiry": "forgotten within a day",
    "connectors.Look": "forgotten with its inquiry within a day",
    "handover.BroughtMember": "a member, in members.csv",
    "handover.PackImport": "what was brought along here",
    "adoption.Usage": "the key of its hashes is a secret of this installation",
    "adoption.UsageEvent": "hashes that mean nothing without that key",
    "adoption.Seen": "hashes that mean nothing without that key",
    "adoption.UserDay": "hashes that mean nothing without that key",
    "adoption.UserWeek": "hashes that mean nothing without that key",
    "adoption.DayTotal": "worked out from events",
    "adoption.DayActive": "worked out from events",
    "adoption.Cohort": "worked out from events",
    "adoption.WeekTotal": "worked out from events",
    "adoption.DirtyDay": "what has to be worked out anew",
    "adoption.Name": "what events speak of",
    "adoption.Arrival": "what was sent here",
    "accounts.User": "people.yml names them without what lets them in",
}
# What hangs on an engagement without a key to it, or is written by parts of their own.
BY_HAND = {
    "catalog.Endpoint",
    "engagements.Engagement",
    "engagements.Item",
    Result._meta.label,
    "audit.Event",
}


def hanging() -> set[type[Model]]:
    """All models that lead to an engagement by their keys, and whatever points at those."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    found: set[type[Model]] = {Engagement}
    while True:
        more = {
            model
            for model in ours
            if model not in found
            and any(field.related_model in found for field in model._meta.concrete_fields)
        }
        if not more:
            return found
        found |= more


def test_every_model_that_hangs_on_an_engagement_is_in_the_pack_or_has_a_reason() -> None:
    packed = {noun.model._meta.label for part in PARTS for noun in part.NOUNS} | BY_HAND
    missing = {model._meta.label for model in hanging()} - packed - LEFT_OUT.keys()
    assert missing == set(), "write a part for it in apps/handover/parts, or say here why there is none"


def test_no_reason_is_left_for_what_is_not_there() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    assert LEFT_OUT.keys() - labels == set()


def test_every_part_writes_and_reads() -> None:
    for part in PARTS:
        assert callable(part.write)
        assert callable(part.read)


def test_no_column_is_a_secret_and_people_are_handles() -> None:
    for part in PARTS:
        for noun in part.NOUNS:
            for column in noun.columns:
                assert column.field.name not in {"password", "token", "secret", "path"}
                if (
                    column.field.related_model is not None
                    and column.field.related_model._meta.label == "accounts.User"
                ):
                    assert column.refers == PERSON
