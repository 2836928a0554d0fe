"""A client generated from the schema, as a user of the API would make one, goes once around."""

import compileall
import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apps.config.environment import ROOT
from apps.engagements.models import MemberRole, Raid
from tests.factories import make_engagement, make_member
from tests.factories.tokens import make_token

pytestmark = pytest.mark.django_db(transaction=True)
# A file is bytes, whatever it is called.
CONFIG = {"content_type_overrides": dict.fromkeys(["application/zip", "*/*"], "application/octet-stream")}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The client, as a package that can be imported."""
    folder: Path = tmp_path_factory.mktemp("generated")
    (folder / "config.json").write_text(json.dumps(CONFIG))
    program = shutil.which("openapi-python-client", path=str(Path(sys.executable).parent))
    said = subprocess.run(
        [str(program), "generate", "--path", str(ROOT / "docs" / "openapi.json"), "--meta", "none",
         "--output-path", str(folder / "generated_client"), "--config", str(folder / "config.json")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "parsing" not in said.stdout, said.stdout
    assert compileall.compile_dir(folder / "generated_client", quiet=1)
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("generated_client")
    finally:
        sys.path.remove(str(folder))


def test_a_round_trip(generated: ModuleType, live_server: Any) -> None:
    def part(name: str) -> Any:
        return importlib.import_module(f"generated_client.{name}")

    engagement = make_engagement()
    token = make_token(make_member(engagement, MemberRole.LEAD).user)
    client = part("client").AuthenticatedClient(base_url=live_server.url, token=token.text)
    models = part("models")
    seen = part("api.engagements.engagements_list").sync(client=client)
    assert [one.name for one in seen.results] == [engagement.name]
    new = models.RaidNew(kind=models.RaidNewKind.RISK, title="The API ends")
    made = part("api.raid.raid_add").sync(engagement.pk, client=client, body=new)
    assert (made.reference, made.severity.value) == ("R-1", "medium")
    many = part("api.raid.raid_add").sync(engagement.pk, client=client, body=[new, new])
    assert [one.reference for one in many.results] == ["R-2", "R-3"]
    change = models.PatchedRaidItemChange(severity=models.PatchedRaidItemChangeSeverity.HIGH)
    changed = part("api.raid.raid_change").sync(
        made.id, client=client, body=change, if_match=f'"{made.version}"'
    )
    assert changed.severity.value == "high"
    stale = part("api.raid.raid_change").sync(made.id, client=client, body=change, if_match='"1"')
    refused = part("api.raid.raid_add").sync(
        engagement.pk, client=client, body=models.RaidNew(kind=models.RaidNewKind.RISK, title="x" * 500)
    )
    assert (stale.id, refused.errors[0].field) == (made.id, "title")
    assert part("api.raid.raid_remove").sync_detailed(made.id, client=client).status_code == 204
    assert Raid.objects.filter(removed_at=None).count() == 2
