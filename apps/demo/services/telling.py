"""Telling the storyline: every step is a service that a person's click would have called."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts.models import User
from apps.audit.services import record
from apps.connectors.services import ensure_dataset
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.dataplane.contract import plan
from apps.dispatch.selectors import site_for
from apps.engagements.models import Client, Engagement, MemberRole, Stakeholder
from apps.engagements.services import add_member, ensure_client, ensure_engagement
from apps.pilots import spec
from apps.pilots.services import runs
from apps.pilots.services.authoring import write_evaluation
from apps.scoping.models import UseCase

from .. import files, people
from ..models import Chapter, Part, Story
from ..selectors import VIEWER, cast_of, left_behind, untold_parts, upto
from ..tale import Pilot, Tale
from ..tales import TALES
from . import endpoints, gates, notes, scoping


@transaction.atomic
def tell(*, by: User | None, home: Path, wanted: str, endpoint: str | None) -> Story:
    """Tell the storyline up to that chapter, from where it stopped; what is told already is left as it is, and what a
    later version of the storyline has more is told as well.

    endpoint: address of the practice endpoint (…/v1); without it only the first chapter can be told. When it has
    moved since, the latest version of each evaluation is written anew with the new address, and not run. Raises
    Refused when a client, a person or a file of that name is there that is not the demo's.
    """
    hold("demo.story")
    story = Story.objects.first() or Story()
    story.wanted, before = wanted, story.told
    _make(by, home, story)
    if endpoint:
        endpoints.keep(by=by, story=story, address=endpoint)
    story.made.setdefault("parts", _told_earlier(story))
    chapters = [*upto(before), *_untold(before, wanted, endpoint)]
    parts = untold_parts(story, chapters)
    engagements = Engagement.objects.select_related("client").in_bulk(story.made["engagement"].values())
    for tale in TALES:
        engagement = engagements.get(UUID(story.made["engagement"][tale.folder]))
        if engagement is None:  # somebody has removed it
            continue
        if endpoint and story.endpoint not in ("", endpoint):
            _move(by, engagement, tale, story.endpoint, endpoint)
        for part in parts:
            _tell(story, engagement, tale, part, files.folder(home, tale), endpoint or "")
    story.told, story.endpoint = [before, *chapters][-1], endpoint or story.endpoint
    story.made["parts"] += parts
    story.save()
    gates.go_on(story)
    record(by=by, verb="told", subject=story, before=before, after=story.told)
    return story


def _untold(told: str, wanted: str, endpoint: str | None) -> list[Chapter]:
    chapters = [chapter for chapter in upto(wanted) if chapter not in upto(told)]
    return chapters if endpoint else [chapter for chapter in chapters if chapter == Chapter.SCOPING]


def _make(by: User | None, home: Path, story: Story) -> None:
    """Files and people, as far as they are missing; clients and their engagements, once."""
    made = story.made
    if not story.told:
        _require_free_names()
    made["person"] = people.ensure(
        by=by, path=home / people.FILE, known=made.get("person", {}), earlier=left_behind()
    )
    made["files"] = files.write(home, TALES, made.get("files", {}))
    if story.told:
        return
    made["client"], made["engagement"] = {}, {}
    for tale in TALES:
        client = ensure_client(by=by, name=tale.client)
        engagement = ensure_engagement(by=by, client=client, name=tale.engagement)
        made["client"][tale.folder] = str(client.pk)
        made["engagement"][tale.folder] = str(engagement.pk)
        _staff(by, engagement, tale, made["person"])


def _require_free_names() -> None:
    for tale in TALES:
        if Client.objects.alias(key=Lower("name")).filter(key=Lower(Value(tale.client))).exists():
            message = f"There is a client {tale.client} that the demo has not made; rename it first."
            raise Refused("name_taken", message)


def _staff(by: User | None, engagement: Engagement, tale: Tale, made: Mapping[str, str]) -> None:
    for email, role in ((people.FDE, MemberRole.LEAD), (tale.viewer, MemberRole.VIEWER)):
        add_member(by=by, engagement=engagement, user=User.objects.get(pk=made[email]), role=role)


def _told_earlier(story: Story) -> list[str]:
    """What a version of the storyline that did not keep it yet has told."""
    own = story.made["engagement"].values()
    told = [Part.RUNS]
    told += [Part.SCOPE] if UseCase.objects.filter(engagement__in=own).exists() else []
    told += [Part.NOTES] if Stakeholder.objects.filter(engagement__in=own).exists() else []
    return [f"{chapter}/{part}" for chapter in upto(story.told) for part in told]


def _tell(story: Story, engagement: Engagement, tale: Tale, key: str, folder: Path, endpoint: str) -> None:
    """One part of a chapter, by the FDE who leads; by Fieldwork itself when they do so no longer."""
    said, _, part = key.partition("/")
    chapter, cast = Chapter(said), cast_of(story, tale)
    fde = cast.get(people.FDE)
    if part == Part.SCOPE:
        scoping.tell(by=fde, engagement=engagement, tale=tale)
    elif part == Part.RUNS:
        _run_pilots(fde, engagement, tale, chapter, folder, endpoint)
    elif part == Part.NOTES:
        known = {"fde": fde, "viewer": cast.get(VIEWER)}
        signed = {name: user for name, user in known.items() if user}
        notes.tell(by=fde, engagement=engagement, notes=tale.notes.get(chapter, ()), people=signed)
    elif chapter == Chapter.PILOT:
        scoping.give_up(by=fde, engagement=engagement, tale=tale)


def _run_pilots(
    by: User | None, engagement: Engagement, tale: Tale, chapter: Chapter, folder: Path, endpoint: str
) -> None:
    """The chapter's pilots; in the first one, the rows that they will be about."""
    if chapter == Chapter.SCOPING:
        dataset = plan.Dataset.model_validate(tale.dataset(folder, tale.main_file))
        ensure_dataset(by=by, engagement=engagement, dataset=dataset)
    for pilot in tale.pilots:
        if pilot.chapter == chapter:
            _run(by, engagement, tale, pilot, folder, endpoint)


def _run(
    by: User | None, engagement: Engagement, tale: Tale, pilot: Pilot, folder: Path, endpoint: str
) -> None:
    data = tale.spec(pilot, folder, endpoint) | _whose(engagement)
    evaluation = write_evaluation(by=by, name=pilot.name, pilot=spec.from_data(data))
    runs.start(by=by, evaluation=evaluation, site=site_for(engagement.client))


def _move(by: User | None, engagement: Engagement, tale: Tale, before: str, after: str) -> None:
    """The next version of what calls the practice endpoint at its earlier address."""
    for name in {pilot.name for pilot in tale.pilots}:
        latest = engagement.evaluations.filter(name=name).order_by("version").last()
        if latest is None:
            continue
        targets = [
            {**target, "base_url": after} if target.get("base_url") == before else target
            for target in latest.spec["targets"]
        ]
        data = {**latest.spec, **_whose(engagement), "targets": targets}
        write_evaluation(by=by, name=name, pilot=spec.from_data(data))


def _whose(engagement: Engagement) -> dict[str, str]:
    """By the names of today: a person may have given them others."""
    return {"client": engagement.client.name, "engagement": engagement.name}
