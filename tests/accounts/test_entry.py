"""The way in: sign-in, guessing, reset, the first administrator."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.accounts import services
from apps.accounts.models import Attempt, Role, User
from apps.accounts.services.attempts import LIMIT, WINDOW
from apps.accounts.views import entry
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str):
    return client.post(SIGN_IN, {"username": email, "password": password}, **extra)


def came_in(answer) -> bool:
    return answer.status_code == 302


def link_in(text: str) -> str:
    return re.search(r"/password/set/\S+/", text).group()


def set_password(client: Client, link: str, password: str):
    """Follow a one-time link as a browser does, and send the form."""
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"password": password})


def test_a_person_signs_in_with_the_address_in_whatever_case() -> None:
    make_user(email="ada@example.com")
    assert came_in(sign_in(Client(), " ADA@Example.com"))


def test_every_way_of_being_wrong_gets_the_same_answer() -> None:
    make_user(email="ada@example.com")
    gone = make_user(email="gone@example.com")
    services.deactivate(by=None, user=gone)
    make_user(email="invited@example.com", password=None)
    pages = set()
    tried = [
        ("ada", "wrong password"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("invited", "anything at all"),
    ]
    for name, password in tried:
        answer = sign_in(Client(), f"{name}@example.com", password)
        body = re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[^"]+', "", answer.content.decode())
        pages.add((answer.status_code, body.replace(f"{name}@example.com", "")))
    assert len(pages) == 1
    assert "wrong, or the account is closed" in pages.pop()[1]


def test_after_too_many_failures_even_the_right_password_waits() -> None:
    make_user(email="ada@example.com")
    client = Client()
    for _ in range(LIMIT):
        assert not came_in(sign_in(client, "ada@example.com", "wrong"))
    answer = sign_in(client, "ada@example.com")
    assert not came_in(answer)
    assert "Too many attempts" in answer.content.decode()


def test_waiting_helps_although_somebody_keeps_trying() -> None:
    """Refused attempts are not counted, so that a lock cannot be renewed for ever."""
    make_user(email="ada@example.com")
    client = Client()
    for _ in range(LIMIT * 2):
        sign_in(client, "ada@example.com", "wrong")
    assert Attempt.objects.count() == LIMIT
    oldest = Attempt.objects.order_by("at").first()
    Attempt.objects.update(at=oldest.at - WINDOW - timedelta(seconds=1))
    assert came_in(sign_in(client, "ada@example.com"))


def test_a_strangers_failures_lock_nobody_else_out() -> None:
    make_user(email="ada@example.com")
    for _ in range(LIMIT + 1):
        sign_in(Client(), "ada@example.com", "wrong", REMOTE_ADDR="203.0.113.9")
    assert not came_in(sign_in(Client(), "ada@example.com", REMOTE_ADDR="203.0.113.9"))
    assert came_in(sign_in(Client(), "ada@example.com", REMOTE_ADDR="198.51.100.7"))


def test_a_known_browser_comes_in_although_all_share_one_address() -> None:
    """Behind a proxy everybody has the same address."""
    make_user(email="ada@example.com")
    known = Client()
    assert came_in(sign_in(known, "ada@example.com"))
    known.post("/sign-out/")
    for _ in range(LIMIT + 1):
        sign_in(Client(), "ada@example.com", "wrong")
    assert not came_in(sign_in(Client(), "ada@example.com"))
    assert came_in(sign_in(known, "ada@example.com"))


def test_a_known_browser_counts_for_its_own_person_only_and_has_a_limit_too() -> None:
    make_user(email="ada@example.com")
    make_user(email="bob@example.com")
    known = Client()
    sign_in(known, "bob@example.com")
    known.post("/sign-out/")
    for _ in range(LIMIT):
        sign_in(known, "ada@example.com", "wrong")
    assert not came_in(sign_in(Client(), "ada@example.com")), "counted by address, not by Bob's browser"
    for _ in range(LIMIT):
        sign_in(known, "bob@example.com", "wrong")
    assert not came_in(sign_in(known, "bob@example.com"))


def test_success_forgives_earlier_failures() -> None:
    make_user(email="ada@example.com")
    for _ in range(3):
        for _ in range(LIMIT - 1):
            sign_in(Client(), "ada@example.com", "wrong")
        assert came_in(sign_in(Client(), "ada@example.com"))


def test_old_attempts_are_forgotten() -> None:
    sign_in(Client(), "ada@example.com", "wrong")
    Attempt.objects.update(at=Attempt.objects.get().at - WINDOW - timedelta(seconds=1))
    sign_in(Client(), "bob@example.com", "wrong")
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_leads_to_no_other_host(target: str) -> None:
    make_user(email="ada@example.com")
    answer = Client().post(SIGN_IN, {"username": "ada@example.com", "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


def test_sign_in_leads_back_to_where_somebody_wanted_to_go() -> None:
    make_user(email="ada@example.com")
    asked = Client().get("/engagements/?q=x")
    assert asked["Location"] == "/sign-in/?next=%2Fengagements%2F%3Fq%3Dx"


def test_sign_out_takes_a_post() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/profile/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/profile/").status_code == 302


def test_reset_by_mail_works_once_and_signs_in() -> None:
    person = make_user(email="ada@example.com")
    elsewhere = Client()
    elsewhere.force_login(person)
    Client().post(reverse("accounts:password-reset"), {"email": "ADA@example.com"})
    link = link_in(mail.outbox[0].body)
    client = Client()
    assert came_in(set_password(client, link, "another 7 horses"))
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    assert "no longer works" in Client().get(link, follow=True).content.decode()
    assert came_in(sign_in(Client(), "ada@example.com", "another 7 horses"))


def test_reset_tells_nobody_who_has_an_account() -> None:
    make_user(email="ada@example.com")
    answers = set()
    for name in ("ada", "nobody"):
        answer = Client().post(reverse("accounts:password-reset"), {"email": f"{name}@example.com"})
        answers.add((answer.status_code, answer["Location"], answer.content))
    assert len(answers) == 1
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]


def test_the_mail_goes_out_after_the_answer() -> None:
    """How long a mail server takes must not tell who has an account."""
    make_user(email="ada@example.com")
    request = RequestFactory().post(reverse("accounts:password-reset"), {"email": "ada@example.com"})
    request.user = AnonymousUser()
    answer = entry.password_reset(request)
    assert (answer.status_code, len(mail.outbox)) == (302, 0)
    answer.close()
    assert len(mail.outbox) == 1


def test_reset_mails_do_not_flood_anybody() -> None:
    make_user(email="ada@example.com")
    for _ in range(10):
        assert came_in(Client().post(reverse("accounts:password-reset"), {"email": "ada@example.com"}))
    assert len(mail.outbox) == 3


def test_reset_stays_silent_when_the_mail_server_is_away(settings, caplog) -> None:
    make_user(email="ada@example.com")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert came_in(Client().post(reverse("accounts:password-reset"), {"email": "ada@example.com"}))
    assert "could not be sent" in caplog.text


def test_a_weak_password_is_refused_and_the_link_still_works() -> None:
    make_user(email="ada@example.com")
    Client().post(reverse("accounts:password-reset"), {"email": "ada@example.com"})
    link, client = link_in(mail.outbox[0].body), Client()
    answer = set_password(client, link, "password")
    assert answer.status_code == 200
    assert "too common" in answer.content.decode()
    assert came_in(set_password(client, link, "another 7 horses"))


def test_a_link_of_somebody_deactivated_opens_nothing() -> None:
    person = make_user(email="ada@example.com")
    Client().post(reverse("accounts:password-reset"), {"email": "ada@example.com"})
    services.deactivate(by=None, user=person)
    assert "no longer works" in Client().get(link_in(mail.outbox[0].body), follow=True).content.decode()


def test_an_administrator_adds_somebody_who_sets_the_password_through_a_link() -> None:
    client = Client()
    client.force_login(make_user(Role.ADMIN))
    page = client.post(
        reverse("accounts:person-new"), {"name": "Bob", "email": "bob@example.com", "role": Role.FDE}
    ).content.decode()
    link = link_in(mail.outbox[0].body)
    assert link in page
    assert came_in(set_password(Client(), link, "another 7 horses"))
    assert came_in(sign_in(Client(), "bob@example.com", "another 7 horses"))


def test_an_administrator_gets_the_link_although_the_mail_fails(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    client = Client()
    client.force_login(make_user(Role.ADMIN))
    data = {"name": "Bob", "email": "bob@example.com", "role": Role.FDE}
    page = client.post(reverse("accounts:person-new"), data).content.decode()
    assert "could not be sent" in page
    assert link_in(page)


def test_an_empty_fieldwork_leads_to_its_first_administrator() -> None:
    client = Client()
    for path in ("/", "/sign-in/"):
        assert client.get(path)["Location"] == reverse("accounts:first-administrator")
    data = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    assert came_in(client.post(reverse("accounts:first-administrator"), data))
    assert User.objects.get().role == Role.ADMIN
    assert client.get("/people/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_first_administrators_page_is_gone_once_anyone_exists(method: str) -> None:
    services.deactivate(by=None, user=make_user())
    data = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD}
    answer = getattr(Client(), method)(reverse("accounts:first-administrator"), data)
    assert answer.status_code == 404
    assert User.objects.count() == 1


def test_a_form_without_token_is_refused_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
