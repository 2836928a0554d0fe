"""Every page of scoping answers whoever it is for."""

import pytest
from django.test import Client as Browser

from apps.accounts.models import Role
from apps.engagements.models import MemberRole
from tests.architecture.routes import routes
from tests.factories import make_engagement, make_member, make_user
from tests.factories.world import kind_of, objects_of

pytestmark = pytest.mark.django_db
GET_ONLY_POST = {"scoping:settle", "scoping:criterion-restore"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.FDE, Role.CLIENT])
def test_every_page_answers(role: str) -> None:
    engagement = make_engagement()
    person = make_user(role)
    if role != Role.ADMIN:
        make_member(engagement, MemberRole.LEAD if role == Role.FDE else MemberRole.VIEWER, user=person)
    ids = objects_of(engagement)
    browser = Browser()
    browser.force_login(person)
    answers = {}
    for route in routes():
        if route.name.startswith("scoping:") and route.name not in GET_ONLY_POST:
            values = {
                name: str(ids[kind_of(route.name) if name == "pk" else name]) for name, _ in route.arguments
            }
            answers[route.name] = browser.get(route.path(values)).status_code
    pages = {"use-cases", "compare", "criteria", "thread", "use-case", "criterion"}
    allowed = {name for name, status in answers.items() if status == 200}
    expected = {f"scoping:{name}" for name in pages} if role == Role.CLIENT else set(answers)
    assert allowed == expected, answers
