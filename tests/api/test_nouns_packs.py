"""Handover packs over the API: sent, checked, taken once, and their owner's alone."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements.models import Engagement
from apps.handover.models import IMPORTED, PackImport
from apps.handover.services.exporting import archive
from tests.factories import make_engagement, make_user
from tests.factories.items import make_item
from tests.factories.tokens import bearer, make_token

from .calling import is_problem, program

pytestmark = pytest.mark.django_db
UPLOAD = "/api/v1/packs/upload/"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def sent(person: Any, content: bytes, *scopes: str, **more: Any) -> Any:
    """The answer to an upload."""
    headers = bearer(make_token(person, *scopes))
    return Client().post(UPLOAD, {"file": SimpleUploadedFile("pack.zip", content), **more}, headers=headers)


def pack() -> bytes:
    engagement = make_engagement()
    make_item(engagement, "risk", title="The replica lags")
    return b"".join(archive(engagement))


def test_a_pack_is_sent_checked_and_taken_once() -> None:
    manager: User = make_user(Role.MANAGER)
    answer = sent(manager, pack(), wanted="Once more")
    body = answer.json()
    assert (answer.status_code, body["state"], body["engagement"]) == (201, "ready", None)
    assert sum(body["counts"].values()) > 0
    assert Engagement.objects.count() == 1
    job, one = program(manager), f"packs/{body['id']}/"
    done = job.post(f"{one}take/").json()
    made = Engagement.objects.get(pk=done["engagement"])
    assert (done["state"], made.name) == ("taken", "Once more")
    event = Event.objects.get(verb=IMPORTED)
    assert (event.actor, event.data["via"][:6]) == (manager, "token ")
    is_problem(job.post(f"{one}take/"), 409, "not_ready")
    is_problem(job.send("DELETE", one), 409, "taken")


def test_it_is_its_owners_alone_and_no_pack_is_refused() -> None:
    manager, engagement = make_user(Role.MANAGER), make_engagement()
    body = sent(manager, b"PK no pack").json()
    assert (body["state"], bool(body["trouble"]), body["counts"]) == ("refused", True, {})
    one = f"packs/{body['id']}/"
    for other in (
        program(make_user(Role.ADMIN)),
        program(manager, limited_to=engagement),
        program(engagement),
    ):
        is_problem(other.get(one), 404)
        is_problem(other.post(f"{one}take/"), 404)
    is_problem(sent(engagement, pack()), 403)
    is_problem(sent(make_user(), pack(), "log:read"), 403)
    is_problem(sent(manager, pack(), "handover:read"), 403, "out_of_scope")
    assert is_problem(Client().post(UPLOAD, {}, headers=bearer(make_token(manager))), 422)["code"] == "fields"
    assert program(manager).send("DELETE", one).status_code == 204
    assert not PackImport.objects.exists()
