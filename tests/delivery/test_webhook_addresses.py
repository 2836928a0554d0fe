"""Where webhooks may lead: the rules, and that what is called is what was checked."""

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Refused
from apps.delivery import posting
from apps.delivery.models import DeliveryAttempt
from apps.delivery.posting import check_address
from apps.delivery.posting.resolving import Pinned
from apps.delivery.rules.webhooks import addresses
from apps.delivery.services import webhooks as services

from .receiving_programs import LOOPBACK, receiving, send, webhook

PUBLIC = "93.184.216.34"
REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "fe80::1%eth0",
]  # fmt: skip
FINE = [
    PUBLIC, "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "11.0.0.1",
    "2606:4700:4700::1111", "2a00:1450::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2002:5db8:d822::1",
]  # fmt: skip


class TestRules:
    @pytest.mark.parametrize("text", REFUSED)
    def test_what_is_not_one_machine_in_the_public_network_is_refused(self, text: str) -> None:
        assert addresses.is_refused(ip_address(text))

    @pytest.mark.parametrize("text", FINE)
    def test_what_is_one_passes(self, text: str) -> None:
        assert not addresses.is_refused(ip_address(text))

    @given(st.ip_addresses(v=4))
    def test_the_standard_library_finds_nothing_private_in_what_passes(self, address: IPv4Address) -> None:
        if not addresses.is_refused(address):
            assert address.is_global
            assert not address.is_multicast
            assert not address.is_reserved

    @given(st.ip_addresses(v=6))
    def test_nor_in_what_passes_of_ipv6(self, address: IPv6Address) -> None:
        if not addresses.is_refused(address) and addresses.inner_of(address) is None:
            assert address.is_global
            assert not address.is_multicast
            assert not address.is_reserved

    @given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "::", "64:ff9b::"]))
    def test_an_address_within_another_one_decides(self, inner: IPv4Address, outer: str) -> None:
        whole = IPv6Address(int(IPv6Address(outer)) + int(inner))
        if int(whole) > 1:
            assert addresses.is_refused(whole) == addresses.is_refused(inner)
        six_to_four = IPv6Address((0x2002 << 112) + (int(inner) << 80) + 1)
        assert addresses.is_refused(six_to_four) == addresses.is_refused(inner)

    @given(st.ip_addresses(v=4, network="10.0.0.0/8"))
    def test_the_operator_allows_a_range_and_nothing_besides(self, address: IPv4Address) -> None:
        allowed = [ip_network("10.1.0.0/16")]
        within = address in allowed[0]
        assert addresses.is_refused(address, allowed) is not within
        assert addresses.is_refused(IPv6Address(f"::ffff:{address}"), allowed) is not within

    @given(st.ip_addresses())
    def test_what_is_allowed_is_never_refused(self, address: Any) -> None:
        plain = addresses.inner_of(address) or address
        assert not addresses.is_refused(address, [ip_network(plain)])

    @given(st.text(max_size=60))
    def test_of_nonsense_nothing_passes_but_what_can_be_called(self, text: str) -> None:
        for each in (text, f"http://{text}", f"https://{text}/"):
            with suppress(addresses.Unfit):
                place = addresses.parse(each)
                assert place.url.scheme in {"http", "https"}
                assert place.host
                assert place.url.user is None

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "no_address"),
            ("host/path", "no_address"),
            ("ftp://example.com/", "no_address"),
            ("file:///etc/passwd", "no_address"),
            ("gopher://example.com", "no_address"),
            ("https:///path", "no_address"),
            ("https://[::1", "no_address"),
            ("https://example.com:99999/", "no_address"),
            ("https://example.com:0/", "no_address"),
            ("https://example.com/#part", "no_address"),
            ("https://exa mple.com/", "no_address"),
            ("https://example.com/\n", "no_address"),
            ("https://example.com\\@127.0.0.1/", "no_address"),
            ("https://somebody@example.com/", "credentials"),
            ("https://somebody:word@example.com/", "credentials"),
            ("https://:word@example.com/", "credentials"),
            (f"https://example.com/{'x' * 600}", "no_address"),
        ],
    )
    def test_what_is_no_address_to_call_is_refused(self, text: str, code: str) -> None:
        with pytest.raises(addresses.Unfit) as caught:
            addresses.parse(text)
        assert caught.value.code == code
        assert "word" not in caught.value.message.replace("password", "")


class TestSaving:
    """`check_address`, as names stand at that time."""

    def names(self, monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
        entries = [(0, 0, 0, "", (text, 443)) for text in found]

        def look_up(*_: Any, **__: Any) -> Any:
            if not entries:
                raise socket.gaierror
            return entries

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

    def refused(self, text: str) -> str:
        with pytest.raises(Refused) as caught:
            check_address(text)
        assert caught.value.field == "address"
        return caught.value.code

    def test_a_name_in_the_public_network_passes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names(monkeypatch, PUBLIC, "2606:4700:4700::1111")
        check_address("https://hooks.example.com/x?key=1")

    def test_all_that_a_name_stands_for_must_be_fine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names(monkeypatch, PUBLIC, "10.0.0.7")
        assert self.refused("https://hooks.example.com/") == "refused_address"

    def test_an_unknown_name_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names(monkeypatch)
        assert self.refused("https://nobody.example.com/") == "unknown_host"

    def test_a_silent_name_server_does_not_hold_up_the_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer.wait(20) and [])
        monkeypatch.setattr(posting.resolving, "PATIENCE", 0.1)
        assert self.refused("https://slow.example.com/") == "unknown_host"
        answer.set()

    def test_http_is_for_ranges_that_are_allowed(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.refused(f"http://{PUBLIC}/") == "not_secure"
        assert self.refused("http://10.1.2.3/") == "refused_address"
        settings.WEBHOOK_ALLOW = (ip_network("10.1.0.0/16"),)
        check_address("http://10.1.2.3:8080/")
        assert self.refused("http://10.2.2.3/") == "refused_address"

    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "127.0.0.1.",
        ],
    )
    def test_this_machine_is_known_under_each_of_its_names(self, host: str) -> None:
        assert self.refused(f"https://{host}/") in {"refused_address", "unknown_host"}

    async def test_only_the_host_that_was_checked_is_resolved(self) -> None:
        pinned = Pinned("hooks.example.com", [PUBLIC])
        assert [one["host"] for one in await pinned.resolve("hooks.example.com", 443)] == [PUBLIC]
        with pytest.raises(OSError, match="has not been checked"):
            await pinned.resolve("other.example.com", 443)


@pytest.mark.django_db
class TestCalling:
    @pytest.fixture(autouse=True)
    def allowed(self, settings: Any) -> None:
        settings.WEBHOOK_ALLOW = LOOPBACK

    def post(self, address: str) -> str:
        """One attempt; the failure that it came to."""
        one = webhook(address)
        services.send_test(by=None, webhook=one)
        send()
        return DeliveryAttempt.objects.get(delivery__webhook=one).failure

    def test_the_address_is_checked_at_each_attempt(self, settings: Any) -> None:
        with receiving() as receiver:
            settings.WEBHOOK_ALLOW = ()
            assert self.post(receiver.address()) == "refused_address"
        assert receiver.taken == []

    def test_a_redirect_is_followed_with_the_same_content(self) -> None:
        with receiving() as receiver, receiving() as other:
            assert self.post(receiver.address(f"/to?{other.address()}")) == ""
        assert other.taken[0]["method"] == "POST"
        assert other.taken[0]["body"] == receiver.taken[0]["body"]

    def test_a_redirect_to_a_private_address_is_not_followed(self) -> None:
        with receiving() as receiver, receiving(host="127.0.0.2") as inside:
            assert self.post(receiver.address(f"/to?{inside.address()}")) == "refused_address"
            assert self.post(receiver.address("/to?https://169.254.169.254/latest")) == "refused_address"
            assert self.post(receiver.address("/to?https://a:b@example.com/")) == "credentials"
            assert self.post(receiver.address("/to?file:///etc/passwd")) == "no_address"
        assert inside.taken == []

    def test_a_redirect_that_would_make_a_get_of_it_is_not_followed(self) -> None:
        with receiving() as receiver, receiving() as other:
            assert self.post(receiver.address(f"/to-get?{other.address()}")) == "redirect_refused"
            assert self.post(receiver.address("/to?")) == "redirect_refused"
        assert other.taken == []

    def test_three_redirects_are_enough(self) -> None:
        with receiving() as receiver:
            assert self.post(receiver.address("/to-itself")) == "redirects"
        assert len(receiver.taken) == 4

    def test_a_name_that_changes_its_answer_after_the_check_leads_nowhere_else(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first answer is allowed, every later one is this machine's inside."""
        with receiving() as receiver, receiving(host="127.0.0.2") as inside:
            genuine, asked = socket.getaddrinfo, []

            def changing(host: Any, port: Any, *more: Any, **options: Any) -> Any:
                if host != "rebound.example.com":
                    return genuine(host, port, *more, **options)
                asked.append(host)
                found = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

            monkeypatch.setattr(socket, "getaddrinfo", changing)
            first = f"http://rebound.example.com:{receiver.port}/taken"
            assert self.post(first) == ""
            assert (len(receiver.taken), len(asked)) == (1, 1)
            second = f"http://rebound.example.com:{inside.port}/taken"
            assert self.post(second) == "refused_address"
        assert inside.taken == []

    def test_an_unknown_name_is_tried_again(self) -> None:
        assert self.post("https://nobody.invalid/") == "unknown_host"
