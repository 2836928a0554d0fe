from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "apps.dispatch"

    def ready(self) -> None:
        from apps.dataplane.contract.messages import INQUIRIES
        from apps.engagements import panels

        from . import handlers, panel
        from .services import inquiries

        for operation in INQUIRIES:
            handlers.register(operation, inquiries.settle, inquiries.give_up)
        panels.register(5, "site", "dispatch/_engagement_site.html", panel.of_engagement)
        panels.register_client_panel(20, "sites", "dispatch/_client_sites.html", panel.of_client)
