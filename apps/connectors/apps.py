from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "apps.connectors"

    def ready(self) -> None:
        from apps.dataplane.contract.messages import Operation
        from apps.dispatch import handlers
        from apps.engagements import checks, panels

        from . import gatekeeping
        from .services.looks import keep_preview

        checks.register(
            "connectors.source-tested",
            "The data can be read where it lives",
            gatekeeping.source_tested,
            stages=["connect"],
            order=10,
            client_visible=False,
        )
        handlers.on_answer(Operation.PREVIEW, keep_preview)
        sources = ["source", "source-new", "source-edit", "source-delete", "upload", "browse", "look"]
        datasets = ["dataset", "dataset-new", "dataset-edit", "dataset-delete"]
        for order, name, pages in ((30, "Sources", sources), (35, "Datasets", datasets)):
            covers = [f"connectors:{page}" for page in pages]
            panels.register_tab(order, name, f"connectors:{name.lower()}", covers=covers, group="Data")
