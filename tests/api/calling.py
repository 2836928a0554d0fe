"""Calling the API as a program does."""

import json
from typing import Any

from django.test import Client

from apps.accounts.models import User
from apps.tokens.services import Issued
from tests.factories.tokens import bearer, make_token

JSON = "application/json"


class Program:
    """Holds a token, or nothing; `browser` signs a person in instead."""

    def __init__(self, issued: Issued | None = None, *, browser: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = bearer(issued) if issued else {}
        if browser:
            self.client.force_login(browser)

    def send(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> Any:
        """The response to a request below /api/v1/, or to an absolute path. raw: a body as it is."""
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        kind = headers.pop("Content_Type", JSON)
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        address = path if path.startswith("/") else f"/api/v1/{path}"
        return self.client.generic(method, address, data, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PATCH", path, body, **more)


def program(holder: Any, *scopes: str, **more: Any) -> Program:
    """A program with a token of that person or engagement."""
    return Program(make_token(holder, *scopes, **more))


def is_problem(response: Any, status: int, code: str = "") -> dict[str, Any]:
    """The problem that was answered; fails for anything else."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), (
        response.content
    )
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "code", "detail"} <= body.keys()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    if code:
        assert body["code"] == code, body
    return body
