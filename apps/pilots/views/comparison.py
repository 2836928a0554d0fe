"""Two runs, or two targets of one, side by side."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.accounts.access import EVERYONE, PersonRequest, access
from apps.core.errors import Refused
from apps.core.web import page_or_fragment
from apps.dataplane.contract.privacy import Level
from apps.engagements.selectors import visible_to

from ..presenters import comparison as presenters
from ..rules.pairing import why_apart
from ..selectors import flips
from ..selectors.compared import Compared, two

FLIPS = "flips"


@access(roles=EVERYONE)
def comparison(request: PersonRequest) -> HttpResponse:
    """The runs a= and b=, of which this person must see both; run= twice is how a list chooses them. Specs and single
    samples are shown to staff alone."""
    if chosen := request.GET.getlist("run"):
        if len(set(chosen)) != 2:
            raise Refused(
                "not_two", "Choose exactly two runs to compare; their boxes stand at the left of each row."
            )
        older, newer = sorted(two(visible_to(request.user), dict(zip("ab", chosen, strict=False))), key=_age)
        query = urlencode({"a": older.run.pk, "b": newer.run.pk})
        return redirect(f"{reverse('pilots:compare')}?{query}")
    a, b = two(visible_to(request.user), request.GET)
    scorer = _scorer(request, a, b)
    context: dict[str, Any] = {"a": a, "b": b, "scorer": scorer, "address": _address(request)}
    paired = not why_apart(a.ground, b.ground)
    if request.headers.get("HX-Target") != FLIPS:
        found = presenters.compared(a, b, scorer)
        paired = not found.apart
        context["found"] = found
        if request.user.is_staff_member:
            context["changes"] = presenters.changes(a, b)
    if scorer and paired and request.user.is_staff_member:
        context |= _flips(request, a, b, scorer)
    return page_or_fragment(
        request,
        "pilots/run_compare.html",
        context,
        fragments={FLIPS: "pilots/_flips.html", "comparison": "pilots/_comparison.html"},
    )


def _flips(request: PersonRequest, a: Compared, b: Compared, scorer: str) -> dict[str, Any]:
    levels = (Level(each.run.level) for each in (a, b))
    return {
        "flips": flips.page(a.side, b.side, scorer, request.GET),
        "ways": flips.WAYS,
        "texts": any(level.includes(Level.REDACTED) for level in levels),
    }


def _scorer(request: PersonRequest, a: Compared, b: Compared) -> str:
    shared = presenters.shared_scorers(a, b)
    asked = request.GET.get("metric", "")
    return asked if asked in shared else (shared[0] if shared else "")


def _address(request: PersonRequest) -> str:
    """This comparison without the place in its list of flips."""
    query = request.GET.copy()
    for name in ("after", "way"):
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}"


def _age(side: Compared) -> Any:
    return side.run.created_at
