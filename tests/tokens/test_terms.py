"""States, terms, and what is kept of an address."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tokens import scopes
from apps.tokens.rules import terms

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(st.booleans(), st.booleans(), moments, moments)
def test_a_token_works_only_while_nothing_speaks_against_it(
    revoked: bool, open_account: bool, expires_at: datetime, now: datetime
) -> None:
    state = terms.state_of(revoked=revoked, open_account=open_account, expires_at=expires_at, now=now)
    assert (state == terms.ACTIVE) == (not revoked and open_account and now < expires_at)
    assert state in terms.STATES


@given(st.none() | moments, moments)
def test_a_use_is_written_down_at_most_once_a_minute(used_at: datetime | None, now: datetime) -> None:
    due = terms.is_use_due(used_at, now)
    assert due == (used_at is None or now >= used_at + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::9", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("unix:", ""),
        ("192.0.2.77, 10.0.0.1", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address: str, network: str) -> None:
    assert terms.truncated(address) == network


@given(st.ip_addresses())
def test_no_address_is_kept_whole(address: object) -> None:
    assert not terms.truncated(str(address)).startswith(f"{address}/32")
    assert terms.truncated(str(address)).endswith(("/24", "/48"))


def test_a_secret_is_told_from_another() -> None:
    assert terms.is_secret_of("right", terms.digest_of("right"))
    assert not terms.is_secret_of("wrong", terms.digest_of("right"))
    assert len(terms.digest_of("right")) == 64


def test_no_term_is_longer_than_a_year_or_for_ever() -> None:
    assert max(terms.DAYS) == 365
    assert min(terms.DAYS) > 0
    assert terms.DEFAULT_DAYS == 90


@pytest.mark.parametrize(
    "name", ["log", "log:", "log:delete", "Log:read", "log:read ", ":read", "log:read:x"]
)
def test_a_scope_is_a_noun_that_is_read_or_written(name: str) -> None:
    with pytest.raises(ValueError, match="noun:read"):
        scopes.register(name, "Anything.")


def test_a_scope_has_one_sentence() -> None:
    scopes.register("log:read", "Read the log.")  # the same again is no second one
    with pytest.raises(ValueError, match="already"):
        scopes.register("log:read", "Something else.")


def test_every_scope_says_what_it_lets_a_program_do() -> None:
    assert all(scope.sentence.endswith(".") and len(scope.sentence) > 10 for scope in scopes.known())
    names = {scope.name for scope in scopes.known()}
    assert {"engagements:read", "log:read", "log:write"} <= names
    assert "log:write" not in {scope.name for scope in scopes.known("client")}
