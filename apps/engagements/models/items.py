from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from apps.core.models import Versioned
from apps.core.reversing import reverse_row

from ..rules import items as rules
from .engagements import Engagement

TITLE = 200  # characters
TEXT = 20_000


class Kind(models.TextChoices):
    """What is written down on an engagement."""

    ENTRY = "entry", "Log entry"
    RISK = "risk", "Risk"
    ASSUMPTION = "assumption", "Assumption"
    ISSUE = "issue", "Issue"
    DEPENDENCY = "dependency", "Dependency"
    ACTION = "action", "Action"
    MILESTONE = "milestone", "Milestone"
    ACCESS_REQUEST = "access_request", "Access request"
    STAKEHOLDER = "stakeholder", "Stakeholder"
    GATE = "gate", "Gate"
    USE_CASE = "use_case", "Use case"
    CRITERION = "criterion", "Success criterion"


class Item(Versioned):
    """Anything written down on an engagement. It has a reference (R-4), may be linked, commented on, attached
    to, approved, searched for and followed in the timeline; a model of its own holds what its kind has
    besides.

    `at` is when it happened, `due` a date in nobody's time zone. Not `client_visible` means that no client
    viewer learns of it, in whatever way; ask `selectors.items`, never the table.
    """

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20, choices=Kind, editable=False)
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=TITLE)
    text = models.TextField(blank=True)  # Markdown
    state = models.CharField(max_length=20)
    client_visible = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="written_items")
    at = models.DateTimeField(default=timezone.now)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_items")
    due = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    tags = ArrayField(models.CharField(max_length=40), default=list)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    search: Any = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("text", weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "number"], name="item_number_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="item_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    *[Q(kind=kind, state__in=list(states)) for kind, states in rules.STATES.items()],
                    _connector=Q.OR,
                ),
                name="item_state_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, state__in=sorted(rules.OPEN))
                | Q(closed_at__isnull=False) & ~Q(state__in=sorted(rules.OPEN)),
                name="item_closed_when_its_state_says_so",
            ),
            models.CheckConstraint(
                condition=Q(client_visible=False) | ~Q(kind__in=sorted(rules.INTERNAL)),
                name="item_stays_internal",
            ),
            models.CheckConstraint(
                condition=Q(client_visible=True, removed_at=None) | ~Q(kind__in=sorted(rules.KEPT)),
                name="item_kept_in_sight",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="item_has_title"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="item_search"),
            # what is looked for while one types; among as many log entries as there may be
            GinIndex(fields=["search"], condition=~Q(kind="entry"), name="item_search_things"),
            GinIndex(fields=["tags"], name="item_tags"),
            models.Index("engagement", F("at").desc(), F("id").desc(), name="item_of_engagement"),
            models.Index(F("at").desc(), F("id").desc(), name="item_latest"),
            models.Index("engagement", "kind", "state", name="item_of_kind"),
            models.Index(
                fields=["owner", "due"], condition=Q(closed_at=None, removed_at=None), name="item_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse_row("items:detail", self.pk)

    @property
    def reference(self) -> str:
        """How one speaks of it on its engagement, such as "R-4"."""
        return rules.reference_of(self.kind, self.number)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.closed_at is None
