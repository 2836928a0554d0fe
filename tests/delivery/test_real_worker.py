"""A mail goes the whole way through a Fieldwork of its own: outbox, broker, worker, mail server."""

from pathlib import Path

import pytest

from tests.benchmarks.fieldwork import fieldwork, manage
from tests.e2e.running import ask, until

from .conftest import serving

pytestmark = pytest.mark.slow
RETRY = """
from apps.accounts.models import User
from apps.accounts.services import create_user
from apps.delivery.models import Mail
from apps.delivery.services import retry
from django.utils import timezone
admin = create_user(by=None, email="ada@example.com", name="Ada", role="admin")
mail = Mail.objects.create(to="ada@example.com", person=admin, kind="link", subject="Welcome", text="come in",
                           state="failed", next_at=None, ended_at=timezone.now())
retry(by=admin, mail=mail)
"""


def test_a_worker_is_woken_and_sends(tmp_path: Path) -> None:
    """Without beat, so nobody but the bell can have woken it."""
    with serving() as server:
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(server.port), "EMAIL_SECURITY": "none"}
        with fieldwork(tmp_path / "home", **mail) as home:
            manage(home, "shell", "-v", "0", "-c", RETRY, **mail)
            until(lambda: server.taken)
            until(lambda: ask(home, "SELECT 1 FROM delivery_mail WHERE state = 'sent' AND text = ''"))
        assert [(taken["To"], taken["Subject"]) for taken in server.taken] == [("ada@example.com", "Welcome")]
