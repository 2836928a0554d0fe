from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "apps.engagements"

    def ready(self) -> None:
        from . import panels

        panels.register_tab(0, "Overview", "engagements:detail", covers=["engagements:edit"])
        members = ["member-add", "member-remove", "invite", "invitation-withdraw"]
        panels.register_tab(
            80, "Members", "engagements:members", covers=[f"engagements:{name}" for name in members]
        )
        panels.register_tab(90, "History", "engagements:events")
