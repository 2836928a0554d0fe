"""Which engagement is meant: by its id, its slug, `client/slug`, or a part of its name that only one has."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .asking import ask, every
from .memory import Memory
from .stop import ENGAGEMENT, Stop

MOST = 500
SHOWN = 10
_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def chosen(memory: Memory, named: str) -> dict[str, Any]:
    """The engagement that is meant by `named`. Raises Stop when there is none, or more than one."""
    if is_id(named):
        with known_engagement(named):
            return dict(ask(memory, "GET", f"engagements/{named}/"))
    client, _, words = named.rpartition("/")
    found = list(every(memory, "engagements/", {"q": words}, MOST))
    if client:
        found = [one for one in found if client.casefold() in _names(one["client"])]
    exact = [one for one in found if words.casefold() in _names(one)]
    for few in (exact, found):
        if len(few) == 1:
            return few[0]
    if not found:
        near = _nearest(named, every(memory, "engagements/", {}, MOST))
        meant = f"Did you mean {' or '.join(near)}?" if near else "Yours: fieldwork engagements"
        raise Stop(ENGAGEMENT, f"No engagement that you see is called {named!r}. {meant}")
    few = exact or found
    more = f"\n  … and {len(few) - SHOWN} more" if len(few) > SHOWN else ""
    lines = "".join(f"\n  {address(one)}  {title(one)}" for one in few[:SHOWN])
    raise Stop(ENGAGEMENT, f"{named!r} may be any of these; name one as here:{lines}{more}")


def of_log(memory: Memory, named: str) -> tuple[str, str]:
    """Id and name of the engagement to log on: the named one, the remembered one, or the token's only one."""
    if not named and is_id(memory.engagement):
        return memory.engagement, memory.called
    if named or memory.engagement:
        found = chosen(memory, named or memory.engagement)
        return found["id"], title(found)
    only = ask(memory, "GET", "token/")["engagement"]
    if only is None:
        raise Stop(ENGAGEMENT, "Which engagement? Name it with -e, or once for all: fieldwork use ENGAGEMENT")
    return only["id"], title(only)


@contextmanager
def known_engagement(called: str) -> Iterator[None]:
    """Says of an engagement that is not there, or no longer seen, which one it is."""
    try:
        yield
    except Stop as stop:
        if (stop.problem or {}).get("status") != 404:
            raise
        message = f"There is no engagement {called}, or none that you see. Yours: fieldwork engagements"
        raise Stop(ENGAGEMENT, message, stop.problem) from None


def title(engagement: dict[str, Any]) -> str:
    """How an engagement is called on the screens."""
    return f"{engagement['client']['name']} · {engagement['name']}"


def address(engagement: dict[str, Any]) -> str:
    """How it is called on the command line, without doubt."""
    return f"{engagement['client']['slug']}/{engagement['slug']}"


def is_id(text: str) -> bool:
    """Whether that is an id rather than a name."""
    return _ID.fullmatch(text.lower()) is not None


def _nearest(named: str, known: Iterable[dict[str, Any]]) -> list[str]:
    """At most three addresses of engagements that are called much like it."""
    from difflib import get_close_matches

    ways = {
        name: address(one) for one in known for name in (*_names(one), *_names(one["client"]), address(one))
    }
    near = get_close_matches(named.casefold()[:100], ways, 5, 0.6)
    return list(dict.fromkeys(ways[name] for name in near))[:3]


def _names(thing: dict[str, Any]) -> set[str]:
    return {str(thing["slug"]).casefold(), str(thing["name"]).casefold()}
