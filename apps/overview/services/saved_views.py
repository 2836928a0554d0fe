"""Portfolios that people keep under a name."""

from django.db import transaction
from django.http import QueryDict

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line

from ..models import SavedView
from ..selectors.narrowing import chosen_of
from ..selectors.saved_views import views_of

NAME = 60
MOST = 50  # of one person


@transaction.atomic
def save_view(*, by: User, name: str, query: str) -> SavedView:
    """Keep what an address asks for under a name of one's own; the same name keeps the new one. What the portfolio
    does not know of it is left out. Raises Refused without a name and for too many."""
    name = one_line(name, limit=NAME, field="name")
    if not name:
        raise Refused("name", "Give the view a name.", field="name")
    hold("overview.view", str(by.pk))
    asked = chosen_of(QueryDict(query)).query()
    known = views_of(by).filter(name__iexact=name).first()
    if known:
        known.name, known.query = name, asked
        known.save(update_fields=["name", "query"])
        return known
    if views_of(by).count() >= MOST:
        raise Refused("many", f"You keep {MOST} views already; remove one first.", field="name")
    return SavedView.objects.create(owner=by, name=name, query=asked)


def remove_view(*, view: SavedView) -> None:
    """Forget a view; the engagements are not touched."""
    view.delete()
