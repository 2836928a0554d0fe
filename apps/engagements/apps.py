from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "apps.engagements"

    def ready(self) -> None:
        from apps.accounts.access import EVERYONE

        from . import approvals, endings, itempages, panels, registers
        from .gatekeeping import approvable_item, look_again, refuse_moving
        from .models import Gate
        from .selectors.imports import imports_in_hand
        from .services.items import afterwards, follow

        follow("gate", Gate, refuse_moving)
        afterwards(look_again)
        endings.register("imports", imports_in_hand)
        approvals.register_digest("gate", approvable_item)
        itempages.register_route("gate", "gates:detail")
        gates = ["detail", "reopen", "criterion-add", "criterion-edit", "criterion-remove"]
        panels.register_tab(
            15,
            "Gates",
            "gates:list",
            audience=EVERYONE,
            covers=[f"gates:{name}" for name in gates],
            group="Scope",
            kinds=["gate"],
        )
        panels.register_tab(
            0, "Overview", "engagements:detail", EVERYONE, ["engagements:edit"], group="Overview"
        )
        members = ["member-add", "member-remove", "invite", "invitation-withdraw"]
        panels.register_tab(
            80,
            "Members",
            "engagements:members",
            covers=[f"engagements:{name}" for name in members],
            group="People",
        )
        panels.register_tab(90, "History", "engagements:events", group="Log")
        registers.register()
        _register_log()


def _register_log() -> None:
    """The log, the timeline, and what their pages show of entries."""
    from apps.accounts.access import EVERYONE

    from . import itempages, panels, timeline
    from .selectors.timeline import moved, written
    from .views.log_entries import middle
    from .views.log_pages import lately

    panels.register_tab(
        2, "Log", "log:engagement", EVERYONE, ["log:edit", "log:add"], group="Log", kinds=["entry"]
    )
    panels.register_tab(6, "Hours", "engagements:hours", group="Log")
    panels.register_tab(4, "Timeline", "log:timeline", EVERYONE, group="Log")
    panels.register(90, "lately", "engagements/_log_lately.html", lately, audience=EVERYONE)
    itempages.register("entry", "engagements/_entry_middle.html", middle, edit="log:edit")
    timeline.register_kinds("written", written)
    timeline.register_kinds("moved", moved)
