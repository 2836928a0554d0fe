"""What is wrong with a spec, where, and what would be right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

MOST_TOLD = 50  # errors in the text of one exception
Path = tuple[str | int, ...]  # keys and positions from the top of the spec


@dataclass(frozen=True, slots=True)
class SpecError:
    """`line` and `column` count from 1; 0 where there is no text. `path` is such as "targets[1].kind"."""

    line: int
    column: int
    path: str
    message: str
    hint: str = ""

    def text(self, name: str) -> str:
        where = f"{name}:{self.line}:{self.column}" if self.line else name
        head = f"{where} {self.path}" if self.path else where
        return f"{head}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class InvalidSpec(Exception):
    """All that is wrong with the spec called `name`, in the order of its lines; one line of text each."""

    def __init__(self, errors: Sequence[SpecError], name: str) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: (error.line, error.column)))
        self.name = name
        lines = [error.text(name) for error in self.errors[:MOST_TOLD]]
        if len(self.errors) > MOST_TOLD:
            lines.append(f"{name}: and {len(self.errors) - MOST_TOLD} more")
        super().__init__("\n".join(lines))


def path_text(path: Path) -> str:
    """("targets", 1, "kind") → "targets[1].kind"."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def nearest(name: str, valid: Iterable[str]) -> str:
    """The hint for a name that is not one of `valid`: the nearest one, or all of them."""
    names = {known.lower(): known for known in valid}
    close = get_close_matches(name.lower(), names, n=1)
    if close:
        return f"did you mean '{names[close[0]]}'?"
    return f"valid: {', '.join(names.values())}" if names else ""
