"""Rates, waits and breakers, on a clock that the test moves."""

from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dataplane.budget import USD, cap_of, price_of
from apps.dataplane.contract.plan import Price
from apps.dataplane.engine.breaker import IN_A_ROW, Breaker
from apps.dataplane.engine.limits import Bucket
from apps.dataplane.engine.retry import BASE, LONGEST, LONGEST_TOLD, backoff, retry_after


@settings(deadline=None)
@given(st.integers(1, 100_000), st.lists(st.floats(0, 5), max_size=200))
def test_no_window_holds_more_than_its_share_and_one_seconds_worth(per_minute: int, pauses: list[float]):
    now, bucket, taken = 1000.0, Bucket(per_minute, 1000.0), []
    for pause in pauses:
        now += pause
        now += bucket.delay(1, now)
        bucket.take(1, now)
        taken.append(now)
    rate, burst = per_minute / 60, max(1.0, per_minute / 60)
    for at, start in enumerate(taken):
        for end in range(at, len(taken)):
            assert end - at + 1 <= (taken[end] - start) * rate + burst + 1e-3


@settings(deadline=None)
@given(st.integers(1, 6000), st.lists(st.integers(1, 10_000), min_size=1, max_size=50))
def test_amounts_beyond_the_capacity_wait_and_leave_a_debt(per_minute: int, amounts: list[int]):
    now, bucket = 0.0, Bucket(per_minute, 0.0)
    for amount in amounts:
        now += bucket.delay(amount, now)
        bucket.take(amount, now)
    spent, rate = sum(amounts[:-1]), per_minute / 60
    assert now >= (spent - bucket.capacity) / rate - 1e-3


@settings(deadline=None)
@given(st.lists(st.integers(2, 1000), min_size=1, max_size=30))
def test_what_is_refunded_may_be_taken_at_once(amounts: list[int]):
    bucket = Bucket(60_000, 0.0)
    bucket.delay(1000, 1.0)
    for amount in amounts:
        bucket.take(amount, 1.0)
        bucket.refund(amount, 1.0)
    assert bucket.delay(1000, 1.0) == 0.0


@settings(deadline=None)
@given(st.integers(1, 10_000))
def test_waits_are_jittered_grow_and_have_an_end(failures: int):
    assert 0 <= backoff(failures) <= min(LONGEST, BASE * 2.0 ** min(failures - 1, 16))
    assert 3.0 <= backoff(failures, told=3.0) <= 4.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("2", 2.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("99999", LONGEST_TOLD),
        ("nan", None),
        ("inf", LONGEST_TOLD),
        ("soon", None),
        (formatdate(1030, usegmt=True), 30.0),
        (formatdate(900, usegmt=True), 0.0),
        ("Mon, 99 Foo 9999 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_has_an_end(header: str | None, seconds: float | None):
    assert retry_after(header, now=1000.0) == seconds


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_retry_after_header_is_too_strange(header: str):
    found = retry_after(header)
    assert found is None or 0 <= found <= LONGEST_TOLD


def test_the_breaker_counts_failures_in_a_row():
    breaker = Breaker()
    assert not any(breaker.failed("timeout") for _ in range(IN_A_ROW - 1))
    breaker.succeeded()
    assert [breaker.failed("timeout") for _ in range(IN_A_ROW)] == [False] * (IN_A_ROW - 1) + [True]
    assert breaker.failed("timeout")  # resumed: one more is enough
    breaker.succeeded()
    assert not breaker.failed("timeout")


@pytest.mark.parametrize("kind", ["unauthorized", "not_found"])
def test_the_breaker_trips_at_once_where_no_call_can_succeed(kind: str):
    breaker = Breaker()
    breaker.succeeded()
    assert breaker.failed(kind)


@settings(deadline=None)
@given(
    st.decimals(0, 1000, places=4),
    st.decimals(0, 1000, places=4),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_prices_are_whole_picodollars_and_never_too_low(read, written, tokens_in: int, tokens_out: int):
    price = Price(input=float(read), output=float(written))
    assert price_of(price, tokens_in, tokens_out) == (read * tokens_in + written * tokens_out) * 10**6


def test_absurd_money_still_fits():
    assert price_of(Price(input=1e300, output=1e300), 2**31, 2**31) < 2**61
    assert cap_of(1e300) < 2**61
    assert (cap_of(-1.0), cap_of(5.0)) == (0, 5 * USD)
    assert price_of(None, 5, 5) == 0
