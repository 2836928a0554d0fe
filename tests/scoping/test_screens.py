"""The screens of scoping, as a browser shows them."""

import pytest

from apps.accounts.models import Role
from apps.scoping.models import UseCase
from tests.e2e.browser import browser, visitor
from tests.e2e.conftest import no_lasting_connections
from tests.e2e.test_pages import LOOKS, look
from tests.factories import make_user

from .screens import make_scene

__all__ = ["browser", "no_lasting_connections"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_fit_the_window_and_keep_the_policy(
    browser, live_server, width: int, scheme: str
) -> None:
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    screens = make_scene()
    someone.sign_in(make_user(Role.ADMIN))
    wrong = [text for path in screens.values() for text in look(someone, path)]
    someone.context.close()
    assert wrong == []


def test_two_sections_are_edited_in_place_one_after_the_other(browser, live_server) -> None:
    screens = make_scene()
    someone = visitor(browser, live_server.url)
    someone.sign_in(make_user(Role.ADMIN))
    someone.visit(screens["use-case"])
    someone.page.click("#section-limits >> text=Edit")
    someone.page.click("#section-process >> text=Edit")
    someone.page.fill("#section-limits [name=limits]", "Not before May")
    someone.page.click("#section-limits >> text=Save")
    someone.page.wait_for_selector("#section-limits dd >> text=Not before May")
    someone.page.click("#section-process >> text=Add a step")
    someone.page.fill("[name=steps-4-step]", "File it")
    someone.page.click("#section-process >> text=Save")
    someone.page.wait_for_selector("#section-process li >> text=File it")
    assert UseCase.objects.get(state="picked").limits == "Not before May"
    assert someone.complaints == []
    someone.context.close()
