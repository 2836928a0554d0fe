from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "apps.catalog"

    def ready(self) -> None:
        from apps.dataplane.contract.messages import Operation
        from apps.dispatch import handlers as ledger

        from .services import keep_answer

        ledger.on_answer(Operation.TRY, keep_answer)
