"""Every address of the web application."""

from django.urls import include, path

urlpatterns = [
    path("", include("apps.overview.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.delivery.urls.notices")),
    path("", include("apps.delivery.urls.webhooks")),
    path("clients/", include("apps.engagements.urls.clients")),
    path("engagements/", include("apps.engagements.urls.engagements")),
    path("", include("apps.engagements.urls.imports")),
    path("items/", include("apps.engagements.urls.items")),
    path("", include("apps.engagements.urls.registers")),
    path("", include("apps.engagements.urls.checklists")),
    path("", include("apps.engagements.urls.templates")),
    path("", include("apps.engagements.urls.gates")),
    path("", include("apps.engagements.urls.approvals")),
    path("", include("apps.engagements.urls.log")),
    path("", include("apps.tokens.urls")),
    path("api/v1/", include("apps.api.urls")),
    path("v1/", include("apps.api.otlp_urls")),
    path("developers/", include("apps.api.page_urls")),
    path("sites/", include("apps.dispatch.urls")),
    path("endpoints/", include("apps.catalog.urls")),
    path("", include("apps.scoping.urls")),
    path("", include("apps.connectors.urls")),
    path("", include("apps.pilots.urls")),
    path("", include("apps.adoption.urls")),
    path("", include("apps.handover.urls")),
]
handler400 = "apps.core.handlers.bad_request"
handler403 = "apps.core.handlers.forbidden"
handler404 = "apps.core.handlers.not_found"
handler500 = "apps.core.handlers.server_error"
