from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.core.models import Versioned
from apps.engagements.models import Item, Stakeholder

from ..rules import scores
from ..rules.units import written

PARTS_OF_SCORE = ("value", "feasibility", "risk")


class Basis(models.TextChoices):
    """What a figure rests on. Figures of different bases are never added together."""

    MEASURED = "measured", "measured"
    STATED = "stated", "stated"
    ESTIMATED = "estimated", "estimated"


def _part(name: str) -> models.CheckConstraint:
    """A part of the score is none, or from 1 to 5 with a sentence why."""
    none = Q(**{f"score_{name}": None})
    said = Q(**{f"score_{name}__in": [1, 2, 3, 4, 5]}) & ~Q(**{f"{name}_why": ""})
    return models.CheckConstraint(condition=none | said, name=f"use_case_{name}_1_to_5_with_a_reason")


class UseCase(Item):
    """The problem worth solving; its title is how one speaks of it.

    steps: today's process in order, each {"step", "actor", "system", "minutes" (or None)}. volume: cases a
    month; minutes_per_case: of people's work. Each part of the score is 1 to 5 (`rules.scores`). The business
    owner is a stakeholder, somebody named in words, or both. settled_why: why it was picked or rejected.
    section_versions: how often each section of its page was changed, so that two people may change two of
    them at once.
    """

    stated_problem = models.TextField(blank=True)
    real_problem = models.TextField(blank=True)
    sufferers = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    volume = models.FloatField(null=True)
    volume_basis = models.CharField(max_length=10, choices=Basis, default=Basis.ESTIMATED)
    minutes_per_case = models.FloatField(null=True)
    minutes_basis = models.CharField(max_length=10, choices=Basis, default=Basis.ESTIMATED)
    exceptions = models.TextField(blank=True)
    limits = models.TextField(blank=True)  # constraints, in the client's words
    compliance = models.TextField(blank=True)
    score_value = models.PositiveSmallIntegerField(null=True)
    value_why = models.CharField(max_length=300, blank=True)
    score_feasibility = models.PositiveSmallIntegerField(null=True)
    feasibility_why = models.CharField(max_length=300, blank=True)
    score_risk = models.PositiveSmallIntegerField(null=True)
    risk_why = models.CharField(max_length=300, blank=True)
    business_owner = models.ForeignKey(Stakeholder, models.SET_NULL, null=True, related_name="use_cases")
    business_owner_name = models.CharField(max_length=120, blank=True)
    settled_why = models.TextField(blank=True)
    section_versions = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(volume_basis__in=Basis.values, minutes_basis__in=Basis.values),
                name="use_case_basis_known",
            ),
            models.CheckConstraint(
                condition=(Q(volume=None) | Q(volume__gte=0))
                & (Q(minutes_per_case=None) | Q(minutes_per_case__gte=0)),
                name="use_case_volume_and_minutes_not_negative",
            ),
            *[_part(name) for name in PARTS_OF_SCORE],
        ]

    def get_absolute_url(self) -> str:
        return reverse("scoping:use-case", args=[self.pk])

    @property
    def score(self) -> int | None:
        """Value × feasibility × (6 − risk); None while a part is missing."""
        return scores.score(self.score_value, self.score_feasibility, self.score_risk)

    @property
    def hours(self) -> scores.Hours | None:
        """The hours a month that it takes today, with the basis of the weakest part."""
        return scores.hours(
            self.volume,
            self.minutes_per_case,
            volume_basis=self.volume_basis,
            minutes_basis=self.minutes_basis,
        )

    @property
    def has_business_owner(self) -> bool:
        return bool(self.business_owner_id or self.business_owner_name)

    def section_version(self, section: str) -> int:
        """How often that section of its page was changed, from 1."""
        versions: dict[str, Any] = self.section_versions
        return int(versions.get(section, 1))


class Baseline(Versioned):
    """Today's measured figure of a use case: what is to be beaten."""

    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="baselines")
    metric = models.CharField(max_length=80)
    value = models.FloatField()
    unit = models.CharField(max_length=40, blank=True)
    n = models.PositiveIntegerField(null=True)
    how = models.TextField()  # how it was measured
    measured_on = models.DateField(null=True)
    basis = models.CharField(max_length=10, choices=Basis)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="baseline_basis_known"),
            models.CheckConstraint(
                condition=~Q(basis="measured") | Q(measured_on__isnull=False),
                name="baseline_measured_some_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric}: {written(self.value, self.unit)}"


class ValueAssumption(Versioned):
    """One thing that the value of a use case rests on."""

    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="assumptions")
    wording = models.CharField(max_length=200)
    value = models.FloatField()
    unit = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=10, choices=Basis)
    source = models.CharField(max_length=200, blank=True)  # who says so, or where it was measured

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="assumption_basis_known"),
            models.CheckConstraint(
                condition=Q(basis="estimated") | ~Q(source=""), name="assumption_not_estimated_has_a_source"
            ),
        ]

    def __str__(self) -> str:
        return self.wording
