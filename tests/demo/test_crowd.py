"""The crowd for measuring: as many as were asked for, and rows that a person could have written."""

import pytest
from django.core.management import CommandError, call_command

from apps.audit.models import Event
from apps.demo import crowd
from apps.engagements.models import Engagement, Item, LogEntry, Member
from apps.engagements.services import items

COUNTS = {"people": 4, "engagements": 3, "entries": 100}


@pytest.fixture
def gathered(db, capsys) -> None:
    call_command("seed_crowd", **COUNTS)


def test_a_crowd_has_the_numbers_that_were_asked_for(gathered) -> None:
    assert Engagement.objects.count() == 3
    assert LogEntry.objects.count() == 100
    assert Member.objects.count() == 9
    assert Item.objects.filter(search=crowd.FREQUENT).count() == 6  # two of each engagement's 33 or 34
    assert Event.objects.filter(verb="written", subject_type="logentry").count() == 100


def test_what_was_copied_can_be_changed_by_the_services(gathered) -> None:
    engagement = Engagement.objects.first()
    for item in Item.objects.filter(engagement=engagement, kind="action", state="open"):
        items.move(by=None, item=item, state="done")
    written = items.write(
        by=None, model=LogEntry, engagement=engagement, kind="entry", title="next", state="noted"
    )
    assert written.number == LogEntry.objects.filter(engagement=engagement).count()


def test_a_second_crowd_is_refused(gathered) -> None:
    with pytest.raises(CommandError, match="already"):
        call_command("seed_crowd", **COUNTS)
