"""Users: what the services refuse, and how sessions end."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts import services
from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("accounts:profile")).status_code == 200


def test_an_address_is_one_person_in_whatever_case() -> None:
    make_user(email="Ada@Example.com")
    with refused("email_taken"):
        make_user(email=" aDA@example.COM ")
    assert User.objects.get_by_natural_key("ADA@example.com").email == "ada@example.com"


def test_the_database_refuses_an_address_in_upper_case() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Ada@example.com", name="Ada")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "nobody"}, "email_invalid"),
        ({"email": "a@b.c\x00"}, "email_invalid"),
        ({"name": " "}, "empty"),
        ({"name": "x" * 121}, "too_long"),
        ({"name": "a\x00b"}, "control_characters"),
        ({"role": "king"}, "role_unknown"),
        ({"timezone": "Mars/Olympus"}, "timezone_unknown"),
        ({"timezone": "../../etc/passwd"}, "timezone_unknown"),
        ({"password": "12345678"}, "password_weak"),
        ({"password": "short"}, "password_weak"),
    ],
)
def test_create_user_refuses(change: dict[str, str], code: str) -> None:
    facts = {"email": "a@example.com", "name": "A", "role": Role.FDE, "password": PASSWORD, **change}
    with refused(code):
        services.create_user(by=None, **facts)
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_what_is_done_to_a_person_is_written_down_without_secrets() -> None:
    admin, person = make_user(Role.ADMIN), make_user()
    services.change_role(by=admin, user=person, role=Role.MANAGER)
    services.change_password(by=admin, user=person, password=PASSWORD + "!")
    services.deactivate(by=admin, user=person)
    events = Event.objects.filter(subject_id=person.pk).order_by("at")
    verbs = [event.verb for event in events]
    assert verbs == ["created", "role changed", "password changed", "deactivated"]
    assert events[1].data == {"before": "fde", "after": "manager"}
    assert {event.actor for event in events[1:]} == {admin}
    assert PASSWORD not in str([event.data for event in events])


def test_a_deactivated_persons_sessions_die_at_once() -> None:
    person = make_user()
    here, there = signed_in(person), signed_in(person)
    assert is_signed_in(here)
    services.deactivate(by=None, user=person)
    assert not is_signed_in(here)
    assert not is_signed_in(there)


def test_sessions_from_before_a_deactivation_stay_dead_after_reactivation() -> None:
    person = make_user()
    client = signed_in(person)
    services.deactivate(by=None, user=person)
    services.reactivate(by=None, user=person)
    assert not is_signed_in(client)
    assert is_signed_in(signed_in(person))


def test_a_new_role_counts_from_the_next_request() -> None:
    person = make_user(Role.ADMIN)
    make_user(Role.ADMIN)
    client = signed_in(person)
    assert client.get(reverse("accounts:people")).status_code == 200
    services.change_role(by=None, user=person, role=Role.FDE)
    assert client.get(reverse("accounts:people")).status_code == 403


def test_the_last_active_administrator_stays() -> None:
    admin = make_user(Role.ADMIN)
    services.deactivate(by=admin, user=make_user(Role.ADMIN))
    with refused("last_administrator"):
        services.deactivate(by=None, user=admin)
    with refused("last_administrator"):
        services.change_role(by=admin, user=admin, role=Role.FDE)


def test_nobody_deactivates_themselves() -> None:
    admin = make_user(Role.ADMIN)
    make_user(Role.ADMIN)
    with refused("oneself"):
        services.deactivate(by=admin, user=admin)


def test_a_made_password_never_resembles_its_owners_address(monkeypatch: pytest.MonkeyPatch) -> None:
    by_chance = iter(("s377pItLh4aj", "Xq0_8vR-2mWz"))  # the first is all but "hospital", as happened once
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: next(by_chance))
    made = services.made_password(email="hospital@demo.invalid", name="Demo viewer of the hospital")
    assert made == "Xq0_8vR-2mWz"


def test_ones_own_new_password_ends_every_other_session() -> None:
    person = make_user()
    here, there = signed_in(person), signed_in(person)
    answer = here.post(
        reverse("accounts:profile-password"), {"current": PASSWORD, "password": PASSWORD + "2"}
    )
    assert answer.status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_a_new_password_needs_the_present_one() -> None:
    person = make_user()
    answer = signed_in(person).post(
        reverse("accounts:profile-password"), {"current": "wrong", "password": PASSWORD + "2"}
    )
    assert answer.status_code == 409
    assert "not your present password" in answer.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_times_are_shown_in_the_readers_time_zone() -> None:
    admin = make_user(Role.ADMIN)
    services.change_profile(by=admin, user=admin, name=admin.name, timezone="Asia/Tokyo")
    page = signed_in(admin).get(reverse("accounts:person", args=[admin.pk])).content.decode()
    assert "JST" in page


@pytest.mark.django_db(transaction=True)
def test_of_two_first_administrators_one_is_made() -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def submit(number: int) -> None:
        start.wait(30)
        data = {"name": f"Admin {number}", "email": f"admin{number}@example.com", "password": PASSWORD}
        outcomes.append(str(Client().post(reverse("accounts:first-administrator"), data).status_code))
        connections.close_all()

    threads = [threading.Thread(target=submit, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert User.objects.count() == 1
    assert outcomes.count("302") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_people_with_one_address_one_is_made() -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def create() -> None:
        start.wait(30)
        try:
            services.create_user(by=None, email="a@example.com", name="A", role=Role.FDE)
            outcomes.append("made")
        except Refused as error:
            outcomes.append(error.code)
        connection.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["email_taken", "made"]
