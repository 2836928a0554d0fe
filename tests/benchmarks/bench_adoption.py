"""Usage events through HTTP beside the same rows copied into the same tables without it.

    make bench-adoption [ARGS="--batches 60 --size 1000"]

In turn, batch by batch: posted to a running web process over loopback, with authentication and every check; staged,
copied and moved by the service's own statements, with nothing before; and written by Django's
`bulk_create(ignore_conflicts=True)`. Printed: events a second of each, and ratios.
"""

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.fieldwork import fieldwork, manage

OUTCOMES = ("accepted", "edited", "rejected", "abandoned", "none")


def batch(rng: random.Random, size: int) -> list[dict[str, Any]]:
    """Events of the last three weeks by 5,000 users of 20 teams."""
    now = datetime.now(UTC)
    return [
        {
            "id": str(uuid.UUID(int=rng.getrandbits(128))),
            "time": (now - timedelta(seconds=rng.randrange(21 * 86_400))).isoformat(),
            "user": f"user-{rng.randrange(5_000)}@client.example",
            "team": f"Team {rng.randrange(20)}",
            "workflow": f"Workflow {rng.randrange(5)}",
            "session": str(rng.randrange(10**6)),
            "model_requested": "fast",
            "model_served": "fast-2026-06",
            "input_tokens": rng.randrange(6_000),
            "output_tokens": rng.randrange(600),
            "latency_ms": round(rng.lognormvariate(6.5, 0.6), 1),
            "outcome": rng.choice(OUTCOMES),
        }
        for _ in range(size)
    ]


def measure(batches: int, size: int) -> None:
    """Run inside `manage.py shell`; prints JSON."""
    from django.db import connection, transaction
    from django.test import Client

    from apps.adoption.models import UsageEvent
    from apps.adoption.services import intake, stage
    from apps.adoption.services.usage import usage_of
    from apps.api.services import allowances

    allowances.PER_MINUTE = 10**9
    engagement, token = _sender()
    usage, rng, client = usage_of(engagement), random.Random(7), Client()
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    taken: dict[str, list[float]] = {"http": [], "copy": [], "bulk": []}

    def rows() -> list[Any]:
        done = intake.Taken()
        fit = list(intake._fit(batch(rng, size), done, datetime.now(UTC)))
        return [one.row for one in intake._once_each(usage, fit, done)]

    def over_http(body: str) -> None:
        response = client.post("/api/v1/events/", body, content_type="application/json", headers=headers)
        assert response.json()["taken"] == size, response.content[:300]

    def copied(staged: list[Any]) -> None:
        with transaction.atomic():
            stage.fill(engagement.pk, staged)
            assert stage.move() == size

    def written(objects: list[Any]) -> None:
        UsageEvent.objects.bulk_create(objects, ignore_conflicts=True)

    def objects() -> list[Any]:
        names = [name for name in stage.COLUMNS if name != "at"]
        return [
            UsageEvent(
                engagement_id=engagement.pk,
                key=uuid.UUID(row.key),
                at=row.at,
                **{
                    name: None if text == "\\N" else text
                    for name, text in zip(names, row.said.split("\t")[1:], strict=True)
                },
            )
            for row in rows()
        ]

    ways = {
        "http": (lambda: json.dumps(batch(rng, size)), over_http),
        "copy": (rows, copied),
        "bulk": (objects, written),
    }
    for _ in range(batches):
        for name, (make, work) in ways.items():
            made = make()
            began = time.perf_counter()
            work(made)
            taken[name].append(time.perf_counter() - began)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM adoption_usageevent")
        assert cursor.fetchone()[0] == 3 * batches * size
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        json.dumps({**{name: statistics.median(times) for name, times in taken.items()}, "mb": most})
    )


def _sender() -> tuple[Any, str]:
    """An engagement, with a token of its own."""
    from apps.accounts.models import Role, User
    from apps.engagements.models import Engagement
    from apps.tokens.services import issue_for_engagement

    engagement = Engagement.objects.order_by("created_at").first()
    person = User.objects.filter(role=Role.MANAGER).order_by("created_at").first()
    assert engagement
    assert person
    issued = issue_for_engagement(by=person, engagement=engagement, name="bench", scopes=["usage:write"])
    return engagement, issued.text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=60)
    parser.add_argument("--size", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldwork-bench-") as name, fieldwork(Path(name)) as home:
        manage(home, "seed_crowd", "--people=3", "--engagements=2", "--entries=10")
        call = (
            f"from tests.benchmarks.bench_adoption import measure; measure({options.batches}, {options.size})"
        )
        found = json.loads(manage(home, "shell", "-v", "0", "-c", call).stdout.splitlines()[-1])
    a_second = {way: options.size / found[way] for way in ("http", "copy", "bulk")}
    sys.stdout.write(
        f"batches of {options.size:,}: HTTP {a_second['http']:,.0f}/s, COPY alone {a_second['copy']:,.0f}/s "
        f"({a_second['http'] / a_second['copy']:.2f}), bulk_create {a_second['bulk']:,.0f}/s "
        f"({a_second['http'] / a_second['bulk']:.2f}); at most {found['mb']:,.0f} MB\n"
    )


if __name__ == "__main__":
    main()
