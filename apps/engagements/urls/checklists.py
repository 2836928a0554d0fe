from django.urls import path

from ..views import checklists

ONE = "actions/<uuid:pk>/checklist/<uuid:checklist_line>"
app_name = "checklists"
urlpatterns = [
    path("actions/<uuid:pk>/checklist/add/", checklists.line_add, name="add"),
    path(f"{ONE}/tick/", checklists.line_tick, name="tick"),
    path(f"{ONE}/edit/", checklists.line_edit, name="edit"),
    path(f"{ONE}/remove/", checklists.line_remove, name="remove"),
]
