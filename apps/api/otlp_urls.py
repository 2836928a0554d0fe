from django.urls import path

from .views.traces import Traces

app_name = "otlp"
urlpatterns = [path("traces", Traces.as_view(), name="traces")]
