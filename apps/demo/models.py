from django.db import models

from apps.core.models import Base


class Chapter(models.TextChoices):
    """How far the storyline is told: before any pilot, with the first pilots, to the end."""

    SCOPING = "scoping"
    PILOT = "pilot"
    LIVE = "live"


class Part(models.TextChoices):
    """What of a chapter is told at once."""

    SCOPE = "scope"
    RUNS = "runs"
    NOTES = "notes"
    GATES = "gates"

    def of(self, chapter: str) -> bool:
        """Whether that chapter has such a part."""
        return self != Part.SCOPE or chapter == Chapter.SCOPING


class Story(Base):
    """The demo on this Fieldwork: how far it has been told, and what it has made. One row, or none.

    made: {"client": {tale: id}, "engagement": {tale: id}, "person": {e-mail address: id},
    "endpoint": {name: id}, "files": {path: SHA-256}, "parts": ["chapter/part"]}, with the tale's folder and paths
    below the home. What is not written down here is not the demo's, whatever its name.
    """

    wanted = models.CharField(max_length=10, choices=Chapter)
    told = models.CharField(max_length=10, choices=Chapter, blank=True)
    endpoint = models.CharField(
        max_length=200, blank=True
    )  # where the practice endpoint answered when it was told
    made = models.JSONField(default=dict)

    class Meta:
        verbose_name = "storyline"
        verbose_name_plural = "storylines"

    def __str__(self) -> str:
        return f"told up to {self.told or 'nothing'}"
