from django.urls import path

from .nouns import NOUNS
from .routes import routes_of
from .views.attachments import AttachmentUpload, File
from .views.comparison import Comparison, Flips
from .views.differences import Changes
from .views.documentation import SchemaOfAll
from .views.hours import Hours
from .views.imports import ImportUpload, RefusedRows
from .views.inbox import ReadAll
from .views.learnings import Cases, Learnings
from .views.notices import Notices
from .views.pack import Pack
from .views.packs import PackUpload
from .views.results import Results
from .views.sources import FirstRows, SourceUpload
from .views.staffing import Addable, Staffing
from .views.templates import Shipped, TemplateLines
from .views.today import Today
from .views.token import OwnToken
from .views.usage import PlainUsageEvents, UsageEvents

ENGAGEMENT = "engagements/<uuid:pk>"
app_name = "api"
urlpatterns = [
    path("token/", OwnToken.as_view(), name="token"),
    path("notices/", Notices.as_view(), name="notices"),
    path("inbox/read-all/", ReadAll.as_view(), name="inbox-read-all"),
    path("learnings/", Learnings.as_view(), name="learnings"),
    path("learnings/cases/", Cases.as_view(), name="learnings-cases"),
    path("packs/upload/", PackUpload.as_view(), name="packs-upload"),
    path("staffing/", Staffing.as_view(), name="staffing"),
    path("imports/<uuid:pk>/refused/", RefusedRows.as_view(), name="imports-refused"),
    path(f"{ENGAGEMENT}/imports/upload/", ImportUpload.as_view(), name="imports-upload-of-engagement"),
    path(f"{ENGAGEMENT}/members/addable/", Addable.as_view(), name="members-addable-of-engagement"),
    path("events/", UsageEvents.as_view(), name="usage-events"),
    path("events", PlainUsageEvents.as_view(), name="usage-events-plain"),
    path("today/", Today.as_view(), name="today"),
    path("runs/compare/", Comparison.as_view(), name="runs-compare"),
    path("runs/compare/flips/", Flips.as_view(), name="runs-compare-flips"),
    path("evaluations/<uuid:pk>/differences/", Changes.as_view(), name="evaluations-differences"),
    path("sources/<uuid:pk>/first-rows/", FirstRows.as_view(), name="sources-first-rows"),
    path(f"{ENGAGEMENT}/sources/upload/", SourceUpload.as_view(), name="sources-upload-of-engagement"),
    path("runs/<uuid:pk>/results/", Results.as_view(), name="runs-results"),
    path("schema/", SchemaOfAll.as_view(), name="schema"),
    path("templates/shipped/", Shipped.as_view(), name="templates-shipped"),
    path("attachments/<uuid:pk>/file/", File.as_view(), name="attachments-file"),
    path(
        f"{ENGAGEMENT}/attachments/upload/",
        AttachmentUpload.as_view(),
        name="attachments-upload-of-engagement",
    ),
    path(f"{ENGAGEMENT}/pack/", Pack.as_view(), name="engagements-pack"),
    path(f"{ENGAGEMENT}/hours/", Hours.as_view(), name="hours-of-engagement"),
    path(f"{ENGAGEMENT}/template-lines/", TemplateLines.as_view(), name="template-lines-of-engagement"),
    *(route for noun in NOUNS for route in routes_of(noun)),
]
