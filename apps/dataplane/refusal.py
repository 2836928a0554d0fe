"""The one exception of the site's own: a thing it will not do, said in a way that may leave."""

from collections.abc import Mapping


class Refusal(Exception):
    """`code` is one of contract.errors.CODES.

    facts: harmless numbers, and words that came with the order itself. names: words out of the client's data (a column,
    a sheet), which leave only where the policy allows names. row: a keyed hash. `detail` stays in the site's own log.
    """

    def __init__(
        self,
        code: str,
        *,
        facts: Mapping[str, int | str] | None = None,
        names: Mapping[str, str] | None = None,
        row: str | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(code)
        self.code = code
        self.facts = dict(facts or {})
        self.names = dict(names or {})
        self.row = row
        self.detail = detail
