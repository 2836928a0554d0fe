"""What people type about actions."""

from .fields import RegisterForm


class ActionForm(RegisterForm):
    field_order = ["title", "owner", "due", "text", "tags", "client_visible"]
