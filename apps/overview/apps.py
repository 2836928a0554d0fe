from django.apps import AppConfig


class OverviewConfig(AppConfig):
    name = "apps.overview"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.audit.services import hear
        from apps.engagements import panels

        from .panel import of_engagement
        from .services.standing import notice_change, notice_changes

        hear(notice_change, together=notice_changes)
        panels.register(0, "standing", "overview/_standing_panel.html", of_engagement)
