"""What people say about being told, and about webhooks."""

from .notices import MuteForm, NoticesForm
from .webhooks import WebhookEditForm, WebhookForm

__all__ = ["MuteForm", "NoticesForm", "WebhookEditForm", "WebhookForm"]
