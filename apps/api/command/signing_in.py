"""Who one is, and on which engagement one works."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from . import showing
from .stop import USAGE, Stop


def offer(commands: Any, shape: dict[str, Any]) -> None:
    """The commands login, logout, use and engagements."""
    login = commands.add_parser("login", help="remember an address and a token")
    login.add_argument("--url", help="of the Fieldwork; default: FIELDWORK_URL, or the remembered one")
    login.add_argument(
        "--token-stdin", action="store_true", help="read the token from stdin instead of asking"
    )
    login.set_defaults(run=_login)
    logout = commands.add_parser("logout", help="forget them; revoke the token on your profile")
    logout.set_defaults(run=_logout)
    use = commands.add_parser("use", help="remember which engagement to work on")
    use.add_argument("engagement", help="id, slug, client/slug, or a part of its name")
    use.set_defaults(run=_use)
    engagements = commands.add_parser("engagements", help="the engagements that you see")
    engagements.add_argument("words", nargs="*", help="in their names")
    engagements.set_defaults(run=_engagements)
    showing.offer_json(login, use, engagements)


def _login(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .asking import ask, require_token
    from .choosing import title
    from .memory import Memory, checked, path_of, recall, remember

    url = options.url or environ.get("FIELDWORK_URL", "") or recall(environ).url
    if not url:
        raise Stop(USAGE, "Where is your Fieldwork? fieldwork login --url https://…")
    url = checked(url)
    written = _token(options, url)
    require_token(written)
    memory = Memory(url, written)
    known = ask(memory, "GET", "token/")
    only = known["engagement"]
    if only:
        memory = memory._replace(engagement=only["id"], called=title(only))
    remember(environ, memory)
    if options.json:
        return showing.show_json(known)
    whom = known["person"] or title(only)
    showing.say(f"Signed in to {url} for {whom}, with the token {known['name']}.")
    showing.say(f"It may {', '.join(known['scopes'])}, until {showing.moment(known['expires_at'])}.")
    showing.say(f"Kept in {path_of(environ)}, for you alone.")
    return None


def _token(options: argparse.Namespace, url: str) -> str:
    if options.token_stdin:
        return sys.stdin.readline(1000).strip()
    if not sys.stdin.isatty():
        raise Stop(
            USAGE, "Hand the token over with --token-stdin; it is never an argument, which others could see."
        )
    from getpass import getpass

    return getpass(f"Token for {url} (make one at {url}/tokens/new/): ").strip()


def _logout(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .memory import forget

    showing.say("Forgotten." if forget(environ) else "Nothing was remembered.")


def _use(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .choosing import chosen, title
    from .memory import path_of, recall, remember

    found = chosen(recall(environ), options.engagement)
    # what the environment says instead is not what is remembered
    lasting = {name: environ[name] for name in ("HOME", "XDG_CONFIG_HOME") if name in environ}
    remember(environ, recall(lasting)._replace(engagement=found["id"], called=title(found)))
    if options.json:
        return showing.show_json(found)
    showing.say(f"From now on: {title(found)} ({path_of(environ)})")
    return None


def _engagements(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from .asking import every
    from .choosing import MOST, address
    from .memory import recall

    memory = recall(environ)
    words = " ".join(options.words)
    found = list(every(memory, "engagements/", {"q": words} if words else {}, MOST))
    if options.json:
        return showing.show_json(found)
    if not found:
        showing.say("No engagement fits." if words else "You are on no engagement yet.")
        return None
    rows = [(address(one), one["client"]["name"], one["name"], one["stage"]) for one in found]
    marks = ["*" if one["id"] == memory.engagement else " " for one in found]
    showing.table(
        [(mark, *row) for mark, row in sorted(zip(marks, rows, strict=True), key=lambda pair: pair[1])]
    )
    return None
