"""Webhooks on their pages, whom one may manage, and who is told that one was paused."""

import socket
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.delivery import selectors
from apps.delivery.models import Delivery, DeliveryAttempt, InboxEntry, Mail, Webhook
from apps.delivery.presenters.webhooks import REASONS
from apps.delivery.services import outgoing
from apps.delivery.services import webhooks as services
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_engagement, make_member, make_user

from .receiving_programs import LOOPBACK, only, receiving, secret_of, send, webhook
from .told import mails

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.example.com/path?key=8271"
TYPED = {"name": "chat", "address": ADDRESS, "events": ["run.finished", "item.written"]}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Every name stands for a machine in the public network."""
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
    settings.ADDRESS = "https://fieldwork.example"


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def lead_of(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


def page(user: User, name: str, *arguments: Any) -> str:
    return signed_in(user).get(reverse(f"webhooks:{name}", args=arguments)).content.decode()


def close(engagement: Engagement) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(
        closed_at=timezone.now(), ending="other", ending_words="x"
    )


class TestMaking:
    def test_the_secret_is_shown_once(self) -> None:
        engagement = make_engagement()
        lead = lead_of(engagement)
        answer = signed_in(lead).post(reverse("webhooks:engagement-new", args=[engagement.pk]), TYPED)
        one = Webhook.objects.get()
        assert secret_of(one) in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert (one.engagement, one.events, one.created_by) == (
            engagement,
            ["item.written", "run.finished"],
            lead,
        )
        assert secret_of(one) not in page(lead, "webhook", one.pk)
        assert "8271" not in str(list(Event.objects.values_list("data", flat=True)))

    @pytest.mark.parametrize(
        ("field", "text", "words"),
        [
            ("address", "https://hooks.example.com:70000/", "not an address"),
            ("address", "ftp://hooks.example.com/", "Write an https address"),
            ("address", "https://me:word@hooks.example.com/", "must not hold a user name"),
            ("address", "http://hooks.example.com/", "Only https is called"),
            ("name", "", "required"),
            ("name", "x" * 61, "at most 60"),
            ("events", [], "Choose at least one"),
            ("events", ["mail.sent"], "not one of the available"),
            ("events", ["site.changed"], "not one of the available"),
        ],
    )
    def test_what_cannot_be_kept_is_refused_in_words(self, field: str, text: Any, words: str) -> None:
        engagement = make_engagement()
        address = reverse("webhooks:engagement-new", args=[engagement.pk])
        answer = signed_in(lead_of(engagement)).post(address, {**TYPED, field: text})
        assert words in answer.content.decode()
        assert not Webhook.objects.exists()

    def test_a_private_host_is_refused_with_what_would_help(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [entry])
        answer = signed_in(make_user(Role.ADMIN)).post(reverse("webhooks:new"), TYPED)
        assert "FIELDWORK_WEBHOOK_ALLOW" in answer.content.decode()
        assert not Webhook.objects.exists()

    def test_a_name_is_given_once_in_each_place(self) -> None:
        first, second = make_engagement(), make_engagement()
        for place in (first, second, None):
            services.make(by=None, engagement=place, name="chat", address=ADDRESS, events=["*"])
            with pytest.raises(Refused) as caught:
                services.make(by=None, engagement=place, name=" chat ", address=ADDRESS, events=["*"])
            assert caught.value.code == "name_taken"

    def test_there_are_not_more_than_twenty(self) -> None:
        for _ in range(20):
            webhook(ADDRESS)
        with pytest.raises(Refused) as caught:
            services.make(by=None, engagement=None, name="one more", address=ADDRESS, events=["*"])
        assert caught.value.code == "too_many"

    def test_everything_is_nothing_besides(self) -> None:
        made = services.make(
            by=None, engagement=None, name="a", address=ADDRESS, events=["*", "run.finished"]
        )
        assert made.webhook.events == ["*"]


class TestChanging:
    def edit(self, one: Webhook, user: User, **typed: Any) -> Any:
        said = {
            "name": one.name,
            "address": one.address,
            "events": one.events,
            "version": one.version,
            **typed,
        }
        return signed_in(user).post(reverse("webhooks:edit", args=[one.pk]), said)

    def test_who_edits_what_has_moved_on_is_told(self) -> None:
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        assert self.edit(one, admin, name="first").status_code == 302
        answer = self.edit(one, admin, name="second")
        assert "Somebody else has changed this" in answer.content.decode()
        one.refresh_from_db()
        assert (one.name, one.version) == ("first", 2)

    def test_the_trail_knows_the_host_and_not_the_address(self) -> None:
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        self.edit(one, admin, address="https://other.example.com/hush", events=["*"])
        event = Event.objects.get(verb="changed", subject_id=one.pk)
        assert event.data["after"] == {"events": ["*"], "host": "other.example.com"}
        assert "hush" not in str(event.data)

    def test_paused_it_hears_nothing_and_resumed_it_gets_what_waited(self) -> None:
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        services.send_test(by=None, webhook=one)
        signed_in(admin).post(reverse("webhooks:pause", args=[one.pk]))
        assert (send(), only().attempts) == (0, 0)
        for refused in ("test",):
            assert signed_in(admin).post(reverse(f"webhooks:{refused}", args=[one.pk])).status_code == 409
        signed_in(admin).post(reverse("webhooks:resume", args=[one.pk]))
        Webhook.objects.update(address="https://127.0.0.1:9/")
        send()
        assert only().attempts == 1

    def test_a_new_secret_is_shown_once_and_the_old_one_can_be_ended(self) -> None:
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        browser, rotate = signed_in(admin), reverse("webhooks:rotate", args=[one.pk])
        assert "24 hours" in browser.get(rotate).content.decode()
        assert Webhook.objects.get().generation == 1
        answer = browser.post(rotate).content.decode()
        one.refresh_from_db()
        assert secret_of(one) in answer
        assert "End the old one now" in page(admin, "webhook", one.pk)
        browser.post(reverse("webhooks:end-old-secret", args=[one.pk]))
        assert "End the old one now" not in page(admin, "webhook", one.pk)

    def test_removed_is_removed_with_its_log(self) -> None:
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        services.send_test(by=None, webhook=one)
        browser, address = signed_in(admin), reverse("webhooks:remove", args=[one.pk])
        assert "Its log goes with it" in browser.get(address).content.decode()
        browser.post(address)
        assert not Webhook.objects.exists()
        assert not Delivery.objects.exists()
        assert browser.post(address).status_code == 404


class TestLog:
    def test_a_delivery_shows_its_attempts_and_is_sent_again(self, settings: Any) -> None:
        settings.WEBHOOK_ALLOW = LOOPBACK
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        with receiving() as receiver:
            Webhook.objects.update(address=receiver.address("/words"))
            services.send_test(by=admin, webhook=one)
            send()
            delivery = only()
            text = page(admin, "delivery", delivery.pk)
            assert "The receiver answered 500" in text
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
            assert "<script>alert" not in text
            browser, replay = signed_in(admin), reverse("webhooks:replay", args=[delivery.pk])
            assert browser.post(replay).status_code == 409  # it waits already
            Delivery.objects.update(state="failed", next_at=None, ended_at=timezone.now())
            Webhook.objects.update(address=receiver.address())
            assert browser.post(replay).status_code == 302
            assert send() == 1
        assert "Taken (200)" in page(admin, "delivery", delivery.pk)

    def test_it_comes_in_pages_and_is_narrowed_by_state(self) -> None:
        one, admin = webhook(ADDRESS), make_user(Role.ADMIN)
        for number in range(55):
            delivery = services.send_test(by=None, webhook=one)
            facts = {"state": "failed", "next_at": None, "ended_at": timezone.now()} if number < 2 else {}
            at = timezone.now() - timedelta(minutes=number)
            Delivery.objects.filter(pk=delivery.pk).update(created_at=at, **facts)
        browser, address = signed_in(admin), reverse("webhooks:webhook", args=[one.pk])
        first = browser.get(address)
        older = browser.get(address, {"before": first.context["part"].older})
        assert (len(first.context["lines"]), len(older.context["lines"])) == (50, 5)
        shown = {line.delivery.pk for each in (first, older) for line in each.context["lines"]}
        assert len(shown) == 55
        assert len(browser.get(address, {"state": "failed"}).context["lines"]) == 2
        assert len(browser.get(address, {"state": "\0", "before": "\0"}).context["lines"]) == 50

    def test_every_failure_is_in_words(self) -> None:
        for code in REASONS:
            assert " " in REASONS[code]
        delivery = services.send_test(by=None, webhook=webhook(ADDRESS))
        DeliveryAttempt.objects.create(delivery=delivery, number=1, failure="timeout")
        assert REASONS["timeout"] in page(make_user(Role.ADMIN), "delivery", delivery.pk)


class TestWhoMay:
    def addresses(self, one: Webhook, delivery: Delivery) -> list[str]:
        verbs = ["webhook", "edit", "pause", "resume", "rotate", "end-old-secret", "remove", "test"]
        found = [reverse(f"webhooks:{verb}", args=[one.pk]) for verb in verbs]
        return [*found, *(reverse(f"webhooks:{verb}", args=[delivery.pk]) for verb in ("delivery", "replay"))]

    def statuses(self, user: User, found: list[str]) -> set[int]:
        browser = signed_in(user)
        return {browser.post(address).status_code for address in found} - {405}

    def test_only_who_leads_the_engagement_may_manage_it(self) -> None:
        engagement = make_engagement()
        one = webhook(ADDRESS, engagement)
        delivery = services.send_test(by=None, webhook=one)
        found = self.addresses(one, delivery)
        foreign = lead_of(make_engagement())
        for user in (make_member(engagement).user, foreign):
            assert self.statuses(user, found) == {404}
        assert self.statuses(make_user(Role.CLIENT), found) == {403}
        assert 404 not in self.statuses(lead_of(engagement), found[:4])

    def test_those_of_the_installation_are_for_administrators(self) -> None:
        one = webhook(ADDRESS)
        found = self.addresses(one, services.send_test(by=None, webhook=one))
        assert self.statuses(make_user(Role.MANAGER), found) == {404}
        assert signed_in(make_user(Role.MANAGER)).get(reverse("webhooks:installation")).status_code == 403
        assert 'href="/webhooks/"' in page(make_user(Role.ADMIN), "installation")

    def test_an_engineer_sees_that_there_is_one_and_not_its_address(self) -> None:
        engagement = make_engagement()
        webhook(ADDRESS, engagement, name="chat of the team")
        text = page(make_member(engagement).user, "engagement", engagement.pk)
        assert "chat of the team" in text
        assert "8271" not in text
        assert "New webhook" not in text

    def test_of_a_closed_engagement_nothing_changes_and_the_log_stays(self) -> None:
        engagement = make_engagement()
        one, lead = webhook(ADDRESS, engagement), lead_of(engagement)
        delivery = services.send_test(by=None, webhook=one)
        Delivery.objects.update(state="failed", next_at=None, ended_at=timezone.now())
        close(engagement)
        before = Event.objects.count()
        assert self.statuses(lead, self.addresses(one, delivery)) == {409}
        assert Event.objects.count() == before
        assert "Pause" not in page(lead, "webhook", one.pk)
        assert page(lead, "delivery", delivery.pk)
        with pytest.raises(Refused, match="closed"):
            services.make(by=None, engagement=engagement, name="x", address=ADDRESS, events=["*"])

    def test_that_it_is_closed_is_still_told(self) -> None:
        from apps.engagements.services import endings

        engagement = make_engagement()
        webhook(ADDRESS, engagement, ["engagement.closed"])
        endings.close(by=None, engagement=engagement, ending="other", words="It is over.")
        assert only().kind == "engagement.closed"


class TestPausedByItself:
    def gone(self, one: Webhook) -> None:
        from apps.delivery.services.webhooks import failing

        failing.note(one.pk, arrived=False, gone=True)

    def test_its_managers_are_told_by_inbox_and_mail(self) -> None:
        engagement = make_engagement()
        lead, maker, engineer = lead_of(engagement), lead_of(engagement), make_member(engagement).user
        one = webhook(ADDRESS, engagement, name="chat", created_by=maker)
        self.gone(one)
        assert {entry.to for entry in InboxEntry.objects.all()} == {lead, maker}
        assert engineer not in selectors.managers_of(one)
        (entry,) = InboxEntry.objects.filter(to=lead)
        assert "The webhook chat was paused: its receiver has answered that it wants no more" in entry.text
        outgoing.send_due()
        assert "The webhook chat was paused" in mails(person=lead)[0].subject
        answer = signed_in(lead).get(reverse("delivery:entry", args=[entry.pk]))
        assert answer["Location"] == one.get_absolute_url()

    def test_of_the_installation_administrators_are_told(self) -> None:
        admin, manager = make_user(Role.ADMIN), make_user(Role.MANAGER)
        self.gone(webhook(ADDRESS, name="chat"))
        assert [entry.to for entry in InboxEntry.objects.all()] == [admin]
        assert "This Fieldwork" in signed_in(admin).get("/inbox/").content.decode()
        assert selectors.unread_count(manager) == 0
        outgoing.send_due()
        assert "This Fieldwork" in Mail.objects.get().text

    def test_three_days_without_an_arrival_pause_it(self) -> None:
        admin = make_user(Role.ADMIN)
        one = webhook("http://127.0.0.1:9/")
        services.send_test(by=None, webhook=one)
        send()
        one.refresh_from_db()
        assert one.failing_since is not None
        assert one.is_active
        Webhook.objects.update(failing_since=timezone.now() - timedelta(days=3, minutes=1))
        send(hours=1)
        one.refresh_from_db()
        assert one.paused_why == "failing"
        assert [entry.to for entry in InboxEntry.objects.all()] == [admin]
        assert "nothing arrived for three days" in page(admin, "webhook", one.pk)

    def test_who_does_not_want_to_be_told_is_not(self) -> None:
        from apps.delivery.services import choose

        admin = make_user(Role.ADMIN)
        choose(by=admin, user=admin, wanted={("webhook", "inbox"): False, ("webhook", "email"): False})
        self.gone(webhook(ADDRESS))
        assert not InboxEntry.objects.exists()

    def test_client_viewers_are_not_asked_about_webhooks(self) -> None:
        assert "Webhooks" not in signed_in(make_user(Role.CLIENT)).get("/profile/notices/").content.decode()
