from django.urls import path

from .views import exports, imports

app_name = "handover"
urlpatterns = [
    path("engagements/<uuid:pk>/handover/", exports.pack, name="pack"),
    path("engagements/<uuid:pk>/handover/pack.zip", exports.pack_file, name="file"),
    path("handover/", imports.import_new, name="new"),
    path("handover/<uuid:pk>/", imports.import_detail, name="detail"),
    path("handover/<uuid:pk>/take/", imports.import_take, name="take"),
    path("handover/<uuid:pk>/drop/", imports.import_drop, name="drop"),
]
