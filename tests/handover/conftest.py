"""Engagements to hand over, and a database emptied for whoever takes them."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.dispatch.models import Job
from apps.engagements.models import Attachment, Engagement, Item, Kind
from apps.engagements.services.attachments import attach
from apps.handover.services.exporting import archive, to_folder
from apps.pilots.models import Judgement, Metric, Result, Run, RunNote
from apps.scoping.services import measure
from tests.factories import make_engagement, make_member, make_user
from tests.factories.acting import acted
from tests.factories.items import make_item
from tests.factories.world import objects_of

__all__ = ["acted"]
ENDPOINT = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """The home of a Fieldwork of its own."""
    settings.HOME = tmp_path / "home"
    settings.ATTACHMENTS = settings.HOME / "attachments"
    settings.HOME.mkdir()
    return Path(settings.HOME)


def empty(home: Path) -> None:
    """An installation that has nothing yet, until the test's transaction ends."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    tables = sorted({model._meta.db_table for model in ours})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert not User.objects.exists()


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a pack with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def pack_of(engagement: Engagement, folder: Path) -> dict[str, bytes]:
    """An engagement's pack, written into that folder."""
    to_folder(by=None, engagement=engagement, folder=folder)
    return files_of(folder)


def zip_of(engagement: Engagement, path: Path) -> Path:
    """An engagement's pack as an archive."""
    path.write_bytes(b"".join(archive(engagement)))
    return path


def finish(run: Run) -> None:
    """Results, a metric, a note and a judgement with its measurement, as a finished run has them."""
    Job.objects.filter(plan=run.pk).update(state=Job.State.DONE, deadline=None)
    run.state, run.verdict, run.finished_at = Run.State.DONE, "met", timezone.now()
    run.level, run.rows, run.marks = "redacted", 3, [[1.5, 2], [2.5, 3]]
    run.save()
    measured: dict[str, Any] = {"value": 0.1 + 0.2, "low": 0.1, "high": 1e-9 + 1, "n": 40}
    binding = run.evaluation.bindings.select_related("criterion__engagement").first()
    if binding is not None:
        facts = {"source": "run", "source_id": run.pk, "subject": binding.target, "at": timezone.now()}
        measurement = measure(by=None, criterion=binding.criterion, **measured, **facts)
        Judgement.objects.create(
            run=run, binding=binding, measurement=measurement, verdict="met", metric="exact"
        )
    target = run.targets.first()
    assert target is not None
    Metric.objects.create(target=target, name="exact", **measured)
    Metric.objects.create(target=target, name="exact", slice="x=ä,\"'", n=0, suppressed=True)
    awkward = ["=1+1", "'", "", None, 'two\nlines\r\nand, "quotes"', " space ", "'=x", "\x0b\x85\u2028", "-5"]
    for n, text in enumerate(awkward):
        Result.objects.create(
            run=run, target=0, n=n, key=f"k{n}", kind="ok", scores=[1.0, 0.25], slices=["a", "=b"],
            latency_ms=1e22 if n else None, cost=1e-7, input=text, answer=text, reference=None,
        )  # fmt: skip
    RunNote.objects.create(run=run, by=make_user(), text="seen\n\nagain ")


@pytest.fixture
def told(acted: Any, home: Path) -> list[Engagement]:
    """The whole demo, its runs finished."""
    said = io.StringIO()
    call_command("seed_demo", f"--endpoint={ENDPOINT}", stdout=said)
    for run in Run.objects.select_related("evaluation"):
        finish(run)
    call_command("seed_demo", f"--endpoint={ENDPOINT}", stdout=said)
    return list(Engagement.objects.order_by("name"))


@pytest.fixture
def engagement(acted: Any, home: Path) -> Engagement:
    """An engagement with one of everything, texts that are hard to keep, and something that was removed."""
    made = make_engagement()
    lead = make_member(made, "lead", user=make_user(Role.FDE, name="Maria Lopez")).user
    objects_of(made, by=lead)
    run = Run.objects.get(evaluation__engagement=made)
    finish(run)
    for text in (
        "# not a heading\n---\nx: y\n---\n",
        "  leading",
        "tab\there\r\nand more  \n\n",
        "'=1+1",
        "@maria",
    ):
        make_item(made, Kind.ENTRY, by=lead, title=f"=SUM({text.strip()[:4]})", text=text)
    item = Item.objects.filter(engagement=made, kind=Kind.ACTION).first()
    assert item is not None
    attach(by=lead, item=item, file=SimpleUploadedFile("über plan.txt", b"line\n" * 3))
    assert Attachment.objects.filter(item__engagement=made).count() == 2
    return made
