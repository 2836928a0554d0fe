from django.urls import path

from ..views import template_saving, templates

app_name = "templates"
urlpatterns = [
    path("templates/", templates.template_list, name="list"),
    path("templates/new/", templates.template_new, name="new"),
    path("templates/shipped/<str:slug>/", templates.shipped_detail, name="shipped"),
    path("templates/shipped/<str:slug>/file/", templates.shipped_file, name="shipped-file"),
    path("templates/<uuid:pk>/", templates.template_detail, name="detail"),
    path("templates/<uuid:pk>/file/", templates.template_file, name="file"),
    path("templates/<uuid:pk>/edit/", templates.template_edit, name="edit"),
    path("templates/<uuid:pk>/remove/", templates.template_remove, name="remove"),
    path("engagements/<uuid:pk>/template/", template_saving.template_save, name="save"),
]
