"""The months that usage events lie in: one partition each, made before anything is written into it."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from apps.core.locks import hold

TABLE = "adoption_usageevent"
AHEAD = 3  # months that are there before anybody needs them


def month_of(at: date | datetime) -> date:
    """The first day of its month (UTC)."""
    return date(at.year, at.month, 1)


def following(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def ensure(months: Iterable[date]) -> list[date]:
    """See to it that these months have a partition; those that were made. An empty table is attached, which stops
    neither readers nor writers of the others."""
    missing = _missing(months)
    if missing:
        with transaction.atomic():
            hold("adoption.partitions")
            missing = _missing(missing)
            for month in missing:
                _make(month)
    return missing


def ahead_of(today: date) -> list[date]:
    """This month and the next ones."""
    months = [month_of(today)]
    while len(months) <= AHEAD:
        months.append(following(months[-1]))
    return months


def _name(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def _missing(months: Iterable[date]) -> list[date]:
    wanted = {_name(month): month for month in sorted(set(months))}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
            "WHERE inhparent = %s::regclass AND relname = ANY(%s)",
            [TABLE, list(wanted)],
        )
        there = {name for (name,) in cursor}
    return [month for name, month in wanted.items() if name not in there]


def _make(month: date) -> None:
    name = _name(month)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name} "
            f"FOR VALUES FROM ('{month} 00:00+00') TO ('{following(month)} 00:00+00')"
        )
