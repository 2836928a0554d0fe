"""What hangs on an item of whatever kind: approvals, comments, attachments, links."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.core.models import Base, Versioned

from .items import Item


class Answer(models.TextChoices):
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


class Approval(Base):
    """Somebody is asked to approve a gate or a success criterion, and answers under their own name, once.

    digest: SHA-256 of what was approved, as the kind's own app states it; once that changes, the approval is
    for something that no longer exists.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="approvals")
    asked_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="approvals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due = models.DateField(null=True)
    note = models.TextField(blank=True)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)  # what they said with their answer
    digest = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__in=["", *Answer.values]), name="approval_answer_known"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, digest="")
                | ~Q(answer="") & Q(answered_at__isnull=False) & ~Q(digest=""),
                name="approval_answered_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(answer="declined") | ~Q(words=""), name="approval_declined_with_words"
            ),
            models.UniqueConstraint(
                fields=["item", "asked_of"],
                condition=Q(answer="", withdrawn_at=None),
                name="approval_open_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_of} on {self.item}"


class Comment(Versioned):
    """What somebody says about an item. An internal one is not for the client's viewers."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="comments")
    text = models.TextField()  # Markdown
    internal = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]

    def __str__(self) -> str:
        return f"comment on {self.item}"


class Attachment(Base):
    """A file kept at the control plane, so outside of the client's network. media_type is what its content
    is, not what its sender says; `path` is a random name below ATTACHMENTS."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="attachments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=80, unique=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Relation(models.TextChoices):
    """How one item stands to another; read from `source` to `target`."""

    CONCERNS = "concerns", "concerns"
    BLOCKS = "blocks", "blocks"
    MITIGATES = "mitigates", "mitigates"
    REPLACES = "replaces", "replaces"


class Link(Base):
    """Two items of one engagement belong together. What blocks one another never goes round in a circle."""

    source = models.ForeignKey(Item, models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Item, models.CASCADE, related_name="links_in")
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.CONCERNS)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "relation"], name="link_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_to_something_else"),
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="link_relation_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.relation} {self.target}"
