"""`fieldwork-site`: everything that is done at a site, from a terminal. No Django."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from getpass import getpass
from pathlib import Path

from . import keyring
from .contract.broker import celery_settings
from .contract.privacy import Level
from .grants import grant
from .labels import Labels
from .policy import in_words
from .purge import purge, purge_runs
from .redaction import COVERED
from .refusal import Refusal
from .show import sample_lines
from .site import SiteError, create_site, load_site
from .stopping import stop_on_signals

STATE = Path(".fieldwork/sites/local")  # of the site that `make run` sets up
FAILED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 nothing found, 2 wrong usage or a folder that cannot be used."""
    options = _parser().parse_args(arguments)
    action: Callable[[argparse.Namespace], int] = options.action
    try:
        return action(options)
    except (SiteError, ValueError) as error:
        return _complain(str(error), FAILED)
    except Refusal as error:
        return _complain(error.detail or error.code, FAILED)
    except LookupError as error:
        return _complain(str(error.args[0]), 1)
    except OSError as error:
        return _complain(f"{error.filename or ''}: {error.strerror}".lstrip(": "), FAILED)


def _init(options: argparse.Namespace) -> int:
    celery_settings(options.broker)  # raises ValueError for an address of another kind
    site = create_site(
        options.state,
        id=options.id,
        name=options.name,
        control_key=_key_text(options.control_key),
        broker=options.broker,
        roots=options.root,
        level=Level(options.level),
        names=options.names,
    )
    if options.json:
        _say(json.dumps({"id": site.id, "public_key": site.public_key}))
    else:
        _say(f"Site {site.id} is set up in {site.state}; its policy is {site.state / 'policy.toml'}.")
        _say("Enrol it with this public key:")
        _say(site.public_key)
    return 0


def _run(options: argparse.Namespace) -> int:
    site = load_site(options.state)
    site.policy()  # raises before anything starts
    stop_on_signals()
    from .worker import run  # the engine and Celery take seconds that the other commands need not wait

    run(site, lambda: _say(f"site {site.id} takes orders from queue {site.queue}; stop it with Ctrl-C"))
    return 0


def _show(options: argparse.Namespace) -> int:
    for line in sample_lines(load_site(options.state), options.run, options.sample):
        _say(line)
    return 0


def _policy(options: argparse.Namespace) -> int:
    site = load_site(options.state)
    _say(f"Policy of site {site.id} ({site.state / 'policy.toml'}):")
    for line in in_words(site.policy()):
        _say(f"- {line}")
    _say(f"- Masked at level redacted: {'; '.join(COVERED)}. Nothing else is: no names, no addresses.")
    return 0


def _names(options: argparse.Namespace) -> int:
    for label, column, value in Labels(load_site(options.state).state).all():
        _say(f"{label}\t{column}={value}")
    return 0


def _grant(options: argparse.Namespace) -> int:
    site = load_site(options.state)
    missing = [name for name in options.env if name not in os.environ]
    if missing:
        raise SiteError(f"--env {missing[0]}: no such environment variable here")
    values = {name: os.environ[name] for name in options.env}
    _say(str(grant(site.state, options.run, options.folder, values)))
    return 0


def _secret(options: argparse.Namespace) -> int:
    folder = load_site(options.state).folder("secrets")
    if not options.name:
        for name in keyring.names(folder):
            _say(name)
    elif options.remove:
        keyring.forget(folder, options.name)
        _say(f"{options.name} is no longer stored")
    else:
        value = getpass("Value (not shown): ") if sys.stdin.isatty() else sys.stdin.read()
        keyring.store(folder, options.name, value)
        _say(f"Stored. Refer to it as secret:{options.name}; the worker need not be restarted.")
    return 0


def _purge(options: argparse.Namespace) -> int:
    site = load_site(options.state)
    files, answers = purge_runs(site, options.run) if options.run else purge(site, options.older_than)
    _say(f"{files} files and {answers} cached answers removed")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fieldwork-site", description="The part of Fieldwork that runs where the data is."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, action: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.add_argument(
            "--state",
            type=Path,
            default=STATE,
            metavar="DIR",
            help="the site's folder (default: %(default)s)",
        )
        made.set_defaults(action=action)
        return made

    _init_options(
        command("init", _init, "Set up a site's folder: settings, keys, policy. Keeps what is there.")
    )
    command("run", _run, "Work in the foreground until stopped; one worker per folder.")
    _show_options(command("show", _show, "Print what the site keeps of one sample, for all targets."))
    command("policy", _policy, "Print, in words, what may leave this site.")
    command("names", _names, "Print what the labels (column#1) stand for.")
    _grant_options(command("grant", _grant, "Let one run use a folder outside the roots, and variables."))
    _secret_options(
        command("secret", _secret, "Store a credential for secret:NAME; its value is read, never shown.")
    )
    _purge_options(
        command("purge", _purge, "Delete extents, results, grants and cached answers of old runs.")
    )
    return parser


def _init_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--id", required=True, metavar="UUID", help="the site's id, from the control plane")
    parser.add_argument("--name", required=True, help="what people call the site")
    parser.add_argument(
        "--control-key", required=True, metavar="FILE_OR_JSON", help="the control plane's public key (JWK)"
    )
    parser.add_argument(
        "--broker",
        required=True,
        metavar="URL",
        help="amqp://…, pgmq://… or 'pgmq:host=/run/x user=… dbname=…'",
    )
    parser.add_argument(
        "--root",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a folder to read from; repeatable",
    )
    parser.add_argument(
        "--level",
        choices=[str(level) for level in Level],
        default=str(Level.SCORES),
        help="the highest privacy level that may leave (default: %(default)s)",
    )
    parser.add_argument("--names", action="store_true", help="let names of columns, labels and slices leave")
    parser.add_argument("--json", action="store_true", help='print {"id", "public_key"} and nothing else')


def _show_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="the run's id")
    parser.add_argument(
        "sample", metavar="SAMPLE", help="its number, its key, or an unambiguous beginning of the key"
    )


def _grant_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="the run's id")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to open")
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        metavar="NAME",
        help="hand over a variable of this environment, for env:NAME in this run alone; repeatable",
    )


def _secret_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="without it: list the names that are stored")
    parser.add_argument("--remove", action="store_true", help="delete it")


def _purge_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--older-than", type=_days, default=30.0, metavar="DAYS", help="untouched for so long (default: 30)"
    )
    parser.add_argument(
        "--run",
        action="append",
        default=[],
        metavar="RUN",
        help="these runs instead, whatever their age; repeatable",
    )


def _key_text(text: str) -> str:
    return text if text.lstrip().startswith("{") else Path(text).read_text()


def _days(text: str) -> float:
    days = float(text)
    if not 0 <= days < 100_000:
        raise argparse.ArgumentTypeError("a number of days from 0 on")
    return days


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"fieldwork-site: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
