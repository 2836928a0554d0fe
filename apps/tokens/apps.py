from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "apps.tokens"

    def ready(self) -> None:
        from apps.accounts import closing
        from apps.engagements import panels

        from . import services

        closing.register(services.revoke_all_of)
        panels.register_tab(
            85, "Tokens", "tokens:engagement", covers=["tokens:engagement-new"], group="People"
        )
