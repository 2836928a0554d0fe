"""Starting an evaluation's run, and how it came out."""

import argparse
import time
from collections.abc import Mapping
from typing import Any

from . import showing
from .stop import ENGAGEMENT, MISSED, REFUSED, UNDECIDED, Stop

BETWEEN = 2.0  # seconds between two looks at a run
OVER = {"done", "failed", "cancelled"}
_CODES = {"missed": MISSED, "undecided": UNDECIDED}


def offer(commands: Any, shape: dict[str, Any]) -> None:
    """The command run."""
    run = commands.add_parser("run", help="start an evaluation's run, or list the evaluations")
    run.add_argument("evaluation", nargs="?", default="", help="its name; without one they are listed")
    run.add_argument("-e", "--engagement", default="", help="other than the remembered one")
    run.add_argument("--label", default="", help="of the run, by which lists show it")
    run.add_argument("--anew", action="store_true", help="freeze the rows anew")
    run.add_argument("--wait", action="store_true", help="until it is over; the exit code is its verdict")
    run.set_defaults(run=_run)
    showing.offer_json(run)


def _run(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .asking import ask, every
    from .choosing import known_engagement, of_log
    from .memory import recall

    memory = recall(environ)
    pk, called = of_log(memory, options.engagement)
    with known_engagement(called or pk):
        known = list(every(memory, f"engagements/{pk}/evaluations/", {}, 500))
    if not options.evaluation:
        return _listed(options, known)
    evaluation = _meant(options.evaluation, known)
    body = {"label": options.label, "anew": options.anew}
    run = ask(memory, "POST", f"evaluations/{evaluation['id']}/run/", body=body)
    if not options.wait:
        return _said(options, memory, run)
    while run["state"] not in OVER:
        _tell(options, run)
        time.sleep(BETWEEN)
        run = ask(memory, "GET", f"runs/{run['id']}/")
    return _concluded(options, memory, run)


def _listed(options: argparse.Namespace, known: list[dict[str, Any]]) -> None:
    if options.json:
        return showing.show_json(known)
    if not known:
        showing.say("There is no evaluation yet.")
        return None
    rows = [
        (one["name"], f"v{one['version']}", one["last_state"] or "not run", one["last_verdict"] or "")
        for one in known
    ]
    return showing.table(rows)


def _meant(named: str, known: list[dict[str, Any]]) -> dict[str, Any]:
    """The evaluation of that id or name, or the only one whose name holds it."""
    exact = [one for one in known if named in (one["id"], one["name"])]
    few = exact or [one for one in known if named.casefold() in one["name"].casefold()]
    if len(few) == 1:
        return few[0]
    names = ", ".join(one["name"] for one in few or known) or "none yet"
    raise Stop(ENGAGEMENT, f"{'Which one' if few else 'No such evaluation'}: {named!r}? There are: {names}.")


def _said(options: argparse.Namespace, memory: Any, run: dict[str, Any]) -> None:
    if options.json:
        return showing.show_json(run)
    showing.say(
        f"Run {run['number']} of {run['evaluation']['name']} v{run['evaluation']['version']}: {run['state']}"
    )
    showing.say(f"{memory.url}/runs/{run['id']}/")
    return None


def _tell(options: argparse.Namespace, run: dict[str, Any]) -> None:
    """How far it is, on a terminal's error stream, so that the answer stays alone on the other."""
    progress = run.get("progress") or {}
    showing.note(f"{run['state']}: {progress.get('done', 0):,} of {progress.get('total') or 0:,}")


def _concluded(options: argparse.Namespace, memory: Any, run: dict[str, Any]) -> None:
    showing.note("")
    _said(options, memory, run)
    if not options.json:
        for one in run["criteria"]:
            showing.say(f"  {one['verdict']:<10} {one['words']}")
    if run["state"] != "done":
        raise Stop(REFUSED, f"The run is {run['state']}: {run['reason'] or 'see its page'}.")
    if code := _CODES.get(run["verdict"] or ""):
        raise Stop(code, f"The verdict is {run['verdict']}.")
