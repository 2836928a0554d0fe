"""Who carries deliveries: a thread beside the worker's own work, woken once, that loses nothing."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core import waking
from apps.delivery import tasks
from apps.delivery.carrier import Carrier
from apps.delivery.models import Delivery, Webhook
from apps.delivery.services import webhooks as services
from apps.delivery.services.webhooks import hearing, sending
from tests.benchmarks.fieldwork import fieldwork, manage
from tests.e2e.running import ask, until
from tests.factories import make_engagement
from tests.factories.items import make_item

from .receiving_programs import LOOPBACK, receiving, secret_of, webhook

NOBODY = "http://127.0.0.1:9/"


class TestCarrier:
    def test_it_works_once_at_a_time_and_once_more_when_asked_meanwhile(self) -> None:
        begun, go_on, times = threading.Semaphore(0), threading.Event(), []

        def work() -> None:
            times.append(threading.current_thread())
            begun.release()
            go_on.wait(20)

        carrier = Carrier(work)
        assert carrier.wake()
        assert begun.acquire(timeout=20)
        assert [carrier.wake() for _ in range(3)] == [False] * 3
        go_on.set()
        carrier.join(20)
        assert (len(times), len(set(times))) == (2, 1)
        assert threading.main_thread() not in times

    def test_what_breaks_off_is_begun_anew_when_asked_again(self) -> None:
        times: list[int] = []

        def work() -> None:
            times.append(1)
            raise RuntimeError("the database is away")

        carrier = Carrier(work)
        for count in (1, 2):
            assert carrier.wake()
            carrier.join(20)
            assert len(times) == count


@pytest.mark.django_db(transaction=True)
def test_the_task_returns_at_once_and_the_delivery_arrives(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = LOOPBACK
    one = webhook("")
    with receiving(secret_of(one)) as receiver:
        Webhook.objects.update(address=receiver.address())
        services.send_test(by=None, webhook=one)
        tasks.send_webhooks()
        tasks.carrier.join(30)
        assert [each["verified"] for each in receiver.taken] == [[True]]
    assert Delivery.objects.get().state == "done"


@pytest.mark.django_db(transaction=True)
class TestWaking:
    @pytest.fixture
    def rung(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        rung: list[str] = []
        monkeypatch.setattr(waking, "_ring", rung.append)
        return rung

    def test_a_transaction_rings_once_and_only_when_it_is_committed(self, rung: list[str]) -> None:
        engagement = make_engagement()
        webhook(NOBODY, engagement, ["item.written"])
        with transaction.atomic():
            for _ in range(5):
                make_item(engagement)
            assert rung == []
        assert rung == [hearing.TASK]
        assert Delivery.objects.count() == 5

    def test_while_one_waits_nobody_rings_again(self, rung: list[str]) -> None:
        engagement = make_engagement()
        webhook(NOBODY, engagement, ["item.written"])
        for _ in range(3):
            make_item(engagement)
        assert len(rung) == 1
        sending.claim(9)
        make_item(engagement)
        assert len(rung) == 2

    def test_two_workers_never_have_the_same_one_in_hand(self) -> None:
        one = webhook(NOBODY)
        for _ in range(3):
            services.send_test(by=None, webhook=one)
        found: list[int] = []

        def second() -> None:
            found.append(len(sending.claim(9)))
            connection.close()

        with transaction.atomic():
            assert len(sending.claim(2)) == 2
            thread = threading.Thread(target=second)
            thread.start()
            thread.join(30)
        assert found == [1]

    def test_one_that_is_being_removed_undoes_nobody_elses_work(self) -> None:
        """Whoever writes has found it already; it goes when they have finished."""
        engagement = make_engagement()
        one = webhook(NOBODY, engagement, ["item.written"])

        def remove() -> None:
            services.remove(by=None, webhook=one)
            connection.close()

        with transaction.atomic():
            item = make_item(engagement)
            thread = threading.Thread(target=remove)
            thread.start()
            until(_waits_for_a_lock, patience=30)
        thread.join(30)
        item.refresh_from_db()
        assert not Webhook.objects.exists()
        assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_webhooks_a_transaction_asks_once_whatever_it_writes() -> None:
    engagement = make_engagement()
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        for _ in range(5):
            make_item(engagement)
    asked = [one["sql"] for one in captured if "delivery_webhook" in one["sql"]]
    assert len(asked) == 1
    assert not connection.run_on_commit


@pytest.mark.django_db(transaction=True)
def test_a_webhook_made_in_the_same_transaction_hears_what_follows(settings: Any) -> None:
    settings.WEBHOOK_ALLOW = LOOPBACK
    engagement = make_engagement()
    with transaction.atomic():
        make_item(engagement)
        services.make(by=None, engagement=engagement, name="x", address=NOBODY, events=["item.written"])
        make_item(engagement)
    assert Delivery.objects.count() == 1


def _waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


PREPARE = """
from apps.delivery import secrets
from apps.delivery.models import Webhook
print(secrets.text_of(Webhook.objects.create(name="chat", address="http://127.0.0.1:9/", events=["person.changed"])))
"""
TELL = """
from apps.accounts.services import create_user
from apps.delivery.models import Webhook
Webhook.objects.update(address="{address}")
create_user(by=None, email="ada@example.com", name="Ada", role="admin")
"""


@pytest.mark.slow
def test_a_worker_is_woken_and_delivers(tmp_path: Path) -> None:
    """Without beat, so nobody but the bell can have woken it."""
    allow = {"FIELDWORK_WEBHOOK_ALLOW": "127.0.0.1/32"}
    with fieldwork(tmp_path / "home", **allow) as home:
        secret = manage(home, "shell", "-v", "0", "-c", PREPARE, **allow).stdout.strip()
        with receiving(secret) as receiver:
            manage(home, "shell", "-v", "0", "-c", TELL.format(address=receiver.address()), **allow)
            until(lambda: receiver.taken)
            until(lambda: ask(home, "SELECT 1 FROM delivery_delivery WHERE state = 'done'"))
        assert [(one["verified"], "Ada" in one["body"]) for one in receiver.taken] == [([True], False)]
