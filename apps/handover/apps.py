from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "apps.handover"

    def ready(self) -> None:
        from apps.engagements import panels

        panels.register_tab(60, "Handover pack", "handover:pack", group="Overview")
