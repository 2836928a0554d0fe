"""Whatever the schema allows and whatever it does not, for every role and kind of token: no failure of ours, nothing
that the schema does not announce, nothing beyond the role, nothing without the scope."""

import re
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.engagements.models import Engagement, MemberRole
from apps.tokens.scopes import known
from tests.architecture.routes import routes
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.tokens import every, make_token
from tests.factories.world import kind_of, objects_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HIDDEN = "only-for-the-team"
WRITING = frozenset({"POST", "PATCH", "DELETE"})
METHODS = WRITING | {"GET"}
SOME = settings(
    max_examples=3,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def engagement(db: None, monkeypatch: pytest.MonkeyPatch) -> Engagement:
    monkeypatch.setattr("apps.api.services.allowances.PER_MINUTE", 10**9)
    for signal in (request_started, request_finished):
        monkeypatch.setattr(
            signal, "receivers", []
        )  # or the server closes the connection that the test lives in
        signal.sender_receivers_cache.clear()
    engagement = make_engagement()
    for kind in ("entry", "risk", "action", "milestone", "access_request", "stakeholder"):
        make_item(engagement, kind, title=HIDDEN, text=HIDDEN)
    return engagement


def holder_of(engagement: Engagement, who: str) -> Any:
    """Whose token it is."""
    if who == "engagement":
        return engagement
    if who == "administrator":
        return make_user(Role.ADMIN)
    if who == "client":
        return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    return make_member(engagement, MemberRole.LEAD).user


def asked(
    engagement: Engagement, token: str, *, mode: GenerationMode, methods: frozenset[str] = METHODS
) -> list[tuple[Any, Any]]:
    """Every operation of the served schema, a few times each, with ids that exist; what it came to is undone again."""
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application(), headers=headers)
    ids = objects_of(engagement, by=make_member(engagement, MemberRole.LEAD).user)
    names = {re.sub(r"<uuid:pk>", "{id}", f"/{route.pattern}"): route.name for route in routes()}
    found: list[tuple[Any, Any]] = []
    failed: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.upper() not in methods:
            continue
        place = {"id": str(ids[kind_of(names[operation.path])])} if "{id}" in operation.path else None

        @SOME
        @given(operation.as_strategy(generation_mode=mode, path_parameters=place))
        def ask(case: Any) -> None:
            with transaction.atomic():
                response = case.call(headers=headers)
                case.validate_response(response, checks=CHECKS)
                found.append((case, response))
                transaction.set_rollback(True)

        try:
            ask()
        except (FailureGroup, Failure) as error:
            failed.append(f"{operation.method.upper()} {operation.path}: {error}")
    assert not failed, "\n\n".join(failed)
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("who", ["lead", "administrator", "client", "engagement"])
def test_nothing_fails_and_all_is_as_announced(
    engagement: Engagement, who: str, mode: GenerationMode
) -> None:
    holder = holder_of(engagement, who)
    token = make_token(holder, *(scope.name for scope in known(getattr(holder, "role", None))))
    found = asked(engagement, token.text, mode=mode)
    assert len(found) > 200
    if who == "client":
        for case, response in found:
            assert HIDDEN not in response.text, f"{case.method} {case.path}"


def test_without_a_writing_scope_nothing_is_written(engagement: Engagement) -> None:
    lead = holder_of(engagement, "lead")
    token = make_token(lead, *(name for name in every(lead.role) if name.endswith(":read")))
    found = asked(engagement, token.text, mode=GenerationMode.POSITIVE, methods=WRITING)
    for case, response in found:
        assert response.status_code in {400, 403, 413}, f"{case.method} {case.path}"
    assert len(found) > 100
    assert not Event.objects.filter(data__has_key="via").exists()
