from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from apps.core.models import Versioned


class Kind(models.TextChoices):
    """The API that an endpoint speaks."""

    OPENAI = "openai", "OpenAI-compatible"
    ANTHROPIC = "anthropic", "Anthropic"


class Place(models.TextChoices):
    """Where a model runs: what a regulated buyer asks first."""

    CLIENT = "client", "At the client"
    CLIENT_CLOUD = "client_cloud", "The client's own cloud"
    OUR_CLOUD = "our_cloud", "Our cloud region"
    VENDOR = "vendor", "A vendor's cloud"
    OTHER = "other", "Elsewhere"


class Endpoint(Versioned):
    """A callable model, kept once and chosen by name. Without a client it is there for every client.

    Never deleted: evaluations have copied what it says. `api_key` is a reference; the key itself stays at the site.
    Prices in USD per million tokens, None where not given, which counts as zero. `params`, `headers`: as in a target
    of a spec. What the last try came to: `tried_at`, `tried_site`, `outcome` (a code, see `rules.trials`) and `result`
    (the site's report); empty again once what is called has changed.
    """

    name = models.CharField(max_length=120)
    client = models.ForeignKey("engagements.Client", models.PROTECT, null=True, related_name="endpoints")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OPENAI)
    base_url = models.CharField(max_length=500)
    model = models.CharField(max_length=200)
    api_key = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    price_input = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    price_output = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    priced_at = models.DateTimeField(null=True)  # since when it has that price here
    headers = models.JSONField(default=dict)
    ca = models.CharField(max_length=500, blank=True)
    proxy = models.CharField(max_length=500, blank=True)
    place = models.CharField(max_length=12, choices=Place, default=Place.VENDOR)
    place_words = models.CharField(max_length=200, blank=True)
    notes = models.TextField(max_length=2000, blank=True)
    retired_at = models.DateTimeField(null=True)
    trial = models.OneToOneField("dispatch.Inquiry", models.SET_NULL, null=True, related_name="endpoint")
    tried_at = models.DateTimeField(null=True)
    tried_site = models.ForeignKey("dispatch.Site", models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=40, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint("client", Lower("name"), name="endpoint_name_once_per_client"),
            models.UniqueConstraint(
                Lower("name"), condition=Q(client=None), name="endpoint_name_once_for_every_client"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="endpoint_kind_known"),
            models.CheckConstraint(condition=Q(place__in=Place.values), name="endpoint_place_known"),
            models.CheckConstraint(
                condition=(Q(price_input=None) | Q(price_input__gte=0))
                & (Q(price_output=None) | Q(price_output__gte=0)),
                name="endpoint_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:endpoint", args=[self.pk])

    def as_target(self) -> dict[str, Any]:
        """The keys of a spec's target, with those that are empty left out; name and prompt are the evaluation's."""
        prices = {"input": self.price_input, "output": self.price_output}
        said: dict[str, Any] = {
            "kind": self.kind,
            "base_url": self.base_url,
            "model": self.model,
            "api_key": self.api_key,
            "params": self.params,
            "price": {name: float(price) for name, price in prices.items() if price is not None},
            "headers": self.headers,
            "ca": self.ca,
            "proxy": self.proxy,
        }
        return {name: value for name, value in said.items() if value}
