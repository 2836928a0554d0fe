"""Closing an account revokes its tokens; those of accounts that were closed before are revoked now."""

from typing import Any

from django.db import migrations
from django.utils import timezone


def revoke(apps: Any, schema_editor: Any) -> None:
    Token, Event = apps.get_model("tokens", "Token"), apps.get_model("audit", "Event")
    left = Token.objects.using(schema_editor.connection.alias).filter(user__is_active=False, revoked_at=None)
    events = [
        Event(
            verb="revoked",
            app="tokens",
            subject_type="token",
            subject_id=token.pk,
            data={"name": token.name, "why": "the account is closed"},
        )
        for token in left
    ]
    left.update(revoked_at=timezone.now())
    Event.objects.using(schema_editor.connection.alias).bulk_create(events)


class Migration(migrations.Migration):
    dependencies = [("tokens", "0001_token"), ("audit", "0001_initial")]
    operations = [migrations.RunPython(revoke, migrations.RunPython.noop)]
