"""The screens of endpoints and sites, as a browser shows them."""

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.catalog.models import Endpoint
from apps.dispatch.models import Site
from tests.e2e.browser import browser, visitor
from tests.e2e.conftest import no_lasting_connections
from tests.e2e.test_pages import LOOKS, look
from tests.factories import make_user
from tests.factories.acting import ActedSite, dispatch
from tests.factories.endpoints import make_endpoint

from .screens import GOOD, make_scene

__all__ = ["browser", "no_lasting_connections"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_fit_the_window_and_keep_the_policy(
    browser, live_server, acted: ActedSite, width: int, scheme: str
) -> None:
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    screens = make_scene(acted)
    someone.sign_in(make_user(Role.ADMIN))
    wrong = [text for path in screens.values() for text in look(someone, path)]
    someone.context.close()
    assert wrong == []


def test_a_try_waits_and_then_shows_its_steps_by_itself(browser, live_server, acted: ActedSite) -> None:
    endpoint = make_endpoint()
    someone = visitor(browser, live_server.url)
    someone.sign_in(make_user(Role.ADMIN))
    someone.visit(endpoint.get_absolute_url())
    someone.page.click("text=Try it >> nth=-1")
    someone.page.wait_for_selector(".step-running")
    dispatch()
    acted.report(acted.orders[-1], GOOD)
    someone.page.wait_for_selector("text=It answers.")
    assert someone.page.locator(".step-done").count() == 4
    assert someone.complaints == []
    someone.context.close()


def test_an_endpoint_is_kept_and_tried_without_javascript(browser, live_server, acted: ActedSite) -> None:
    someone = visitor(browser, live_server.url, java_script_enabled=False)
    page = someone.page
    someone.sign_in(make_user(Role.ADMIN))
    someone.visit(reverse("catalog:endpoint-new"))
    page.fill("[name=name]", "Llama")
    page.fill("[name=base_url]", "https://models.example/v1")
    page.fill("[name=model]", "llama-70b")
    page.fill("[name=api_key]", "hunter2")
    page.click("text=Keep endpoint")
    page.wait_for_selector("#id_api_key_error")
    assert page.input_value("[name=api_key]") == ""
    assert page.input_value("[name=model]") == "llama-70b"
    page.fill("[name=api_key]", "secret:llm-key")
    page.click("text=Keep endpoint")
    page.wait_for_selector("h1:text('Llama')")
    page.click("button:text('Try it')")
    page.wait_for_selector(".step-running")
    dispatch()
    acted.report(acted.orders[-1], GOOD)
    page.click("text=Look again")
    page.wait_for_selector("text=It answers.")
    someone.context.close()
    assert Endpoint.objects.get().outcome == "ok"


def test_a_site_is_added_and_its_key_kept(browser, live_server, acted: ActedSite) -> None:
    make_scene(acted)
    someone = visitor(browser, live_server.url)
    page = someone.page
    someone.sign_in(make_user(Role.MANAGER))
    someone.visit(reverse("dispatch:site-new"))
    page.select_option("[name=client]", label="Northwind Bank")
    page.fill("[name=name]", "bunker")
    page.click("text=Add site")
    page.wait_for_selector("text=fieldwork-site init")
    page.fill("[name=public_key]", Site.objects.get(name="acted").public_key)
    page.click("text=Keep its key")
    page.wait_for_selector("text=bunker is known by its key")
    someone.context.close()
