from django.urls import path

from ..views import log, log_entries, log_pages

app_name = "log"
urlpatterns = [
    path("log/", log_pages.log_list, name="list"),
    path("log/new/", log.log_new, name="new"),
    path("log/items/<uuid:pk>/undo/", log.undo, name="undo"),
    path("log/items/<uuid:pk>/redo/", log.redo, name="redo"),
    path("log/entries/<uuid:pk>/edit/", log_entries.entry_edit, name="edit"),
    path("search/", log_pages.search_list, name="search"),
    path("engagements/<uuid:pk>/log/", log_pages.engagement_log_list, name="engagement"),
    path("engagements/<uuid:pk>/log/add/", log.log_add, name="add"),
    path("engagements/<uuid:pk>/log/words/", log.words, name="words"),
    path("engagements/<uuid:pk>/timeline/", log_pages.timeline_list, name="timeline"),
]
