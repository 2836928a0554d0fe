from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "apps.delivery"

    def ready(self) -> None:
        from apps.accounts import links
        from apps.audit.services import hear
        from apps.engagements import notices, panels

        from . import services
        from .services import webhooks

        notices.register(services.receive)
        links.register_sender(services.send_now)
        hear(webhooks.hear, together=webhooks.hear_all)
        panels.register_tab(
            86,
            "Webhooks",
            "webhooks:engagement",
            covers=["webhooks:engagement-new", "webhooks:webhook", "webhooks:edit", "webhooks:delivery"],
            group="People",
        )
