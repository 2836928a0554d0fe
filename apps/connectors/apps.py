from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "apps.connectors"

    def ready(self) -> None:
        from apps.dataplane.contract.messages import Operation
        from apps.dispatch import handlers
        from apps.engagements import panels

        from .services.looks import keep_preview

        handlers.on_answer(Operation.PREVIEW, keep_preview)
        pages = [
            "source", "source-new", "source-edit", "source-delete", "upload", "browse", "look", "datasets",
            "dataset", "dataset-new", "dataset-edit", "dataset-delete",
        ]  # fmt: skip
        panels.register_tab(30, "Data", "connectors:sources", covers=[f"connectors:{page}" for page in pages])
