"""Endpoints, kept through the service."""

from itertools import count
from typing import Any

from apps.catalog import services
from apps.catalog.models import Endpoint
from apps.engagements.models import Client

_numbers = count(1)


def make_endpoint(*, client: Client | None = None, **details: Any) -> Endpoint:
    """An endpoint of that client, or for every client; `details` as of `services.add`."""
    said = {"name": f"endpoint {next(_numbers)}", "base_url": "https://models.example/v1", "model": "m-1"}
    return services.add(by=None, client=client, **{**said, **details})
