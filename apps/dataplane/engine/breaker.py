"""The circuit breaker of one target in one run."""

AT_ONCE = frozenset({"unauthorized", "not_found"})  # no later call can do better
IN_A_ROW = 10  # final failures without a success between them


class Breaker:
    """Once tripped, a single further failure trips it again, so a resumed run tries and soon knows."""

    def __init__(self) -> None:
        self._failures = 0

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, kind: str) -> bool:
        """Count a sample's final failure; whether the endpoint must now be taken for dead."""
        self._failures += 1
        if kind not in AT_ONCE and self._failures < IN_A_ROW:
            return False
        self._failures = IN_A_ROW - 1
        return True
