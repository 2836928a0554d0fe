from django.urls import path

from . import views

app_name = "catalog"
urlpatterns = [
    path("", views.endpoint_list, name="endpoints"),
    path("new/", views.endpoint_new, name="endpoint-new"),
    path("<uuid:pk>/", views.endpoint_detail, name="endpoint"),
    path("<uuid:pk>/edit/", views.endpoint_edit, name="endpoint-edit"),
    path("<uuid:pk>/retire/", views.endpoint_retire, name="endpoint-retire"),
    path("<uuid:pk>/restore/", views.endpoint_restore, name="endpoint-restore"),
    path("<uuid:pk>/try/", views.endpoint_try, name="endpoint-try"),
]
