"""The schema of the API: whole, committed, announced when it changes, and on a page."""

import hashlib
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.validation import validate_schema

from apps.accounts.models import Role
from apps.api.nouns import NOUNS
from apps.api.views.documentation import schema
from apps.config.environment import ROOT
from tests.architecture.routes import routes
from tests.factories import make_user

from .calling import program

COMMITTED = ROOT / "docs" / "openapi.json"
WITHOUT = {"api:schema", "api:usage-events-plain"}  # the latter is another address of the same


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    ]


def test_a_change_of_the_schema_is_in_the_changelog() -> None:
    digest = hashlib.sha256(COMMITTED.read_bytes()).hexdigest()[:12]
    assert f"schema {digest}" in (ROOT / "CHANGELOG.md").read_text(), (
        f"the API has changed: say how in CHANGELOG.md, with (schema {digest})"
    )


def test_it_is_valid_openapi() -> None:
    assert schema()["openapi"].startswith("3.1")
    validate_schema(schema())


def test_every_address_of_the_api_is_in_it() -> None:
    known = {re.sub(r"{\w+}", "{}", path) for path in schema()["paths"]}
    for route in routes():
        if route.pattern.startswith("api/") and route.name not in WITHOUT:
            path = "/" + re.sub(r"<[^>]+>", "{}", route.pattern)
            assert path in known, f"{route} is missing"


def test_every_operation_is_named_once_and_says_what_it_needs() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    for path, method, operation in operations():
        assert operation["summary"], path
        assert "Scope: `" in operation["description"], path
        assert {"401", "403", "404", "429"} <= operation["responses"].keys(), path
        if method in {"post", "patch"}:
            assert {"409", "422"} <= operation["responses"].keys(), path


def test_every_noun_says_what_it_is() -> None:
    for noun in NOUNS:
        assert noun.says.endswith("."), noun.name
        assert noun.out.__doc__, noun.name


@pytest.mark.django_db
def test_it_is_served_to_whoever_signs_in_or_shows_a_token() -> None:
    person = make_user(Role.CLIENT)
    assert program(person, "log:read").get("schema/").json()["info"]["title"] == "Fieldwork"
    browser = Client()
    assert browser.get(reverse("api:schema")).status_code == 401
    assert browser.get(reverse("developers:api")).status_code == 302
    browser.force_login(person)
    assert b"swagger-ui-bundle.js" in browser.get(reverse("developers:api")).content
