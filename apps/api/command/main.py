"""`fieldwork`: Fieldwork from the terminal."""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

from . import assistant, exporting, running, showing, signing_in, today, writing
from .stop import DONE, INTERRUPTED, MEANINGS, USAGE, Stop

ABOUT = """Log what happens on an engagement, see what needs you, start runs, take everything along.

  fieldwork login --url https://fieldwork.example.com
  fieldwork use northwind-bank/support-triage
  fieldwork log '/decision Use the replica because it is quick #data'
  fieldwork log '/action @maria fri Send the contract'
  fieldwork log '/access security Review of the API !internal'
  git log -1 --format=%B | fieldwork log -
  fieldwork today
  fieldwork run triage --wait
  fieldwork export notes/
  fieldwork mcp

The client sees milestones, access requests and what says !client; nothing that says !internal. What only looks
like @somebody stands in backticks. Single quotes keep # and ! from the shell."""
ENVIRONMENT = """environment (wins over what is remembered):
  FIELDWORK_URL, FIELDWORK_TOKEN, FIELDWORK_ENGAGEMENT"""


def main(argv: list[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Run the command; returns its exit code (see stop.MEANINGS)."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    options = _parser().parse_args(argv)
    try:
        for said in (*(sys.argv[1:] if argv is None else argv), environ.get("FIELDWORK_ENGAGEMENT", "")):
            _require_text(said)
        options.run(options, environ)
        sys.stdout.flush()
    except Stop as stop:
        _end(options, stop)
        return stop.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return DONE


def _parser() -> argparse.ArgumentParser:
    shape: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(
        prog="fieldwork", description=ABOUT, epilog=f"{ENVIRONMENT}\n\n{MEANINGS}", **shape
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for verbs in (signing_in, writing, today, running, exporting, assistant):
        verbs.offer(commands, {"epilog": ABOUT, **shape})
    return parser


def _require_text(said: str) -> None:
    try:
        said.encode()
    except UnicodeEncodeError:
        raise Stop(USAGE, "What the command was given is not UTF-8.") from None


def _end(options: argparse.Namespace, stop: Stop) -> None:
    if stop.problem and getattr(options, "json", False):
        showing.show_json(stop.problem)
    elif stop.problem:
        showing.problems(stop.message, stop.problem, getattr(options, "text", ""))
    else:
        showing.complain(stop.message)


if __name__ == "__main__":
    sys.exit(main())
