"""Webhooks: what happens is on its way to who wants it, signed, in a receiver's own process, as often as it takes."""

import base64
import ipaddress
import json
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.delivery import posting, secrets
from apps.delivery.models import Delivery, DeliveryAttempt, Webhook
from apps.delivery.presenters.webhooks import reason_of
from apps.delivery.services import housekeeping
from apps.delivery.services import webhooks as services
from apps.delivery.services.webhooks import sending
from tests.factories import make_engagement, make_user
from tests.factories.items import make_item

from .receiving_programs import LOOPBACK, later, only, receiving, secret_of, send, webhook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = LOOPBACK
    settings.ADDRESS = "https://fieldwork.example"


def attempts() -> list[DeliveryAttempt]:
    return list(DeliveryAttempt.objects.order_by("number"))


def codes() -> list[str]:
    return [one.failure for one in attempts()]


class TestArriving:
    def test_a_receiver_in_another_process_verifies_what_happened(self) -> None:
        engagement = make_engagement()
        maria = make_user(name="Maria Lindqvist")
        one = webhook("", engagement, ["item.written"])
        with receiving(secret_of(one), "whsec_" + base64.b64encode(b"another").decode()) as receiver:
            Webhook.objects.update(address=receiver.address())
            item = make_item(engagement, title="The client's own words", by=maria)
            assert send() == 1
        (taken,) = receiver.taken
        assert taken["verified"] == [True, False]
        assert (taken["method"], taken["headers"]["content-type"]) == ("POST", "application/json")
        said = json.loads(taken["body"])
        event = Event.objects.get(subject_id=item.pk, verb="written")
        assert said["type"] == "item.written"
        assert datetime.fromisoformat(said["timestamp"]) == event.at
        assert said["data"] == {
            "event": str(event.pk),
            "verb": "written",
            "subject": {
                "kind": event.subject_type,
                "id": str(item.pk),
                "reference": item.reference,
                "url": f"https://fieldwork.example/items/{item.pk}/",
            },
            "engagement": {
                "id": str(engagement.pk),
                "url": f"https://fieldwork.example/engagements/{engagement.pk}/",
                "api": f"https://fieldwork.example/api/v1/engagements/{engagement.pk}/",
            },
            "by": {"id": str(maria.pk), "name": "Maria Lindqvist"},
        }
        assert "own words" not in taken["body"]
        assert only().state == "done"
        (attempt,) = attempts()
        assert (attempt.status, attempt.failure, attempt.excerpt) == (200, "", "thank you")

    def test_what_is_undone_was_never_on_its_way(self) -> None:
        engagement = make_engagement()
        webhook("http://127.0.0.1:9/", engagement, ["*"])
        before = Delivery.objects.count()
        with suppress(ZeroDivisionError), transaction.atomic():
            make_item(engagement)
            assert Delivery.objects.count() > before
            raise ZeroDivisionError
        assert Delivery.objects.count() == before

    def test_who_wants_something_else_or_is_elsewhere_hears_nothing(self) -> None:
        engagement, other = make_engagement(), make_engagement()
        here = webhook("http://127.0.0.1:9/", engagement, ["item.written"])
        webhook("http://127.0.0.1:9/", engagement, ["gate.decided"])
        webhook("http://127.0.0.1:9/", other, ["*"])
        webhook("http://127.0.0.1:9/", engagement, ["*"], paused_at=timezone.now(), paused_why="hand")
        whole = webhook("http://127.0.0.1:9/", None, ["item.written"])
        make_item(engagement)
        assert {one.webhook for one in Delivery.objects.all()} == {here, whole}

    def test_what_is_done_to_a_webhook_it_is_not_told_itself(self) -> None:
        one, other = webhook("http://127.0.0.1:9/", None, ["*"]), webhook("http://127.0.0.1:9/", None, ["*"])
        services.rotate(by=None, webhook=one)
        assert [each.webhook for each in Delivery.objects.all()] == [other]

    def test_what_belongs_to_no_engagement_is_for_the_installation_alone(self) -> None:
        webhook("http://127.0.0.1:9/", make_engagement(), ["*"])
        whole = webhook("http://127.0.0.1:9/", None, ["*"])
        make_user()
        assert {(one.webhook, one.kind) for one in Delivery.objects.all()} == {(whole, "person.changed")}

    def test_two_secrets_sign_until_the_old_one_ends(self) -> None:
        one = webhook("")
        old = secret_of(one)
        new = services.rotate(by=None, webhook=one).secret
        assert new != old
        assert new.startswith("whsec_")
        with receiving(old, new) as receiver:
            Webhook.objects.update(address=receiver.address())
            services.send_test(by=None, webhook=one)
            send()
            services.end_old_secret(by=None, webhook=one)
            services.send_test(by=None, webhook=one)
            send()
            services.rotate(by=None, webhook=one)
            Webhook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
            services.send_test(by=None, webhook=one)
            send()
        assert [each["verified"] for each in receiver.taken] == [[True, True], [False, True], [False, False]]
        assert len(receiver.taken[0]["headers"]["webhook-signature"].split(" ")) == 2

    def test_the_secret_is_in_no_row(self) -> None:
        one = webhook("http://127.0.0.1:9/")
        key = secret_of(one).removeprefix("whsec_")
        assert len(base64.b64decode(key)) == 32
        assert key not in str(Webhook.objects.values().get())
        assert repr(services.rotate(by=None, webhook=one)) == f"Issued({one.pk})"
        assert not Event.objects.filter(data__icontains="whsec_").exists()

    def test_another_installation_has_other_secrets(self, settings: Any) -> None:
        one = webhook("http://127.0.0.1:9/")
        before = secrets.text_of(one)
        settings.SECRET_KEY = "another one"
        assert secrets.text_of(one) != before


class TestTryingAgain:
    def test_an_attempt_that_fails_is_repeated_with_the_same_id_until_it_arrives(self) -> None:
        one = webhook("")
        with receiving(secret_of(one)) as receiver:
            Webhook.objects.update(address=receiver.address("/status/500"))
            services.send_test(by=None, webhook=one)
            assert send() == 0
            assert only().state == "queued"
            assert send() == 0  # not before its time
            Webhook.objects.update(address=receiver.address())
            assert send(minutes=1) == 1
        ids = {each["headers"]["webhook-id"] for each in receiver.taken}
        assert len(receiver.taken) == 2
        assert len(ids) == 1
        assert [(each.status, each.failure) for each in attempts()] == [(500, "status"), (200, "")]
        assert Webhook.objects.get().failing_since is None

    def test_after_eight_attempts_over_about_a_day_it_is_given_up(self) -> None:
        services.send_test(by=None, webhook=webhook("http://127.0.0.1:9/"))
        waited = timedelta()
        while (delivery := only()).next_at:
            waited += max(delivery.next_at - timezone.now(), timedelta())
            send(hours=13)
        assert (delivery.state, delivery.attempts) == ("failed", 8)
        assert codes() == ["refused"] * 8
        assert timedelta(hours=15) < waited < timedelta(hours=28)

    def test_a_receiver_may_ask_for_more_time(self) -> None:
        with receiving() as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address("/retry")))
            send()
        wait = only().next_at - timezone.now()  # type: ignore[operator]
        assert timedelta(minutes=59) < wait <= timedelta(minutes=60)

    def test_replay_sends_the_same_again_and_counts_anew(self) -> None:
        one = webhook("")
        with receiving(secret_of(one)) as receiver:
            Webhook.objects.update(address=receiver.address())
            services.send_test(by=None, webhook=one)
            send()
            delivery = services.replay(by=make_user(), delivery=only())
            assert (delivery.state, delivery.before_replay) == ("queued", 1)
            assert send() == 1
        first, second = receiver.taken
        assert first["body"] == second["body"]
        assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
        assert second["verified"] == [True]
        assert [each.number for each in attempts()] == [1, 2]
        assert Event.objects.filter(verb="replayed").count() == 1

    def test_what_a_lost_worker_had_in_hand_is_sent_by_another(self) -> None:
        with receiving() as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address()))
            assert len(sending.claim(9)) == 1
            assert sending.claim(9) == []
            assert send() == 0
            assert send(minutes=3) == 1
        assert codes() == ["lost", ""]

    def test_the_answer_of_a_lost_attempt_no_longer_counts(self) -> None:
        services.send_test(by=None, webhook=webhook("http://127.0.0.1:9/"))
        (first,) = sending.claim(9)
        later(minutes=3)
        sending.claim(9)
        sending.settle(first.delivery, posting.Posted(timedelta(), posting.Answer(200)))
        assert only().state == "sending"
        assert codes() == ["lost"]

    def test_what_every_worker_is_lost_with_ends(self) -> None:
        services.send_test(by=None, webhook=webhook("http://127.0.0.1:9/"))
        for _ in range(9):
            sending.claim(9)
            later(minutes=3)
        assert (only().state, len(attempts())) == ("failed", 8)

    def test_old_deliveries_are_forgotten(self) -> None:
        one = webhook("http://127.0.0.1:9/")
        for days in (31, 29):
            delivery = services.send_test(by=None, webhook=one)
            Delivery.objects.filter(pk=delivery.pk).update(created_at=timezone.now() - timedelta(days=days))
        assert housekeeping.forget_deliveries() == 1
        assert Delivery.objects.count() == 1


def certificate(folder: Path, *, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """A certificate that nobody has signed but itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(*encoding))
    return paths


class TestReceiversThatMisbehave:
    def test_one_that_is_silent_is_left_and_holds_up_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(posting.client, "PATIENCE", 2.0)
        with receiving() as receiver:
            slow, quick = webhook(receiver.address("/slow")), webhook(receiver.address())
            for _ in range(6):
                services.send_test(by=None, webhook=slow)
            for _ in range(6):
                services.send_test(by=None, webhook=quick)
            began = timezone.now()
            assert send() == 6
            took = timezone.now() - began
        assert took < timedelta(seconds=12)
        last_quick = max(index for index, path in enumerate(receiver.paths()) if path == "/taken")
        assert receiver.paths()[:last_quick].count("/slow") <= 4  # those that were in hand at once
        assert set(Delivery.objects.filter(webhook=slow).values_list("state", flat=True)) == {"queued"}
        assert "timeout" in codes()

    @pytest.mark.parametrize("path", ["/huge", "/drip"])
    def test_of_an_answer_without_end_little_is_read_and_its_status_stands(self, path: str) -> None:
        with receiving() as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address(path)))
            began = timezone.now()
            assert send() == 1
            assert timezone.now() - began < timedelta(seconds=8)
        assert len(attempts()[0].excerpt) <= 200
        assert all(poured < 200 for poured in receiver.stopped)

    def test_one_that_hangs_up_is_tried_again(self) -> None:
        with receiving() as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address("/hang-up")))
            assert send() == 0
        assert codes() == ["hung_up"]
        assert only().state == "queued"

    def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tls = certificate(tmp_path)
        with receiving(tls=tls) as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address()))
            assert send() == 0
            assert codes() == ["tls"]
            assert receiver.taken == []
            monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
            assert ssl.get_default_verify_paths().cafile == str(tls[0])
            assert send(minutes=1) == 1

    def test_what_it_says_is_kept_as_one_line_of_little(self) -> None:
        with receiving() as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address("/words")))
            send()
        (attempt,) = attempts()
        assert attempt.excerpt.startswith("<script>alert(1)</script> no room xxx")
        assert len(attempt.excerpt) == 200

    def test_410_pauses_the_webhook(self) -> None:
        with receiving() as receiver:
            services.send_test(by=None, webhook=webhook(receiver.address("/gone")))
            send()
        one = Webhook.objects.get()
        assert (one.paused_why, only().state) == ("gone", "failed")
        assert reason_of(attempts()[0]) == "The receiver wants no more (410)"

    def test_environment_proxies_are_not_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with receiving() as proxy, receiving() as receiver:
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.address(""))
            monkeypatch.delenv("no_proxy", raising=False)
            services.send_test(by=None, webhook=webhook(receiver.address()))
            assert send() == 1
        assert (len(proxy.taken), len(receiver.taken)) == (0, 1)
