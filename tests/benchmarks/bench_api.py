"""Lists of the API beside the framework's barest, and many entries at once.

    make bench-api [ARGS="--engagements 200 --entries 20000 --rounds 200"]

Each list of 100 is asked for in turn with a `ListAPIView` that has nothing but a `ModelSerializer` over the same rows,
under the same middleware, authentication and size of page. Printed: milliseconds, queries, the ratio to the bare one;
and how long 1,000 log entries take in one request.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks.fieldwork import fieldwork, manage

SIZE = 100
ROWS = 1_000


def measure(rounds: int) -> None:
    """Run inside `manage.py shell`: ask for each list and its bare twin `rounds` times in turn; prints JSON."""
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.urls import path

    from apps.api.services import allowances
    from apps.config import urls
    from apps.engagements.models import Action, LogEntry

    allowances.PER_MINUTE = 10**9
    client, token, engagement = Client(), *_bearer()
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    found: dict[str, Any] = {}
    for name, model in {"log": LogEntry, "actions": Action}.items():
        module = ModuleType("bare_urls")
        module.urlpatterns = [path("bare/", _bare(model)), *urls.urlpatterns]  # type: ignore[attr-defined]
        module.handler500 = urls.handler500  # type: ignore[attr-defined]
        taken: dict[str, list[float]] = {}
        queries = {}
        with override_settings(ROOT_URLCONF=module):
            for address in (f"/api/v1/{name}/?limit={SIZE}", "/bare/"):
                with CaptureQueriesContext(connection) as asked:
                    response = client.get(address, headers=headers)
                assert len(response.json()["results"]) == SIZE, response.content[:200]
                queries[address], taken[address] = len(asked), []
            for _ in range(rounds):
                for address, times in taken.items():
                    began = time.perf_counter()
                    client.get(address, headers=headers)
                    times.append(time.perf_counter() - began)
        found[name] = [(1000 * statistics.median(taken[one]), queries[one]) for one in taken]
    body = json.dumps([{"text": f"Note {n}: the replica answers #data", "kind": "note"} for n in range(ROWS)])
    began = time.perf_counter()
    response = client.post(
        f"/api/v1/engagements/{engagement}/log/", body, content_type="application/json", headers=headers
    )
    assert response.status_code == 201, response.content[:500]
    found["bulk"] = time.perf_counter() - began
    sys.stdout.write(json.dumps(found))


def _bearer() -> tuple[str, str]:
    """A token of somebody who sees all, and an engagement."""
    from apps.accounts.models import Role, User
    from apps.engagements.models import Engagement
    from apps.tokens.scopes import known
    from apps.tokens.services import issue_own

    person = User.objects.filter(role=Role.MANAGER).order_by("created_at").first()
    assert person
    issued = issue_own(by=person, name="bench", scopes=[scope.name for scope in known(person.role)])
    return issued.text, str(Engagement.objects.order_by("created_at").values_list("pk", flat=True)[0])


def _bare(model: Any) -> Any:
    """Nothing but the framework, over those rows."""
    from rest_framework.generics import ListAPIView
    from rest_framework.pagination import CursorPagination
    from rest_framework.permissions import IsAuthenticated
    from rest_framework.renderers import JSONRenderer
    from rest_framework.serializers import ModelSerializer

    from apps.api.authentication import TokenAuthentication

    class Bare(ModelSerializer):  # type: ignore[type-arg]
        class Meta:
            exclude = ("search",)

        Meta.model = model  # type: ignore[attr-defined]

    class Pages(CursorPagination):
        page_size, ordering = SIZE, "-at"

    class View(ListAPIView):  # type: ignore[type-arg]
        authentication_classes = [TokenAuthentication]
        permission_classes = [IsAuthenticated]
        renderer_classes = [JSONRenderer]
        serializer_class, pagination_class = Bare, Pages
        queryset = model.objects.filter(removed_at=None).defer("search")

    return View.as_view()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--engagements", type=int, default=200)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name, fieldwork(Path(name)) as home:
        sizes = ("people", "engagements", "entries")
        manage(home, "seed_crowd", *(f"--{size}={getattr(options, size)}" for size in sizes))
        call = f"from tests.benchmarks.bench_api import measure; measure({options.rounds})"
        found = json.loads(manage(home, "shell", "-v", "0", "-c", call).stdout.splitlines()[-1])
    bulk = found.pop("bulk")
    for noun, ((ours, asked), (bare, barely)) in found.items():
        sys.stdout.write(
            f"{noun}: {SIZE} in {ours:.1f} ms with {asked} queries; bare {bare:.1f} ms with {barely}; "
            f"ratio {ours / bare:.2f}\n"
        )
    sys.stdout.write(f"{ROWS:,} log entries in one request: {bulk:.2f} s\n")


if __name__ == "__main__":
    main()
