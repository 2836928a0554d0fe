"""What needs one first."""

import argparse
from collections.abc import Mapping
from typing import Any

from . import showing

MOST = 100


def offer(commands: Any, shape: dict[str, Any]) -> None:
    """The command today."""
    today = commands.add_parser("today", help="what needs you first, and what is due to you")
    today.add_argument(
        "-n", "--number", type=showing.number, default=10, help="of engagements, and of what is due (10)"
    )
    today.set_defaults(run=_today)
    showing.offer_json(today)


def _today(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .asking import ask
    from .memory import recall

    limit = str(min(options.number, MOST))
    found = ask(recall(environ), "GET", "today/", query={"limit": limit})
    if options.json:
        return showing.show_json(found)
    if not found["places"] and not found["due"]:
        showing.say("Nothing needs you.")
        return None
    for place in found["places"]:
        lead = f", led by {place['lead']}" if found["everybodys"] and place["lead"] else ""
        showing.say(f"{place['client']['name']} · {place['name']} ({place['colour']}{lead})")
        for reason in place["reasons"]:
            showing.say(f"  - {reason['words']}")
    if found["more"]:
        showing.say(f"  … and more; see -n, at most {MOST}")
    if found["due"]:
        showing.say("Due to you")
        rows = [
            (
                f"  {one['due']}",
                "overdue" if one["overdue"] else "",
                one["reference"],
                one["title"],
                one["client_name"],
            )
            for one in found["due"]
        ]
        showing.table(rows)
    return None
