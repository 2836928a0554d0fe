"""The demo: people, a client with private rows, and, once the practice endpoint answers, its pilot."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.accounts.models import User
from apps.demo import hospital, people
from apps.dispatch import places, selectors
from apps.pilots.services import runs


class Command(BaseCommand):
    help = "Seed the demo through the services; prints its people as JSON. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--endpoint", help="address of the practice endpoint (…/v1): also run the pilot once"
        )

    def handle(self, *args: Any, endpoint: str | None, **options: Any) -> None:
        folder = places.data() / "hospital"
        hospital.write_rows(folder, Path(settings.HOME) / "demo" / "train.csv")
        known = people.ensure(Path(settings.HOME) / "keys" / "people.json")
        emails = {person["role"]: person["email"] for person in known}
        engagement = hospital.ensure({role: User.objects.get(email=email) for role, email in emails.items()})
        if endpoint:
            evaluation = hospital.evaluation(folder, endpoint)
            if not evaluation.runs.exists():
                site = selectors.site_for(engagement.client)
                runs.start(by=None, evaluation=evaluation, site=site)
        self.stdout.write(json.dumps(known))
