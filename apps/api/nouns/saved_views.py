"""Saved views: portfolios that people keep under a name."""

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.overview.models import SavedView
from apps.overview.selectors.saved_views import views_of
from apps.overview.services.saved_views import NAME, remove_view, save_view
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Noun
from .engagements import is_staff


class SavedViewOut(Out):
    """A portfolio as you keep it. query: of its address, such as health=red&group=client."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    query = serializers.CharField()
    created_at = Moment()


class SavedViewNew(Strict):
    """A view under a name of your own; the same name keeps the new one. What the portfolio does not know of a query is
    left out."""

    name = serializers.CharField(max_length=NAME)
    query = serializers.CharField(required=False, allow_blank=True, default="", max_length=1_000)


def _rows(bearer: Bearer) -> QuerySet[SavedView]:
    return views_of(bearer.user) if bearer.user else SavedView.objects.none()


def _add(asked: Asked) -> SavedView:
    return save_view(by=asked.person, **asked.sent)


SAVED_VIEWS = Noun(
    name="saved-views",
    one="saved view",
    says="Portfolios that you keep under a name.",
    scope="portfolio",
    roles=STAFF,
    rows=_rows,
    engagement="",
    out=SavedViewOut,
    orders={"name": "name", "-created_at": "created_at"},
    add=Act(_add, SavedViewNew, is_staff),
    remove=Act(lambda asked: remove_view(view=asked.row), may=is_staff),
)
