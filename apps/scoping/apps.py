from django.apps import AppConfig


class ScopingConfig(AppConfig):
    name = "apps.scoping"
    default_auto_field = "django.db.models.BigAutoField"
