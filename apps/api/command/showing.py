"""What the person sees: plain text, a caret under what is wrong, and nothing that would steer the terminal."""

import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any


def offer_json(*parsers: Any) -> None:
    """Commands that can print what the server answers."""
    for parser in parsers:
        parser.add_argument("--json", action="store_true", help="print what the server answers")


def number(text: str) -> int:
    """How many, as somebody types it."""
    import argparse

    if not text.isdigit() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return int(text)


def note(text: str) -> None:
    """In place of the last note, for somebody who watches; nothing where nobody does."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{safe(text)}")
        sys.stderr.flush()


def say(text: str) -> None:
    """A line of what was asked for."""
    sys.stdout.write(f"{safe(text)}\n")


def complain(text: str) -> None:
    """A line of what is wrong."""
    sys.stderr.write(f"{safe(text)}\n")


def show_json(data: Any) -> None:
    """The server's answer as it is, for programs."""
    sys.stdout.write(as_json(data, indent=2) + "\n")


def as_json(data: Any, indent: int) -> str:
    """Data as JSON. What steers a terminal, or is there and not seen, is written as its number: the same to a program,
    and in sight of people and assistants."""
    import json

    text = json.dumps(data, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return "".join(
        one if one == "\n" or unicodedata.category(one)[0] != "C" else json.dumps(one)[1:-1] for one in text
    )


def safe(text: str) -> str:
    """The text without characters that steer a terminal, whoever has written it."""
    kept = (char if char == "\n" or unicodedata.category(char)[0] != "C" else " " for char in text)
    return "".join(kept)


def problems(message: str, problem: dict[str, Any], line: str) -> None:
    """What is wrong with a request: each part of the line with a caret beneath, each field by its name."""
    errors = [one for one in problem.get("errors", []) if isinstance(one, dict)]
    if not errors:
        complain(message)
    for error in errors:
        said = " ".join(str(error[name]) for name in ("message", "hint") if error.get(name))
        if "start" in error:
            for shown in underlined(line, int(error["start"]), int(error["end"])):
                complain(shown)
            complain(said)
        else:
            complain(f"{error.get('field') or 'request'}: {said}")


def underlined(line: str, start: int, end: int) -> tuple[str, str]:
    """The one of the lines that a part begins in, and carets beneath that part (at least one)."""
    text = line.replace("\r\n", "\n").replace("\r", "\n")
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", begin)
    shown = safe(text[begin : stop if stop >= 0 else len(text)])
    before, marked = shown[: start - begin], shown[start - begin : end - begin]
    return shown, " " * width(before) + "^" * max(1, width(marked))


def width(text: str) -> int:
    """How many columns a text takes."""
    columns = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(char) else columns.get(unicodedata.east_asian_width(char), 1)
        for char in text
    )


def table(rows: Sequence[tuple[str, ...]]) -> None:
    """Rows with columns side by side."""
    widths = [max(width(safe(cell)) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [safe(cell) for cell in row]
        padded = [cell + " " * (wide - width(cell)) for cell, wide in zip(cells, widths, strict=True)]
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def moment(text: str) -> str:
    """A time of the server's in this machine's zone."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text
