from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "apps.pilots"

    def ready(self) -> None:
        from apps.accounts.access import EVERYONE
        from apps.dataplane.contract.messages import Operation
        from apps.dispatch import handlers as ledger
        from apps.engagements import panels

        from . import handlers, panel
        from .services.progress import note_progress

        ledger.register(Operation.FREEZE, handlers.frozen, handlers.given_up)
        ledger.register(Operation.CHUNK, handlers.chunk_done, handlers.given_up)
        ledger.register(Operation.TALLY, handlers.tallied, handlers.given_up)
        ledger.on_progress(note_progress)
        panels.register(20, "pilot runs", "pilots/_panel.html", panel.context, audience=EVERYONE)
        panels.register_tab(
            20,
            "Evaluations",
            "pilots:evaluations",
            audience=EVERYONE,
            covers=[
                "pilots:evaluation",
                "pilots:evaluation-new",
                "pilots:evaluation-edit",
                "pilots:evaluation-import",
            ],
        )
        panels.register_tab(
            25,
            "Runs",
            "pilots:engagement-runs",
            audience=EVERYONE,
            covers=["pilots:run", "pilots:samples"],
        )
