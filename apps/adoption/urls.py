from django.urls import path

from .views import counting, sending

app_name = "adoption"
urlpatterns = [
    path("engagements/<uuid:pk>/usage/sending/", sending.sending, name="sending"),
    path("engagements/<uuid:pk>/usage/counting/", counting.counting, name="counting"),
]
