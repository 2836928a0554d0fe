"""Preferences, the log of mails, the navigation, and what carries links to sign in."""

import importlib
from datetime import timedelta

import pytest
from celery.schedules import maybe_schedule
from django.core import mail as outbox
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.delivery import presenters, selectors, services, tasks
from apps.delivery.models import InboxEntry, Mail, Mute, Preference, Reminder
from apps.delivery.rules import preferences
from apps.delivery.services import housekeeping
from tests.factories import make_client, make_engagement, make_member, make_user

from .conftest import MailServer
from .told import action, anybody, client_of, mails, send, tell_of

pytestmark = pytest.mark.django_db
NOTICES = "/profile/notices/"
EVERYTHING = {f"{about}-{channel}": "on" for about in preferences.ABOUT for channel in preferences.CHANNELS}


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def make_mail(state: str = "queued", **facts: object) -> Mail:
    ended = None if state in Mail.TO_DO else timezone.now()
    waits = timezone.now() if ended is None else None
    said = {"to": "a@example.com", "kind": "notices", "subject": "Something", "text": "the text"}
    return Mail.objects.create(**{**said, "state": state, "ended_at": ended, "next_at": waits, **facts})


class TestPreferences:
    def test_ticks_show_what_holds(self) -> None:
        text = signed_in(make_user()).get(NOTICES).content.decode()
        assert text.count('type="checkbox"') == 14
        assert text.count("checked") == 13

    def test_what_is_ticked_is_kept_and_nothing_else(self) -> None:
        maria = make_user()
        sent = {name: "on" for name in EVERYTHING if name != "due-email"} | {"whole": "True"}
        answer = signed_in(maria).post(NOTICES, sent, follow=True)
        assert "Saved." in answer.content.decode()
        assert selectors.said_by(maria) == {("due", "email"): False, ("comment", "email"): True}

    def test_a_form_that_was_cut_short_switches_nothing_off(self) -> None:
        maria = make_user()
        answer = signed_in(maria).post(NOTICES, {"due-email": "on"})
        assert "did not arrive as a whole" in answer.content.decode()
        assert not Preference.objects.exists()

    def test_sent_twice_is_the_same_as_once(self) -> None:
        browser, sent = signed_in(make_user()), {"whole": "True"}
        for _ in range(2):
            assert browser.post(NOTICES, sent).status_code == 302
        assert Preference.objects.count() == 13
        assert Event.objects.filter(verb="notices chosen").count() == 1

    def test_an_engagement_is_muted_and_speaks_again(self) -> None:
        engagement = make_engagement(client=make_client("Northwind"), name="triage")
        maria = anybody(engagement)
        browser = signed_in(maria)
        assert f'<option value="{engagement.pk}">' in browser.get(NOTICES).content.decode()
        answer = browser.post(NOTICES + "mute/", {"engagement": str(engagement.pk)}, follow=True)
        assert "Northwind · triage is muted." in answer.content.decode()
        assert "Unmute" in answer.content.decode()
        assert f'<option value="{engagement.pk}">' not in answer.content.decode()
        browser.post(NOTICES + "mute/", {"engagement": str(engagement.pk), "speak": "1"})
        assert not Mute.objects.exists()

    @pytest.mark.parametrize("sent", ["", "\0", "x", "foreign"])
    def test_what_is_no_engagement_of_theirs_cannot_be_muted(self, sent: str) -> None:
        foreign = make_engagement(name="secret work")
        sent = str(foreign.pk) if sent == "foreign" else sent
        answer = signed_in(anybody()).post(NOTICES + "mute/", {"engagement": sent})
        assert answer.status_code == 409
        assert "secret work" not in answer.content.decode()
        assert not Mute.objects.exists()

    def test_a_client_viewer_chooses_among_their_own_engagements(self) -> None:
        make_engagement(name="secret work")
        viewer = client_of(make_engagement(name="shared work"))
        text = signed_in(viewer).get(NOTICES).content.decode()
        assert "shared work" in text
        assert "secret work" not in text

    def test_who_does_not_get_mail_is_told_why(self, mail_server: MailServer) -> None:
        maria = anybody()
        for n, refusal in enumerate(["550 no such mailbox", ""]):
            tell_of(action(maria.memberships.get().engagement), maria)
            mail_server.rcpt = [refusal] if refusal else []
            send()
            text = signed_in(maria).get(NOTICES).content.decode()
            assert ("does not take mail for this address (550)" in text) is (n == 0)


class TestLog:
    def page(self, **query: str) -> str:
        return signed_in(make_user(Role.ADMIN)).get("/mail/", query).content.decode()

    def test_it_shows_what_became_of_each_mail_and_not_what_it_said(self) -> None:
        make_mail("refused", code=550, failure="SMTPRecipientsRefused", to="gone@example.com")
        make_mail("sent", to="here@example.com")
        text = self.page()
        assert "gone@example.com" in text
        assert "The mail server does not take mail for this address (550)" in text
        assert "here@example.com" in text
        assert "the text" not in text

    def test_it_is_narrowed_by_state_and_address(self) -> None:
        make_mail("refused", to="gone@example.com")
        make_mail("sent", to="here@example.com")
        assert "here@" not in self.page(state="refused")
        assert "here@" not in self.page(q="GONE")
        assert "Nothing found" in self.page(q="nobody")
        assert self.page(state="\0", q="\0", page="\0")

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.FDE, Role.CLIENT])
    def test_it_is_for_administrators_alone(self, role: str) -> None:
        mail = make_mail("refused")
        browser = signed_in(make_user(role))
        assert browser.get("/mail/").status_code == 403
        assert browser.post(reverse("delivery:mail-retry", args=[mail.pk])).status_code == 403
        assert "Mail log" not in browser.get("/profile/").content.decode()

    def test_an_administrator_tries_again(self) -> None:
        mail = make_mail("refused")
        browser = signed_in(make_user(Role.ADMIN))
        answer = browser.post(reverse("delivery:mail-retry", args=[mail.pk]), follow=True)
        assert "tried again within a minute" in answer.content.decode()
        assert mails()[0].state == "queued"

    def test_what_has_gone_out_has_no_button_and_is_refused(self) -> None:
        mail = make_mail("sent")
        browser = signed_in(make_user(Role.ADMIN))
        address = reverse("delivery:mail-retry", args=[mail.pk])
        assert address not in browser.get("/mail/").content.decode()
        answer = browser.post(address)
        assert answer.status_code == 409
        assert "nothing to try again" in answer.content.decode()

    def test_every_reason_is_in_words_or_at_least_named(self) -> None:
        assert presenters.reason_of(Mail(failure="ConnectionRefusedError")).startswith("Nothing answers")
        assert presenters.reason_of(Mail(failure="OddError", code=421)) == "OddError (421)"
        assert presenters.reason_of(Mail()) == ""

    def test_without_a_mail_server_it_says_where_mails_are(self, settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        assert "No mail server is set up" in self.page()


class TestLinks:
    """Links to sign in go the same way as all mail."""

    def ask(self, user: User) -> None:
        Browser().post(reverse("accounts:password-reset"), {"email": user.email})

    def test_a_link_goes_out_at_once_and_its_text_is_not_kept(self, mail_server: MailServer) -> None:
        maria = make_user()
        self.ask(maria)
        (taken,) = mail_server.taken
        assert "/password/set/" in taken.get_content()
        assert taken["List-Unsubscribe"] is None
        (mail,) = mails()
        assert (mail.kind, mail.state, mail.person, mail.text) == ("link", "sent", maria, "")

    def test_a_link_that_is_put_off_arrives_later(self, mail_server: MailServer) -> None:
        mail_server.data = ["451 try later"]
        self.ask(make_user())
        assert (mail_server.taken, mails()[0].state) == ([], "queued")
        assert send(minutes=2) == 1
        assert "/password/set/" in mail_server.taken[0].get_content()

    def test_whoever_invites_is_told_that_the_mail_was_not_taken(self, mail_server: MailServer) -> None:
        mail_server.rcpt = ["550 no such mailbox"]
        engagement = make_engagement()
        answer = signed_in(make_user(Role.ADMIN)).post(
            reverse("engagements:invite", args=[engagement.pk]),
            {"email": "gone@example.com", "role": "viewer", "account_role": "client"},
        )
        assert "It was not mailed" in answer.content.decode()
        assert [(mail.state, mail.person) for mail in mails()] == [("refused", None)]

    def test_a_link_that_ended_is_forgotten(self) -> None:
        make_mail("refused", kind="link", created_at=timezone.now() - timedelta(days=4))
        housekeeping.forget()
        assert mails()[0].text == ""


class TestHousekeeping:
    def test_beat_starts_each_task_and_each_is_known_to_the_worker(self, settings) -> None:
        settings.BROKER = "pgmq:dbname=broker"  # an address is needed, nobody calls there
        app = importlib.import_module("apps.config.celery").app
        app.loader.import_default_modules()
        for task in (
            tasks.send_mails,
            tasks.remind,
            tasks.forget,
            tasks.send_webhooks,
            tasks.forget_deliveries,
        ):
            (entry,) = [one for one in app.conf.beat_schedule.values() if one["task"] == task.name]
            assert task.name in app.tasks
            assert maybe_schedule(entry["schedule"])
        assert app.conf.beat_schedule["send-mails"]["schedule"] <= 60
        assert app.conf.beat_schedule["remind-of-what-is-due"]["schedule"] <= 900

    def test_a_task_sends_what_is_due(self) -> None:
        maria = anybody()
        tell_of(action(maria.memberships.get().engagement), maria)
        InboxEntry.objects.update(mail_at=timezone.now())
        assert (tasks.send_mails(), len(outbox.outbox)) == (1, 1)
        assert tasks.remind() == 0

    def test_entries_read_long_ago_are_forgotten(self) -> None:
        maria = anybody()
        engagement = maria.memberships.get().engagement
        for text, days in (("old", 181), ("lately", 179), ("unread", None)):
            read = timezone.now() - timedelta(days=days) if days else None
            InboxEntry.objects.create(
                to=maria,
                about="gate",
                engagement=engagement,
                text=text,
                read_at=read,
                at=timezone.now() - timedelta(days=300),
            )
        assert tasks.forget() == 1
        assert sorted(entry.text for entry in InboxEntry.objects.all()) == ["lately", "unread"]

    def test_of_old_mails_the_line_in_the_log_stays(self) -> None:
        make_mail("sent", html="<p>", ended_at=timezone.now() - timedelta(days=31))
        make_mail("sent", ended_at=timezone.now() - timedelta(days=29))
        tasks.forget()
        assert [(mail.text, mail.html, mail.subject) for mail in mails()] == [
            ("", "", "Something"),
            ("the text", "", "Something"),
        ]

    def test_old_reminders_are_forgotten(self) -> None:
        maria = anybody()
        item = action(maria.memberships.get().engagement)
        for days in (10, 500):
            Reminder.objects.create(to=maria, item=item, day=timezone.localdate() - timedelta(days=days))
        tasks.forget()
        assert Reminder.objects.count() == 1


def test_what_a_person_was_told_goes_with_the_engagement() -> None:
    maria = anybody()
    engagement = maria.memberships.get().engagement
    tell_of(action(engagement), maria)
    services.mute(by=maria, user=maria, engagement=engagement)
    send()
    engagement.delete()
    assert (InboxEntry.objects.count(), Mute.objects.count(), Mail.objects.count()) == (0, 0, 1)


class TestNavigation:
    def page(self, user: User) -> str:
        return signed_in(user).get("/profile/").content.decode()

    def test_everybody_has_a_bell_and_their_notices(self) -> None:
        for user in (
            make_user(Role.ADMIN),
            make_member(make_engagement()).user,
            client_of(make_engagement()),
        ):
            text = self.page(user)
            assert 'href="/inbox/"' in text
            assert f'href="{NOTICES}"' in text

    def test_only_administrators_find_the_mail_log(self) -> None:
        assert 'href="/mail/"' in self.page(make_user(Role.ADMIN))
        assert 'href="/mail/"' not in self.page(make_user(Role.MANAGER))

    def test_client_viewers_find_nothing_of_the_house(self) -> None:
        text = self.page(client_of(make_engagement()))
        for address in ("/clients/", "/runs/", "/sites/", "/endpoints/", "/people/"):
            assert f'href="{address}"' not in text

    def test_nobody_signed_in_sees_no_bell(self) -> None:
        assert 'id="bell"' not in Browser().get("/sign-in/").content.decode()
