"""The log: one line more, or what is written."""

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import showing
from .days import FORMS, since
from .stop import USAGE, Stop

LONGEST = 64 * 1024  # characters of what is logged


def offer(commands: Any, shape: dict[str, Any]) -> None:
    """The command log."""
    log = commands.add_parser("log", help="write down one line, or list what is written", **shape)
    log.add_argument("line", nargs="*", help="the line; - reads it from stdin")
    log.add_argument("-e", "--engagement", default="", help="other than the remembered one")
    log.add_argument("--list", action="store_true", help="list what is written, newest first")
    log.add_argument(
        "--kind", default="", help="of the list: note, decision, meeting, blocker, learning, change"
    )
    log.add_argument("--tag", default="", help="of the list")
    log.add_argument("--since", default="", metavar="DATE", help=f"of the list: {FORMS}")
    log.add_argument("-q", "--words", default="", help="of the list: words in it")
    log.add_argument(
        "-n", "--number", type=showing.number, default=20, help="of the list: how many lines (20)"
    )
    log.set_defaults(run=_log)
    showing.offer_json(log)


def _log(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .asking import ask
    from .choosing import known_engagement, of_log
    from .memory import recall

    if options.list == bool(options.line):
        raise Stop(USAGE, "Either a line to write down, or --list.")
    memory = recall(environ)
    if options.list:
        return _list(options, memory)
    options.text = line = _line(options.line)
    pk, called = of_log(memory, options.engagement)
    with known_engagement(called or pk):
        item = ask(memory, "POST", f"engagements/{pk}/log/", body={"line": line})
    if options.json:
        return showing.show_json(item)
    seen = ", the client sees it" if item["client_visible"] else ""
    showing.say(f"{item['reference']} {item['kind'] or item['item'].replace('_', ' ')}: {item['title']}")
    showing.say(f"on {called or 'the engagement'}{seen}")
    return None


def _list(options: argparse.Namespace, memory: Any) -> None:
    from .asking import every
    from .choosing import known_engagement, of_log

    begin = since(options.since, datetime.now().astimezone()) if options.since else ""
    pk, called = of_log(memory, options.engagement)
    asked = {"kind": options.kind, "tag": options.tag, "since": begin, "q": options.words}
    query = {name: value for name, value in asked.items() if value}
    with known_engagement(called or pk):
        found = list(every(memory, f"engagements/{pk}/log/", query, options.number))
    if options.json:
        return showing.show_json(found)
    if not found:
        showing.say("Nothing fits." if query else "Nothing is written down yet.")
        return None
    rows: list[tuple[str, ...]] = [
        (showing.moment(one["at"]), one["reference"], one["kind"], one["title"]) for one in found
    ]
    showing.table(rows)
    return None


def _line(words: list[str]) -> str:
    if words != ["-"]:
        return " ".join(words)
    try:
        text = sys.stdin.buffer.read(LONGEST + 1).decode("utf-8")
    except UnicodeDecodeError:
        raise Stop(USAGE, "What comes from stdin is not UTF-8.") from None
    if len(text) > LONGEST:
        raise Stop(USAGE, f"More than {LONGEST} characters come from stdin.")
    return text.removesuffix("\n")
