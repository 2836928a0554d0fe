"""Every page that can be opened is accessible, fits its window, and keeps the content policy."""

import pytest

from apps.accounts.models import Role
from apps.pilots.models import Evaluation
from tests.factories import make_client, make_engagement, make_user
from tests.factories.runs import make_run
from tests.factories.world import objects_of

from .browser import visitor
from .test_pages import look
from .walk import address_of, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LONG = "Wolfeschlegelsteinhausenbergerdorff and Sons International Holdings of Somewhere"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_page_is_accessible_and_fits(browser, live_server, width: int, scheme: str) -> None:
    admin = make_user(Role.ADMIN, name="Ada Administrator")
    ids = objects_of(make_engagement(client=make_client(LONG), name=LONG[:60]), by=admin)
    evaluation = Evaluation.objects.get(pk=ids["evaluation"])
    older, newer = (
        make_run(evaluation=evaluation, targets=1, state="done", level="scores").pk for _ in range(2)
    )
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    someone.sign_in(admin)
    wrong = []
    for route in pages():
        wrong += look(someone, address_of(route, ids, (older, newer)))
    someone.context.close()
    assert wrong == []
