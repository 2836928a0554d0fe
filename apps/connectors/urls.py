from django.urls import path

from .views import datasets, inquiries, sources

SOURCES = "engagements/<uuid:pk>/sources"
DATASETS = "engagements/<uuid:pk>/datasets"

app_name = "connectors"
urlpatterns = [
    path(f"{SOURCES}/", sources.source_list, name="sources"),
    path(f"{SOURCES}/new/", sources.source_new, name="source-new"),
    path(f"{SOURCES}/upload/", inquiries.upload, name="upload"),
    path(f"{SOURCES}/browse/", inquiries.browse, name="browse"),
    path(f"{SOURCES}/browse/<uuid:look>/", inquiries.look_detail, name="look"),
    path(f"{SOURCES}/<uuid:source>/", sources.source_detail, name="source"),
    path(f"{SOURCES}/<uuid:source>/test/", sources.source_test, name="source-test"),
    path(f"{SOURCES}/<uuid:source>/edit/", sources.source_edit, name="source-edit"),
    path(f"{SOURCES}/<uuid:source>/delete/", sources.source_delete, name="source-delete"),
    path(f"{SOURCES}/<uuid:source>/datasets/new/", datasets.dataset_new, name="dataset-new"),
    path(f"{DATASETS}/", datasets.dataset_list, name="datasets"),
    path(f"{DATASETS}/<uuid:dataset>/", datasets.dataset_detail, name="dataset"),
    path(f"{DATASETS}/<uuid:dataset>/edit/", datasets.dataset_edit, name="dataset-edit"),
    path(f"{DATASETS}/<uuid:dataset>/delete/", datasets.dataset_delete, name="dataset-delete"),
]
