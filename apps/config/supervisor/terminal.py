"""What the person who started Fieldwork reads: one line per event."""

import sys
import time
from collections.abc import Iterable, Mapping


def say(text: str = "") -> None:
    """Write a line. A terminal that has gone away must not stop the stopping."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        return


def event(text: str) -> None:
    """A line of the running log."""
    say(f"{time.strftime('%H:%M:%S')}  {text}")


def welcome(url: str, people: Iterable[Mapping[str, str]], first_page: str | None, home: object) -> None:
    """The address, and who signs in: the demo's people, or the page that makes the first administrator."""
    say()
    say(f"  Fieldwork is at {url}")
    if first_page:
        say(f"  Make the first administrator at {url}{first_page}")
    rows = [(person["email"], person["password"], person["role"]) for person in people]
    if rows:
        say("  Demo people (passwords of this machine, kept in keys/people.json):")
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        for email, password, role in rows:
            say(f"    {email:<{widths[0]}}  {password:<{widths[1]}}  {role}")
    say(f"  State and logs are in {home}. Ctrl-C stops everything.")
    say()
