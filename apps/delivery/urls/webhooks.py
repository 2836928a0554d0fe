from django.urls import path

from ..views import deliveries, webhooks

app_name = "webhooks"
urlpatterns = [
    path("engagements/<uuid:pk>/webhooks/", webhooks.engagement_list, name="engagement"),
    path("engagements/<uuid:pk>/webhooks/new/", webhooks.engagement_new, name="engagement-new"),
    path("webhooks/", webhooks.installation_list, name="installation"),
    path("webhooks/new/", webhooks.installation_new, name="new"),
    path("webhooks/<uuid:pk>/", webhooks.webhook_detail, name="webhook"),
    path("webhooks/<uuid:pk>/edit/", webhooks.webhook_edit, name="edit"),
    path("webhooks/<uuid:pk>/pause/", webhooks.webhook_pause, name="pause"),
    path("webhooks/<uuid:pk>/resume/", webhooks.webhook_resume, name="resume"),
    path("webhooks/<uuid:pk>/rotate/", webhooks.webhook_rotate, name="rotate"),
    path("webhooks/<uuid:pk>/old-secret/", webhooks.webhook_end_old_secret, name="end-old-secret"),
    path("webhooks/<uuid:pk>/remove/", webhooks.webhook_remove, name="remove"),
    path("webhooks/<uuid:pk>/test/", deliveries.webhook_test, name="test"),
    path("deliveries/<uuid:pk>/", deliveries.delivery_detail, name="delivery"),
    path("deliveries/<uuid:pk>/replay/", deliveries.delivery_replay, name="replay"),
]
