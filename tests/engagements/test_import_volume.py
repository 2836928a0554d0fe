"""A hundred thousand lines of log come along whole, by a worker; a worker undoes what is large, too."""

import pytest
from django.urls import reverse

from apps.audit.models import Event
from apps.engagements.models import Import, LogEntry, MemberRole
from apps.engagements.services import imports
from apps.engagements.services.imports import undoing
from apps.engagements.tasks import perform_imports
from tests.factories import make_engagement, make_member
from tests.factories.imports import make_import

pytestmark = pytest.mark.django_db
LINES = 100_000
WRONG = 7


def test_a_hundred_thousand_lines_are_looked_at_and_written_down_by_a_worker(client) -> None:
    engagement = make_engagement()
    maria = make_member(engagement, MemberRole.LEAD).user
    lines = [
        f"2026-03-{n % 27 + 1:02d} {n % 24:02d}:{n % 60:02d},Line {n},meeting,Old Colleague,1:15"
        for n in range(LINES)
    ]
    lines[:: LINES // WRONG] = ["31.02.2026,Wrong day,meeting,," for _ in lines[:: LINES // WRONG]]
    wrong = lines.count("31.02.2026,Wrong day,meeting,,")
    pending = make_import(
        engagement, "\n".join(["When,Text,Kind,Author,Hours", *lines]), what="log", by=maria
    )
    client.force_login(maria)
    here = reverse("imports:detail", args=[engagement.pk, pending.pk])
    assert "Nothing is written down" not in (page := client.get(here).content.decode())
    assert 'hx-trigger="every 1s"' in page

    assert perform_imports() == 1
    page = client.get(here).content.decode()
    assert f"Import {LINES - wrong:,} log entries" in page
    assert "Shown are the first 200 refused rows and the first 200 others" in page
    assert not LogEntry.objects.exists()

    seen = imports.digest_of(Import.objects.get(pk=pending.pk))
    client.post(reverse("imports:take", args=[engagement.pk, pending.pk]), {"seen": seen})
    assert not LogEntry.objects.exists()
    assert "All of them are written down at once" in client.get(here).content.decode()

    assert perform_imports() == 1
    assert LogEntry.objects.count() == LINES - wrong
    assert (
        Event.objects.filter(verb="written", engagement_id=engagement.pk, subject_type="logentry").count()
        == LINES - wrong
    )
    assert LogEntry.objects.latest("number").number == LINES - wrong
    done = Import.objects.get(pk=pending.pk)
    assert (done.counts["written"], done.counts["refused"]) == (LINES - wrong, wrong)
    assert bytes(done.content).decode().count("Wrong day") == wrong


def test_a_large_import_is_undone_by_a_worker(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "MANY", 2)
    engagement = make_engagement()
    maria = make_member(engagement, MemberRole.LEAD).user
    pending = make_import(engagement, "Text\nOne\nTwo\nThree\n", what="log", by=maria)
    imports.take(by=maria, pending=pending, seen=imports.digest_of(pending))
    client.force_login(maria)
    answer = client.post(reverse("imports:undo", args=[engagement.pk, pending.pk]), follow=True)
    assert "3 log entries are removed, all of them at once" in answer.content.decode()
    assert LogEntry.objects.filter(removed_at=None).count() == 3
    assert perform_imports() == 1
    assert not LogEntry.objects.filter(removed_at=None).exists()
    assert (
        "Removed again"
        in client.get(reverse("imports:detail", args=[engagement.pk, pending.pk])).content.decode()
    )
