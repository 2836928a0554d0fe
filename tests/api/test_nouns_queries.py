"""Lists of nouns cost the same number of queries however many rows they have."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.api.nouns import NOUNS
from tests.factories import make_engagement, make_user
from tests.factories.items import make_item
from tests.factories.world import objects_of

from .calling import Program, program

FEW, MANY = 2, 20
MOST = 12  # queries of any list, the token's among them


def asked(job: Program, path: str) -> tuple[int, int]:
    """Rows and queries of a list."""
    with CaptureQueriesContext(connection) as queries:
        answer = job.get(f"{path}?limit=100")
    assert answer.status_code == 200, (path, answer.content)
    return len(answer.json()["results"]), len(queries)


def settled(job: Program, lists: list[str]) -> dict[str, tuple[int, int]]:
    """The same of each list, once all is known that is looked up or worked out once."""
    for name in lists:
        asked(job, f"{name}/")
    return {name: asked(job, f"{name}/") for name in lists}


@pytest.mark.django_db
def test_every_list_asks_the_same_questions_of_few_rows_and_of_many() -> None:
    admin = make_user(Role.ADMIN)
    job = program(admin)
    lists = [noun.name for noun in NOUNS if noun.everywhere]
    for _ in range(FEW):
        objects_of(make_engagement(), by=admin)
    few = settled(job, lists)
    for _ in range(MANY - FEW):
        objects_of(make_engagement(), by=admin)
    many = settled(job, lists)
    assert [name for name in lists if many[name][0] <= few[name][0]] == []
    assert {name: found[1] for name, found in many.items()} == {name: found[1] for name, found in few.items()}
    assert max(found[1] for found in many.values()) <= MOST


@pytest.mark.django_db
def test_so_does_the_history_of_an_engagement() -> None:
    admin, engagement = make_user(Role.ADMIN), make_engagement()
    job, path = program(admin), f"engagements/{engagement.pk}/history/"
    objects_of(engagement, by=admin)
    asked(job, path)
    few = asked(job, path)
    for number in range(MANY):
        make_item(engagement, "risk", title=f"risk {number}", by=make_user(), owner=admin)
    many = asked(job, path)
    assert many[0] > few[0]
    assert many[1] == few[1] <= MOST
