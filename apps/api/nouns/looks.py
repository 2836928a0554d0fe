"""Looks: somebody looking around at a site for what may be a source."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.connectors import presenters, services
from apps.connectors.forms.sources import PATH, REFERENCE
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import Operation
from apps.dispatch.models import Inquiry
from apps.engagements.selectors import workable_by
from apps.tokens.selectors import Bearer

from ..fields import Out, Strict
from ..noun import Act, Asked, Noun
from .inquiries import InquiryOut

KINDS = ["folder", "file", "table", "view"]


class LookEntryOut(Out):
    """Something that lies there. size: bytes of a file; rows: about how many a table holds; path: for the next look, or
    of the file; source: what adding a source takes for it, null for what is none."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    size = serializers.IntegerField(allow_null=True)
    rows = serializers.IntegerField(allow_null=True)
    path = serializers.CharField(allow_null=True)
    source = serializers.DictField(child=serializers.CharField(), allow_null=True)  # type: ignore[assignment]


class LookOut(InquiryOut):
    """A look around. path, dsn: where; an empty path is wherever its site begins."""

    path = serializers.CharField(source="look.place.path", allow_null=True, default=None)
    dsn = serializers.CharField(source="look.place.dsn", allow_null=True, default=None)


class LookWhole(LookOut):
    """A look around with what lies there, as far as the site lets names leave. more: there are others, which are not
    listed."""

    entries = serializers.SerializerMethodField()
    more = serializers.SerializerMethodField()

    def get_entries(self, inquiry: Any) -> list[dict[str, Any]]:
        """Folders first; none before the answer."""
        around = presenters.around(inquiry.look, "")
        is_place = "path" in inquiry.look.place
        shown = [
            {
                **entry,
                "path": entry["path"] if is_place else None,
                "source": entry["source"] or None,
            }
            for entry in (*around.folders, *around.others)
        ]
        return list(LookEntryOut(shown, many=True).data)

    def get_more(self, inquiry: Any) -> bool:
        """Whether there are."""
        return bool(inquiry.answer and inquiry.answer["more"])


class LookNew(Strict):
    """Where to look: in a folder, or which tables a login may read, such as secret:warehouse; without either wherever
    the site begins."""

    path = serializers.CharField(required=False, max_length=PATH, trim_whitespace=False)
    dsn = serializers.CharField(required=False, max_length=REFERENCE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two."""
        if len(attrs) > 1:
            raise serializers.ValidationError({"dsn": ["Say a path or a login, not both."]}, "both")
        return attrs


def _rows(bearer: Bearer) -> QuerySet[Inquiry]:
    """Of the engagements that one works on, as on their pages."""
    found = Inquiry.objects.filter(
        operation=Operation.BROWSE,
        look__isnull=False,
        engagement__in=bearer.engagements().order_by().values("pk"),
    )
    if bearer.user is not None:
        found = found.filter(engagement__in=workable_by(bearer.user).order_by().values("pk"))
    related = found.select_related(
        "look__inquiry__plan__site", "plan__site", "asked_by", "engagement__client"
    )
    return related.defer("plan__body", "look__inquiry__plan__body")


def _look(asked: Asked) -> Inquiry:
    """By a person, because whose files may be named is asked of the person."""
    sent = asked.sent
    place: plan.FolderSource | plan.PostgresSource = (
        plan.PostgresSource(dsn=sent["dsn"])
        if "dsn" in sent
        else plan.FolderSource(path=sent.get("path", ""))
    )
    return services.look_around(by=asked.person, engagement=asked.engagement, place=place).inquiry


LOOKS = Noun(
    name="looks",
    one="look",
    says="Looking around at the client's site: what lies in a folder, or which tables a login may read. Asked for with "
    "202, answered by the site, kept for a day.",
    scope="data",
    roles=STAFF,
    rows=_rows,
    out=LookOut,
    whole=LookWhole,
    orders={"-asked_at": "asked_at"},
    add=Act(_look, LookNew, later=True),
    moves=True,
)
