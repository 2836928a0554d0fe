from django.urls import path

from .nouns import NOUNS
from .routes import routes_of
from .views.attachments import File, Upload
from .views.comparison import Comparison
from .views.documentation import SchemaOfAll
from .views.hours import Hours
from .views.pack import Pack
from .views.results import Results
from .views.templates import Shipped, TemplateLines
from .views.today import Today
from .views.token import OwnToken

ENGAGEMENT = "engagements/<uuid:pk>"
app_name = "api"
urlpatterns = [
    path("token/", OwnToken.as_view(), name="token"),
    path("today/", Today.as_view(), name="today"),
    path("runs/compare/", Comparison.as_view(), name="runs-compare"),
    path("runs/<uuid:pk>/results/", Results.as_view(), name="runs-results"),
    path("schema/", SchemaOfAll.as_view(), name="schema"),
    path("templates/shipped/", Shipped.as_view(), name="templates-shipped"),
    path("attachments/<uuid:pk>/file/", File.as_view(), name="attachments-file"),
    path(f"{ENGAGEMENT}/attachments/upload/", Upload.as_view(), name="attachments-upload-of-engagement"),
    path(f"{ENGAGEMENT}/pack/", Pack.as_view(), name="engagements-pack"),
    path(f"{ENGAGEMENT}/hours/", Hours.as_view(), name="hours-of-engagement"),
    path(f"{ENGAGEMENT}/template-lines/", TemplateLines.as_view(), name="template-lines-of-engagement"),
    *(route for noun in NOUNS for route in routes_of(noun)),
]
