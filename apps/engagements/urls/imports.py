from django.urls import path

from ..views import imports

BASE = "engagements/<uuid:pk>/import/"
app_name = "imports"
urlpatterns = [
    path(BASE, imports.import_new, name="new"),
    path(f"{BASE}example/", imports.import_example, name="example"),
    path(f"{BASE}<uuid:imported>/", imports.import_detail, name="detail"),
    path(f"{BASE}<uuid:imported>/take/", imports.import_take, name="take"),
    path(f"{BASE}<uuid:imported>/drop/", imports.import_drop, name="drop"),
    path(f"{BASE}<uuid:imported>/undo/", imports.import_undo, name="undo"),
    path(f"{BASE}<uuid:imported>/refused/", imports.import_refused, name="refused"),
]
