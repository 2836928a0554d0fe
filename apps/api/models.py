from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class Allowance(models.Model):
    """How much one bearer has asked within the present minute. One row each, in a database that all processes of
    the web server share; so the limit holds over all of them."""

    bearer = models.CharField(max_length=60, primary_key=True)
    began_at = models.DateTimeField()
    asked = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.bearer}: {self.asked}"


class Answer(models.Model):
    """What was answered to a request with an Idempotency-Key, given again for a day to whoever sends it again."""

    bearer = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # of method, address and body
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(encoder=DjangoJSONEncoder)
    headers = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bearer", "key"], name="answer_once_per_key")]
        indexes = [models.Index(fields=["created_at"], name="answer_oldest")]

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"
