from django.urls import path

from ..views import clients

app_name = "clients"
urlpatterns = [
    path("", clients.client_list, name="list"),
    path("new/", clients.client_new, name="new"),
    path("<uuid:pk>/", clients.client_detail, name="detail"),
    path("<uuid:pk>/edit/", clients.client_edit, name="edit"),
]
