"""The client's address behind proxies: what a trusted one saw, and never what a client made up."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apps.core.addresses import address_of, client_address

ADDRESSES = st.ip_addresses().map(str)


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ("", 0, "10.0.0.1"),
        ("192.0.2.7", 0, "10.0.0.1"),
        ("", 1, "10.0.0.1"),
        ("192.0.2.7", 1, "192.0.2.7"),
        ("6.6.6.6, 192.0.2.7", 1, "192.0.2.7"),
        ("192.0.2.7, 10.0.0.2", 2, "192.0.2.7"),
        ("6.6.6.6, 192.0.2.7, 10.0.0.2", 2, "192.0.2.7"),
        ("192.0.2.7", 2, "192.0.2.7"),
        ("192.0.2.7:4711", 1, "192.0.2.7"),
        ("[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("[2001:DB8::1]", 1, "2001:db8::1"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("6.6.6.6, unknown", 1, "10.0.0.1"),
        ("6.6.6.6,", 1, "10.0.0.1"),
        (" , ", 1, "10.0.0.1"),
    ],
)
def test_so_many_proxies_are_believed_and_no_more(forwarded: str, proxies: int, found: str) -> None:
    assert client_address("10.0.0.1", forwarded, proxies) == found


@given(
    invented=st.lists(st.text(max_size=20) | ADDRESSES, max_size=4),
    client=ADDRESSES,
    own=st.lists(ADDRESSES, min_size=1, max_size=3),
)
def test_nothing_that_a_client_sends_changes_where_it_comes_from(
    invented: list[str], client: str, own: list[str]
) -> None:
    seen = ", ".join(
        [*invented, client, *own[:-1]]
    )  # each proxy adds whom it saw; the last one opens the connection
    assert client_address(own[-1], seen, len(own)) == client


def test_the_setting_says_how_many_there_are(settings) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="6.6.6.6, 192.0.2.7")
    assert address_of(request) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert address_of(request) == "192.0.2.7"
