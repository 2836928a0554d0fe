from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "apps.demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.pilots import finished

        from .services.gates import run_finished

        finished.register("demo", run_finished)
