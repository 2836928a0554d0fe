from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "apps.dispatch"

    def ready(self) -> None:
        from apps.dataplane.contract.messages import INQUIRIES

        from . import handlers
        from .services import inquiries

        for operation in INQUIRIES:
            handlers.register(operation, inquiries.settle, inquiries.give_up)
