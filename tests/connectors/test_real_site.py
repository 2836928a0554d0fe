"""From an upload to previewed columns, and looking around, at the real site of a whole Fieldwork."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.fieldwork import fieldwork, manage
from tests.e2e.running import ask, everything, until

pytestmark = pytest.mark.slow
ROWS = "text,label\n" + "".join(f"Sesame {number},{'ab'[number % 2]}\n" for number in range(40))
UPLOAD = """
import json
from django.core.files.uploadedfile import SimpleUploadedFile
from apps.accounts.models import Role, User
from apps.accounts.services import create_user
from apps.connectors import services
from apps.dataplane.contract import plan
from apps.dispatch import places
from apps.engagements.services import ensure_client, ensure_engagement
by = create_user(by=None, email="fde@example.com", name="FDE", role=Role.FDE, password=None)
engagement = ensure_engagement(by=by, client=ensure_client(by=None, name="Northwind"), name="triage")
(places.data() / "contoso").mkdir()
put = lambda name, text: services.keep_upload(
    by=by, engagement=engagement, file=SimpleUploadedFile(name, text.encode()))
good, ragged = put("cases.csv", %r), put("ragged.csv", "a,b\\n1\\n")
look = services.look_around(by=by, engagement=engagement, place=plan.FolderSource())
print(json.dumps([str(good.pk), str(ragged.pk), str(look.pk)]))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with fieldwork(tmp_path_factory.mktemp("connectors") / "home") as found:
        yield found


def outcome_of(home: Path, source: str) -> tuple[Any, ...]:
    """Columns and trouble of a source, once it has been tested."""
    text = "SELECT columns, trouble FROM connectors_source WHERE id = %s AND checked_at IS NOT NULL"
    (row,) = until(lambda: ask(home, text, source))
    return row


def test_from_an_upload_to_its_columns(home: Path) -> None:
    good, ragged, look = json.loads(manage(home, "shell", "-v", "0", "-c", UPLOAD % ROWS).stdout)
    columns, trouble = outcome_of(home, good)
    assert trouble == ""
    assert [(column["name"], column["filled"], column["distinct"]) for column in columns] == [
        ("text", 40, 40),
        ("label", 40, 2),
    ]
    assert outcome_of(home, ragged)[1] == "source_ragged"
    text = "SELECT answer FROM dispatch_inquiry WHERE plan_id = %s AND answered_at IS NOT NULL"
    ((answer,),) = until(lambda: ask(home, text, look))
    assert [entry["name"] for entry in answer["entries"]] == ["cases.csv", "ragged.csv"]
    kept = home / "data" / "northwind" / "cases.csv"
    assert kept.read_text() == ROWS
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "Sesame" not in everything(home)
