"""Reads of sources and datasets, always within one engagement."""

from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
)
from django.http import Http404

from apps.core.errors import Refused
from apps.dispatch import places
from apps.dispatch import selectors as dispatch
from apps.dispatch.models import Site
from apps.engagements.models import Engagement

from .models import Dataset, Look, Source


def sources_of(engagement: Engagement) -> QuerySet[Source]:
    """The engagement's sources, newest first; each with `width` (how many columns are known), `dataset_count`, and
    whether it is `waiting` for the site. The columns themselves are not loaded."""
    width = Func(F("columns"), function="jsonb_array_length", output_field=IntegerField())
    waiting = ExpressionWrapper(
        Q(looked__isnull=False, looked__answered_at__isnull=True), output_field=BooleanField()
    )
    found = Source.objects.filter(engagement=engagement).defer("columns", "read")
    counted = found.annotate(width=width, waiting=waiting, dataset_count=Count("datasets"))
    return counted.order_by("-created_at", "pk")


def get_source(engagement: Engagement, pk: UUID) -> Source:
    """That source of the engagement, with its latest preview. Raises Http404."""
    known = Source.objects.select_related("engagement__client", "looked__plan__site")
    source = known.filter(engagement=engagement, pk=pk).first()
    if source is None:
        raise Http404("No such source.")
    return source


def datasets_of(engagement: Engagement) -> QuerySet[Dataset]:
    """The engagement's datasets, newest first, each with its source and whether it is `frozen` by an evaluation."""
    used = Dataset.objects.filter(pk=OuterRef("pk"), evaluations__isnull=False)
    found = Dataset.objects.filter(source__engagement=engagement).select_related("source")
    return (
        found.defer("source__columns", "source__read")
        .annotate(frozen=Exists(used))
        .order_by("-created_at", "pk")
    )


def get_dataset(engagement: Engagement, pk: UUID) -> Dataset:
    """That dataset of the engagement. Raises Http404."""
    known = Dataset.objects.select_related("source__engagement__client")
    dataset = known.filter(source__engagement=engagement, pk=pk).first()
    if dataset is None:
        raise Http404("No such dataset.")
    return dataset


def used_by(dataset: Dataset, most: int = 10) -> list[str]:
    """The names of the evaluations that use a dataset, newest first."""
    newest = dataset.evaluations.only("name", "version").order_by("-created_at", "pk")
    return [str(evaluation) for evaluation in newest[:most]]


def get_look(engagement: Engagement, pk: UUID) -> Look:
    """Somebody's look around on this engagement, as long as it is kept. Raises Http404."""
    look = Look.objects.select_related("inquiry__plan__site").filter(engagement=engagement, pk=pk).first()
    if look is None:
        raise Http404("No such look around.")
    return look


def site_of(engagement: Engagement) -> Site | None:
    """The site that would be asked for this engagement; None while none may serve its client."""
    try:
        return dispatch.site_for(engagement.client)
    except Refused:
        return None


def takes_uploads(site: Site | None) -> bool:
    """Whether a file can be put into the site's own folder from here: at the local site of this machine alone."""
    return site is not None and site.client_id is None and places.is_here(site)
