"""Mails on their way to a real mail server: taken, put off, refused, cut off, slow."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.core.errors import Refused
from apps.delivery.models import InboxEntry, Mail
from apps.delivery.rules import attempts
from apps.delivery.services import choose, housekeeping, outgoing
from apps.engagements.models import Item
from apps.engagements.notices import About
from tests.factories import make_engagement, make_user

from .conftest import MailServer
from .told import action, anybody, client_of, later, mails, send, tell_of

pytestmark = pytest.mark.django_db
SECRET = "the reactor leaks"


def told(text: str = "Tom mentioned you in A-1 Send the sample") -> InboxEntry:
    """Somebody is told of something."""
    engagement = make_engagement()
    assert tell_of(action(engagement), anybody(engagement), text=text)
    return InboxEntry.objects.latest("at")


def test_a_notice_is_mailed_with_a_link_to_it(mail_server: MailServer) -> None:
    entry = told()
    assert send() == 1
    (taken,) = mail_server.taken
    plain = taken.get_body(("plain",)).get_content()
    html = taken.get_body(("html",)).get_content()
    assert taken["To"] == entry.to.email
    assert taken["Subject"] == entry.text
    for part in (plain, html):
        assert f"https://fieldwork.example/inbox/{entry.pk}/" in part
        assert "https://fieldwork.example/profile/notices/" in part
        assert entry.text in part
    assert taken["List-Unsubscribe"] == "<https://fieldwork.example/profile/notices/>"
    assert taken["Auto-Submitted"] == "auto-generated"
    (mail,) = mails()
    assert (mail.state, mail.attempts, mail.failure, mail.code) == ("sent", 1, "", None)


def test_nothing_is_mailed_before_the_others_had_time_to_come(mail_server: MailServer) -> None:
    told()
    assert outgoing.send_due() == 0
    assert (mail_server.taken, mails()) == ([], [])


def test_what_comes_within_a_short_time_is_one_mail(mail_server: MailServer) -> None:
    engagement = make_engagement()
    person, other = anybody(engagement), anybody(engagement)
    for n in range(3):
        tell_of(action(engagement), person, text=f"notice number {n}")
    tell_of(action(engagement), other)
    assert send() == 2
    mine = next(taken for taken in mail_server.taken if taken["To"] == person.email)
    assert mine["Subject"] == f"3 notices on {engagement}"
    plain = mine.get_body(("plain",)).get_content()
    assert [plain.count(f"notice number {n}") for n in range(3)] == [1, 1, 1]
    assert send() == 0


def test_what_was_read_meanwhile_is_not_mailed(mail_server: MailServer) -> None:
    engagement = make_engagement()
    person = anybody(engagement)
    for n in range(2):
        tell_of(action(engagement), person, text=f"notice number {n}")
    InboxEntry.objects.filter(text="notice number 0").update(read_at=timezone.now())
    send()
    assert [taken["Subject"] for taken in mail_server.taken] == ["notice number 1"]
    tell_of(action(engagement), person)
    InboxEntry.objects.update(read_at=timezone.now())
    assert send() == 0
    assert len(mails()) == 1


def test_put_off_for_now_is_tried_again_with_the_same_message_id(mail_server: MailServer) -> None:
    told()
    mail_server.data = ["451 try later"]
    assert send() == 0
    (mail,) = mails()
    assert (mail.state, mail.attempts, mail.failure, mail.code) == ("queued", 1, "SMTPDataError", 451)
    assert timezone.now() + timedelta(seconds=25) < mail.next_at < timezone.now() + timedelta(seconds=65)
    assert outgoing.send_due() == 0  # not yet
    assert send(minutes=2) == 1
    ids = [taken["Message-ID"] for taken in mail_server.taken]
    assert ids == [f"<{mail.pk.hex}@localhost>"]
    assert mails()[0].state == "sent"


def test_a_put_off_address_is_tried_again(mail_server: MailServer) -> None:
    told()
    mail_server.rcpt = ["450 mailbox busy"]
    send()
    assert (mails()[0].state, mails()[0].code) == ("queued", 450)


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_refusal_is_final_and_said(mail_server: MailServer, where: str) -> None:
    told()
    setattr(mail_server, where, ["550 no such mailbox"])
    assert send() == 0
    (mail,) = mails()
    assert (mail.state, mail.attempts, mail.code) == ("refused", 1, 550)
    assert send(days=30) == 0
    assert (mail_server.calls, mail_server.taken) == (1, [])


def test_a_refusal_of_one_keeps_nobody_else_waiting(mail_server: MailServer) -> None:
    told()
    told()
    mail_server.rcpt = ["550 no such mailbox"]
    assert send() == 1
    assert sorted(mail.state for mail in mails()) == ["refused", "sent"]


def test_a_connection_lost_in_mid_mail_is_tried_again(mail_server: MailServer) -> None:
    told()
    mail_server.hang_up = 1
    assert send() == 0
    assert (mails()[0].state, mails()[0].failure) == ("queued", "SMTPServerDisconnected")
    assert send(minutes=2) == 1


def test_a_server_that_says_nothing_is_not_waited_for(mail_server: MailServer) -> None:
    told()
    mail_server.slow = 1
    assert send() == 0
    assert (mails()[0].state, mails()[0].code) == ("queued", None)
    assert send(minutes=2) == 1


def test_a_server_that_is_away_costs_one_try_a_round(mail_server: MailServer, settings) -> None:
    for _ in range(3):
        told()
    settings.EMAIL_PORT = 9
    assert send() == 0
    assert sorted(mail.attempts for mail in mails()) == [0, 0, 1]
    assert {mail.failure for mail in mails()} == {"", "ConnectionRefusedError"}
    settings.EMAIL_PORT = mail_server.port
    assert send(minutes=2) == 3


def test_a_server_without_the_encryption_that_is_asked_for_gets_nothing_and_blames_no_mail(
    mail_server: MailServer, settings
) -> None:
    told()
    settings.EMAIL_USE_TLS = True
    send()
    assert (mails()[0].state, mails()[0].failure) == ("queued", "SMTPNotSupportedError")


def test_it_is_given_up_after_the_last_attempt_and_said(mail_server: MailServer) -> None:
    told()
    send()
    mail_server.data = ["451 try later"] * 2
    Mail.objects.update(state="queued", attempts=attempts.MOST - 1, next_at=timezone.now(), ended_at=None)
    send()
    assert (mails()[0].state, mails()[0].code) == ("failed", 451)
    assert send(days=30) == 0


def test_a_worker_that_dies_between_the_servers_yes_and_ours_leaves_a_mail_that_goes_out_again(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told()
    monkeypatch.setattr(outgoing, "settle", _dies)
    with pytest.raises(KeyboardInterrupt):
        send()
    monkeypatch.undo()
    assert mails()[0].state == "sending"
    assert outgoing.send_due() == 0  # in hand, for all anybody knows
    assert send(seconds=attempts.IN_HAND.total_seconds() + 1) == 1
    first, second = (taken["Message-ID"] for taken in mail_server.taken)
    assert first == second
    assert mails()[0].state == "sent"


def _dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_late_worker_does_not_overwrite_what_became_of_a_later_attempt(mail_server: MailServer) -> None:
    told()
    later(minutes=3)
    outgoing.gather()
    slow = outgoing.claim()
    later(seconds=attempts.IN_HAND.total_seconds() + 1)
    assert outgoing.send_due() == 1
    outgoing.settle(slow, outgoing.transport.Failure("SMTPDataError", 550))
    assert (mails()[0].state, mails()[0].attempts) == ("sent", 2)


def test_a_mail_that_loses_every_worker_is_given_up(mail_server: MailServer) -> None:
    told()
    later(minutes=3)
    outgoing.gather()
    Mail.objects.update(state="sending", attempts=attempts.MOST, next_at=timezone.now())
    assert outgoing.send_due() == 0
    assert (mails()[0].state, mails()[0].failure) == ("failed", outgoing.LOST)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_have_the_same_mail_in_hand(mail_server: MailServer) -> None:
    for _ in range(12):
        told()
    later(minutes=3)
    outgoing.gather()
    threads = [threading.Thread(target=_work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [taken["Message-ID"] for taken in mail_server.taken]
    assert len(ids) == len(set(ids)) == 12
    assert {mail.attempts for mail in mails()} == {1}


def _work() -> None:
    try:
        outgoing.send_due()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_notice_of_what_was_undone_is_never_mailed(mail_server: MailServer) -> None:
    engagement = make_engagement()
    person = anybody(engagement)
    with transaction.atomic():
        tell_of(action(engagement), person)
        transaction.set_rollback(True)
    assert send() == 0
    assert (mails(), InboxEntry.objects.count()) == ([], 0)


class TestWhatIsMailed:
    @pytest.mark.parametrize(
        "evil",
        ["Hello\r\nBcc: everybody@example.com", "Hello\nX-Evil: 1", "Hello\u2028Bcc: x", "a\x00b\x0bc"],
    )
    def test_a_title_adds_no_header(self, mail_server: MailServer, evil: str) -> None:
        engagement = make_engagement()
        tell_of(action(engagement), anybody(engagement), text=evil)
        assert send() == 1
        (taken,) = mail_server.taken
        assert taken["Bcc"] is None
        assert taken["X-Evil"] is None
        assert taken["Subject"] == " ".join(evil.replace("\u2028", " ").replace("\0", " ").split())

    def test_a_very_long_title_is_cut(self, mail_server: MailServer) -> None:
        told("x" * 2000)
        assert send() == 1
        assert len(mail_server.taken[0]["Subject"].strip()) == 200

    def test_markup_in_a_title_stays_text(self, mail_server: MailServer) -> None:
        told("<script>alert(1)</script> & more")
        send()
        html = mail_server.taken[0].get_body(("html",)).get_content()
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html

    def test_other_alphabets_arrive(self, mail_server: MailServer) -> None:
        told("Zoë hat dich in A-1 Größe 漢字 🚀 erwähnt")
        send()
        assert mail_server.taken[0]["Subject"].strip() == "Zoë hat dich in A-1 Größe 漢字 🚀 erwähnt"

    def test_a_subject_of_two_lines_cannot_be_kept(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Mail.objects.create(to="a@example.com", kind="notices", subject="one\nBcc: two")
        with pytest.raises(IntegrityError), transaction.atomic():
            Mail.objects.create(to="a@example.com\nb@example.com", kind="notices", subject="one")

    def test_what_became_internal_meanwhile_is_not_mailed_to_the_client(
        self, mail_server: MailServer
    ) -> None:
        engagement = make_engagement()
        viewer, hidden = client_of(engagement), action(engagement, client_visible=True, title=SECRET)
        tell_of(hidden, viewer, text=f"Tom mentioned you in {SECRET}")
        tell_of(action(engagement, client_visible=True), viewer, text="Tom mentioned you in A-2")
        Item.objects.filter(pk=hidden.pk).update(client_visible=False)
        assert send() == 1
        assert SECRET not in mail_server.taken[0].as_string()
        assert mail_server.taken[0]["Subject"] == "Tom mentioned you in A-2"

    def test_what_became_internal_between_two_attempts_is_not_in_the_second(
        self, mail_server: MailServer
    ) -> None:
        engagement = make_engagement()
        viewer, hidden = client_of(engagement), action(engagement, client_visible=True, title=SECRET)
        tell_of(hidden, viewer, text=f"Tom mentioned you in {SECRET}")
        mail_server.data = ["451 try later"]
        send()
        Item.objects.filter(pk=hidden.pk).update(client_visible=False)
        assert send(minutes=5) == 0
        assert mail_server.taken == []
        (mail,) = mails()
        assert (mail.state, mail.text, mail.html) == ("dropped", "", "")

    def test_nobody_deactivated_is_mailed(self, mail_server: MailServer) -> None:
        entry = told()
        entry.to.is_active = False
        entry.to.save()
        assert send() == 0
        assert mails()[0].state == "dropped"

    def test_the_log_line_says_neither_to_whom_nor_what(
        self, mail_server: MailServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        entry = told(f"Tom mentioned you in {SECRET}")
        mail_server.data = [f"550 {SECRET}"]
        send()
        said = "".join(
            line.getMessage() for line in caplog.records if line.name.startswith(("apps", "django"))
        )
        assert "SMTPDataError 550" in said
        assert SECRET not in said
        assert entry.to.email not in said


class TestRetry:
    def refused(self, mail_server: MailServer) -> Mail:
        told()
        mail_server.rcpt = ["550 no such mailbox"]
        send()
        return mails()[0]

    def test_what_was_refused_can_be_tried_again_and_that_is_on_record(self, mail_server: MailServer) -> None:
        admin = make_user("admin")
        mail = outgoing.retry(by=admin, mail=self.refused(mail_server))
        assert send(seconds=1) == 1
        assert (mails()[0].state, mails()[0].code) == ("sent", None)
        event = Event.objects.get(subject_id=mail.pk, verb="retried")
        assert (event.actor, event.data) == (admin, {"before": "refused", "after": "queued"})

    def test_what_has_gone_out_cannot(self, mail_server: MailServer) -> None:
        told()
        send()
        with pytest.raises(Refused, match="nothing to try again"):
            outgoing.retry(by=make_user("admin"), mail=mails()[0])

    def test_what_is_no_longer_kept_cannot(self, mail_server: MailServer) -> None:
        mail = self.refused(mail_server)
        Mail.objects.update(ended_at=timezone.now() - timedelta(days=31))
        housekeeping.forget()
        with pytest.raises(Refused, match="no longer kept"):
            outgoing.retry(by=make_user("admin"), mail=mail)


def test_a_notice_by_mail_alone_is_mailed_too(mail_server: MailServer) -> None:
    engagement = make_engagement()
    person = anybody(engagement)
    choose(by=person, user=person, wanted={("mention", "inbox"): False})
    tell_of(action(engagement), person, About.MENTION)
    assert send() == 1
