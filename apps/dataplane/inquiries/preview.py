"""Opening a source: which columns it has and what they hold, over its first rows."""

from dataclasses import dataclass, field
from itertools import chain, islice

from ..contract.plan import Plan
from ..readers import open_table
from ..readers.access import Access
from ..snapshots.filtering import number_of

READ = 5_000  # rows that are looked at
SHOWN = 5  # rows that a level may let leave
DISTINCT = 1_000  # values of a column that are told apart


@dataclass
class Column:
    """Facts of one column; lengths in characters of the values that are not empty."""

    name: str
    filled: int = 0
    numeric: int = 0
    shortest: int = 0
    longest: int = 0
    values: set[str] = field(default_factory=set, repr=False)

    def see(self, value: str | None) -> None:
        if not value:
            return
        length = len(value)
        self.shortest = min(self.shortest, length) if self.filled else length
        self.longest = max(self.longest, length)
        self.filled += 1
        self.numeric += number_of(value) is not None
        if len(self.values) < DISTINCT:
            self.values.add(value)


@dataclass(frozen=True)
class Preview:
    """read: rows looked at; whole: whether there are no others; rows: the first few, as they are."""

    columns: list[Column]
    rows: list[list[str]]
    read: int
    whole: bool
    warnings: tuple[str, ...]


def preview(plan: Plan, access: Access) -> Preview:
    """Read the first rows of the plan's source. Raises whatever the reader refuses."""
    with open_table(plan.dataset.source, access) as table:
        columns = [Column(name) for name in table.columns]
        shown: list[list[str]] = []
        read = 0
        rows = chain.from_iterable(table.batches)
        for row in islice(rows, READ):
            read += 1
            if len(shown) < SHOWN:
                shown.append([value or "" for value in row])
            for column, value in zip(columns, row, strict=True):
                column.see(value)
        whole = read < READ or next(rows, None) is None
        return Preview(columns, shown, read, whole, tuple(table.warnings))
