"""The only writers of endpoints."""

from typing import Any, Unpack
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.versions import keep, lock_at
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import Body, Operation
from apps.dispatch.models import Inquiry, Site
from apps.dispatch.services import inquiries
from apps.engagements.models import Client

from .models import Endpoint, Kind, Place
from .rules import trials
from .rules.details import Details, mistakes, sentence

CALLED = ("kind", "base_url", "model", "api_key", "params", "headers", "ca", "proxy")  # what a try has tried
_LINES = ("name", "base_url", "model", "api_key", "ca", "proxy", "place_words")


@transaction.atomic
def add(*, by: User | None, client: Client | None = None, **details: Unpack[Details]) -> Endpoint:
    """Keep a new endpoint of that client, or (None) for every client; name, base_url and model are needed.

    Raises Refused for the first thing that cannot be kept, and for a name that is taken.
    """
    said = _fit({"name": "", "base_url": "", "model": "", **details})
    _claim(client, said["name"])
    endpoint = Endpoint.objects.create(client=client, **said, **_priced(said))
    record(by=by, verb="added", subject=endpoint)
    return endpoint


@transaction.atomic
def change(
    *, by: User | None, endpoint: Endpoint, version: int | None = None, **details: Unpack[Details]
) -> None:
    """Change what is given. Raises Refused as `add` does, and for a `version` that is no longer the endpoint's.

    The outcome of the last try is forgotten when something has changed that is part of a call. Evaluations keep what
    they have copied.
    """
    said = _fit(details)
    locked, changed = lock_at(endpoint, version, **said)
    if not changed:
        return
    if "name" in changed:
        _claim(locked.client, locked.name, locked.pk)
    more: dict[str, Any] = {}
    if {"price_input", "price_output"} & set(changed):
        more |= _priced({"price_input": locked.price_input, "price_output": locked.price_output})
    if set(CALLED) & set(changed):
        more |= {"trial": None, "tried_at": None, "tried_site": None, "outcome": "", "result": {}}
    for name, value in more.items():
        setattr(locked, name, value)
    keep(locked, [*changed, *more])
    endpoint.version = locked.version
    record(by=by, verb="changed", subject=locked, fields=", ".join(sorted(changed)))


@transaction.atomic
def retire(*, by: User | None, endpoint: Endpoint) -> None:
    """Hide it from choices; evaluations that have copied it are untouched."""
    _set_retired(by, endpoint, retired=True)


@transaction.atomic
def restore(*, by: User | None, endpoint: Endpoint) -> None:
    """Let it be chosen again."""
    _set_retired(by, endpoint, retired=False)


@transaction.atomic
def ask(*, by: User | None, endpoint: Endpoint, site: Site) -> Inquiry:
    """Have the site make one harmless call, and keep what it came to. While an answer is awaited from that site, the
    question that is open is given. Raises Refused for a retired endpoint."""
    locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if locked.retired_at:
        raise Refused("retired", "This endpoint is retired; restore it before trying it.")
    awaited = locked.trial
    if awaited and awaited.is_open and awaited.plan.site_id == site.pk and not _is_late(awaited):
        return awaited
    question = _question(locked)
    inquiry = inquiries.ask(by=by, site=site, operation=Operation.TRY, body=question, engagement=None)
    locked.trial = inquiry
    locked.save(update_fields=["trial"])
    record(by=by, verb="tried", subject=locked, site=site.name)
    return inquiry


def _is_late(inquiry: Inquiry) -> bool:
    return timezone.now() - inquiry.asked_at > trials.PATIENCE


def keep_answer(inquiry: UUID, body: Body) -> None:
    """What the site says about a call, kept with the endpoint if that was its last try."""
    report = body.model_dump(mode="json")
    Endpoint.objects.filter(trial=inquiry).update(
        tried_at=timezone.now(),
        tried_site=Site.objects.filter(plans__run=inquiry).values("pk")[:1],
        outcome=trials.outcome_of(report)[:40],
        result=report,
    )


def _question(endpoint: Endpoint) -> plan.Plan:
    """A plan that reads nothing: the endpoint as its one target, and a prompt without fields."""
    params = trials.trial_params(endpoint.kind, endpoint.params)
    target = {**endpoint.as_target(), "name": endpoint.name, "params": params}
    return plan.Plan.model_validate(
        {
            "run": str(uuid4()),
            "dataset": {"source": {"kind": "folder"}, "input": ()},
            "targets": (target,),
            "prompt": trials.PROMPT,
            "limits": {"timeout": trials.TIMEOUT, "retries": 0},
        }
    )


def _fit(details: Details | dict[str, Any]) -> dict[str, Any]:
    """The details as they are kept. Raises Refused for the first that cannot be."""
    said: dict[str, Any] = {
        name: " ".join(value.split()) if name in _LINES and isinstance(value, str) else value
        for name, value in details.items()
    }
    for name, choices in (("kind", Kind), ("place", Place)):
        if said.get(name, choices.values[0]) not in choices.values:
            raise Refused(
                "unknown", f"There is no such {name}; known are {', '.join(choices.values)}.", field=name
            )
    for name, error in mistakes(Details(**said)).items():  # type: ignore[typeddict-item]
        raise Refused("unfit", sentence(error), field=name)
    return said


def _priced(said: dict[str, Any]) -> dict[str, Any]:
    """Since when it has its price, if it has one."""
    given = said.get("price_input") is not None or said.get("price_output") is not None
    return {"priced_at": timezone.now() if given else None}


def _claim(client: Client | None, name: str, pk: UUID | None = None) -> None:
    """Hold the name until the transaction ends. Raises Refused when another endpoint there has it."""
    hold("catalog.endpoint", str(client.pk if client else ""))
    same = Endpoint.objects.filter(client=client).alias(key=Lower("name")).filter(key=Lower(Value(name)))
    other = (same.exclude(pk=pk) if pk else same).first()
    if other:
        where = f"{client} has" if client else "There is"
        retired = "; it is retired and can be restored" if other.retired_at else ""
        raise Refused("name_taken", f"{where} an endpoint {other.name} already{retired}.", field="name")


def _set_retired(by: User | None, endpoint: Endpoint, *, retired: bool) -> None:
    locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if bool(locked.retired_at) == retired:
        return
    locked.retired_at = timezone.now() if retired else None
    keep(locked, ["retired_at"])
    record(by=by, verb="retired" if retired else "restored", subject=locked)
