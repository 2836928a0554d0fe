from django.urls import path

from . import views

app_name = "tokens"
urlpatterns = [
    path("tokens/", views.token_list, name="list"),
    path("tokens/new/", views.token_new, name="new"),
    path("tokens/all/", views.everybodys_list, name="everybodys"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="revoke"),
    path("engagements/<uuid:pk>/tokens/", views.engagement_list, name="engagement"),
    path("engagements/<uuid:pk>/tokens/new/", views.engagement_new, name="engagement-new"),
]
