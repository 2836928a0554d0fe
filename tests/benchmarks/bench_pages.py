"""The pages of a large Fieldwork, beside the same templates rendered from constants and beside a small Fieldwork.

    make bench-pages [ARGS="--engagements 2000 --entries 200000 --rounds 200"]

A crowd is seeded twice, small and large, each in a Fieldwork of its own. Each page is then asked for in turn with its
constant twin: same middleware, same session, same template, nothing asked of the database. Printed: milliseconds,
queries at either size, and the ratio to the twin.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

from tests.benchmarks.fieldwork import fieldwork, manage

SMALL = {"people": 10, "engagements": 10, "entries": 1_000}
PAGES = ("engagement", "timeline", "log", "search", "engagements", "today", "portfolio", "find")
# a key pressed in the palette asks for what was found alone
HEADERS = {"find": {"HX-Request": "true", "HX-Target": "palette-hits"}}


def measure(rounds: int, word: str) -> None:
    """Run inside `manage.py shell`: ask for each page and its twin `rounds` times in turn; prints JSON."""
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.urls import path, resolve

    from apps.config import urls
    from apps.overview.services.standing import catch_up_with_all
    from tests.benchmarks.constants import Constants

    catch_up_with_all()
    manager, engineer = Client(), Client()
    manager.force_login(_person())
    engineer.force_login(_busiest())
    found = {}
    for name, address in _addresses(word).items():
        client, headers = engineer if name == "today" else manager, HEADERS.get(name)
        client.get(address, HTTP_HOST="localhost", headers=headers)  # the first warms caches
        constants = Constants()
        constants.record(client, address, headers)
        module = ModuleType("constant_urls")
        route = resolve(address.partition("?")[0]).route
        module.urlpatterns = [path(route, constants.page), *urls.urlpatterns]  # type: ignore[attr-defined]
        module.handler500 = urls.handler500  # type: ignore[attr-defined]
        taken: dict[bool, list[float]] = {False: [], True: []}
        queries = {}
        for constant in (False, True):
            with override_settings(ROOT_URLCONF=module if constant else "apps.config.urls"):
                with CaptureQueriesContext(connection) as asked:
                    client.get(address, HTTP_HOST="localhost", headers=headers)
                queries[constant] = len(asked)
        for _ in range(rounds):
            for constant in (False, True):
                with override_settings(ROOT_URLCONF=module if constant else "apps.config.urls"):
                    began = time.perf_counter()
                    response = client.get(address, HTTP_HOST="localhost", headers=headers)
                    taken[constant].append(time.perf_counter() - began)
                    assert response.status_code == 200, response
        found[name] = {
            "median": 1000 * statistics.median(taken[False]),
            "most": 1000 * max(taken[False]),
            "constants": 1000 * statistics.median(taken[True]),
            "queries": queries[False],
            "constant_queries": queries[True],
            "bytes": len(response.content),
        }
    sys.stdout.write(json.dumps(found))


def _person():  # type: ignore[no-untyped-def]
    """Somebody who sees all that is there."""
    from apps.accounts.models import Role, User

    return User.objects.filter(role=Role.MANAGER).order_by("created_at").first()


def _busiest():  # type: ignore[no-untyped-def]
    """Who works on the most engagements."""
    from django.db.models import Count

    from apps.accounts.models import Role, User

    working = User.objects.filter(role=Role.FDE).annotate(places=Count("memberships"))
    return working.order_by("-places", "created_at").first()


def _addresses(word: str) -> dict[str, str]:
    from django.urls import reverse

    from apps.engagements.models import Engagement

    engagement = Engagement.objects.order_by("created_at").first()
    return {
        "engagement": reverse("engagements:detail", args=[engagement.pk]),
        "timeline": reverse("log:timeline", args=[engagement.pk]),
        "log": reverse("log:engagement", args=[engagement.pk]),
        "search": f"{reverse('log:search')}?q={word}",
        "engagements": reverse("engagements:list"),
        "today": reverse("overview:start"),
        "portfolio": reverse("overview:portfolio"),
        "find": f"{reverse('overview:find')}?q={word[:5]}",
    }


def seeded(home: Path, sizes: dict[str, int], rounds: int) -> dict[str, dict[str, float]]:
    """Seed a Fieldwork of its own, and what was measured there."""
    with fieldwork(home):
        began = time.perf_counter()
        manage(home, "seed_crowd", *(f"--{name}={count}" for name, count in sizes.items()))
        sys.stdout.write(f"seeded {sizes} in {time.perf_counter() - began:.0f} s\n")
        call = f"from tests.benchmarks.bench_pages import measure; measure({rounds}, 'reconciliation')"
        return dict(json.loads(manage(home, "shell", "-v", "0", "-c", call).stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--engagements", type=int, default=2_000)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    large = {name: getattr(options, name) for name in SMALL}
    with tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name:
        small = seeded(Path(name) / "small", SMALL, 10)
        big = seeded(Path(name) / "large", large, options.rounds)
    for page in PAGES:
        now = big[page]
        sys.stdout.write(
            f"{page}: median {now['median']:.1f} ms, most {now['most']:.1f} ms over {options.rounds} requests, "
            f"{now['bytes'] / 1000:.0f} kB; {now['queries']} queries ({small[page]['queries']} at the small one); "
            f"from constants {now['constants']:.1f} ms with {now['constant_queries']}: "
            f"ratio {now['median'] / now['constants']:.2f}\n"
        )


if __name__ == "__main__":
    main()
