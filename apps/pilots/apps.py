from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "apps.pilots"

    def ready(self) -> None:
        from apps.accounts.access import EVERYONE
        from apps.dataplane.contract.messages import Operation
        from apps.dispatch import handlers as ledger
        from apps.engagements import endings, panels

        from . import handlers, panel
        from .selectors.in_hand import runs_in_hand
        from .services.progress import note_progress

        ledger.register(Operation.FREEZE, handlers.frozen, handlers.given_up)
        ledger.register(Operation.CHUNK, handlers.chunk_done, handlers.given_up)
        ledger.register(Operation.TALLY, handlers.tallied, handlers.given_up)
        ledger.on_progress(note_progress)
        endings.register("runs", runs_in_hand)
        _register_what_is_known()
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
            group="Pilot",
        )
        panels.register_tab(
            25,
            "Runs",
            "pilots:engagement-runs",
            audience=EVERYONE,
            covers=["pilots:run", "pilots:samples"],
            group="Pilot",
        )


def _register_what_is_known() -> None:
    """What criteria, gates and the timeline are told of metrics and runs."""
    from apps.engagements import timeline
    from apps.scoping import evidence as measured
    from apps.scoping import metrics as known

    from . import evidence, moments
    from .rules.metrics import METRICS

    measured.register(evidence.SOURCE, evidence.of_runs)
    timeline.register(moments.NAME, moments.runs)
    known.register(
        "pilot",
        (known.KnownMetric(name, facts.title, facts.unit, facts.better) for name, facts in METRICS.items()),
    )
