from django.apps import AppConfig


class AdoptionConfig(AppConfig):
    name = "apps.adoption"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.accounts.models import STAFF
        from apps.engagements import panels
        from apps.tokens import scopes

        scopes.register("usage:write", "Send usage events, and say who has a seat.")
        scopes.register("usage:read", "Read how the application is used: metrics, never events.", STAFF)
        panels.register_tab(70, "Sending", "adoption:sending", covers=["adoption:counting"], group="Use")
