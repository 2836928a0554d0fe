"""Slowing down those who guess passwords, without a way to lock somebody else out.

Failures are counted by e-mail address and origin. The origin is the network address, unless the browser holds
the signed cookie of an earlier sign-in of the same person: a stranger's failures never count against that
browser, even when everyone comes through one proxy. (After the device cookies of OWASP's authentication
notes.)
"""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.core.errors import Refused

from ..models import Attempt

LIMIT = 10
WINDOW = timedelta(minutes=15)


def bucket_of(*parts: str) -> str:
    """The name under which attempts are counted together; it gives no address away."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def begin(*, bucket: str, limit: int = LIMIT) -> None:
    """Count an attempt before it is made, so that many at once count too. Raises Refused above `limit` a
    quarter of an hour; refused attempts are not counted, so waiting always helps."""
    now = timezone.now()
    with transaction.atomic():
        Attempt.objects.filter(at__lt=now - WINDOW).delete()
        attempt = Attempt.objects.create(bucket=bucket, at=now)
    if Attempt.objects.filter(bucket=bucket, at__gte=now - WINDOW).count() > limit:
        attempt.delete()
        raise Refused(
            "too_many_attempts",
            "Too many attempts with this address. Wait a quarter of an hour, or reset your password.",
        )


def forgive(*, bucket: str) -> None:
    """Forget the attempts: the last one was right."""
    Attempt.objects.filter(bucket=bucket).delete()
