"""Attachments: files that hang on items."""

from django.db.models import QuerySet
from django.urls import reverse
from rest_framework import serializers

from apps.engagements.models import Attachment, Item
from apps.engagements.services.attachments import attach, remove_attachment
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import ItemInPassing, reached


class AttachmentOut(Out):
    """A file on an item. media_type: what its content is; size: bytes; file: the path at which it is given out."""

    id = serializers.UUIDField()
    item = ItemInPassing()
    engagement = serializers.UUIDField(source="item.engagement_id")
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    author = PersonOut(source="by", allow_null=True)
    file = serializers.SerializerMethodField()
    created_at = Moment()

    def get_file(self, attachment: Attachment) -> str:
        """For the same bearer."""
        return reverse("api:attachments-file", args=[attachment.pk])


class AttachmentNew(Strict):
    """A file for an item, as multipart/form-data."""

    item = serializers.UUIDField()
    file = serializers.FileField(error_messages={"required": "No file has arrived.", "empty": "It is empty."})
    leaves = serializers.BooleanField(
        help_text="Say true: you know that the file leaves the client's network, and is kept at the control plane."
    )

    def validate_leaves(self, leaves: bool) -> bool:
        """Nobody sends one without knowing."""
        if not leaves:
            words = "Say that you know that the file leaves the client's network."
            raise serializers.ValidationError(words, "required")
        return leaves


def _rows(bearer: Bearer) -> QuerySet[Attachment]:
    found = Attachment.objects.filter(item__in=bearer.items(Item).order_by().values("pk"), removed_at=None)
    return found.select_related("item__engagement__client", "by").defer("item__search")


def _attach(asked: Asked) -> Attachment:
    return attach(by=asked.person, item=reached(asked, Item, "item"), file=asked.sent["file"])


def _remove(asked: Asked) -> None:
    remove_attachment(by=asked.person, attachment=asked.row)


ATTACH = Act(_attach, AttachmentNew, says="Attach a file to an item")
ATTACHMENTS = Noun(
    name="attachments",
    one="attachment",
    says="Files that hang on items. One more is sent as multipart/form-data to `attachments/upload/` below the "
    "engagement.",
    scope="comments",
    rows=_rows,
    engagement="item__engagement",
    out=AttachmentOut,
    orders={"created_at": "created_at", "-created_at": "created_at"},
    narrow={"item": Narrow(serializers.UUIDField(required=False), "item")},
    remove=Act(_remove, says="Take it away and delete the file; the history keeps its name and digest."),
)
