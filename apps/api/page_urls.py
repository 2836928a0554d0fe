from django.urls import path

from .views.documentation import documentation

app_name = "developers"
urlpatterns = [path("", documentation, name="api")]
