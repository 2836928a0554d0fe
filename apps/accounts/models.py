from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from apps.core.models import Versioned


class Role(models.TextChoices):
    """What a person is at Fieldwork; what they may do on one engagement is their membership's role."""

    ADMIN = "admin", "Administrator"
    MANAGER = "manager", "Manager"
    FDE = "fde", "FDE"
    CLIENT = "client", "Client viewer"


STAFF = frozenset({Role.ADMIN, Role.MANAGER, Role.FDE})


class Users(BaseUserManager["User"]):
    """Finds people by their e-mail address in whatever case it was typed."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(Versioned, AbstractBaseUser):
    """A person. The e-mail address is kept in lower case, so it is unique whatever the case."""

    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role, default=Role.FDE)
    is_active = models.BooleanField(default=True)
    timezone = models.CharField(max_length=64, default="UTC")
    generation = models.PositiveIntegerField(default=0)  # raised to end every session of this person

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[Users] = Users()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="user_email_lower_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works for the house rather than for a client."""
        return self.role in STAFF

    def get_session_auth_hash(self) -> str:
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self):  # type: ignore[no-untyped-def]  # Django's is a generator of str
        from django.conf import settings

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        salt = "apps.accounts.models.User.generation"
        return salted_hmac(
            salt, f"{self.generation}.{self.password}", secret=secret, algorithm="sha256"
        ).hexdigest()


class Attempt(models.Model):
    """A failed sign-in (or one under way), counted by where it came from; forgotten after a quarter of an
    hour."""

    bucket = models.CharField(max_length=64)  # a digest of the e-mail address and the browser's origin
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["bucket", "at"], name="attempt_of_bucket")]

    def __str__(self) -> str:
        return f"{self.bucket[:8]} at {self.at:%H:%M:%S}"
