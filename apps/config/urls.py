"""Every address of the web application."""

from django.urls import include, path

urlpatterns = [
    path("", include("apps.overview.urls")),
    path("", include("apps.accounts.urls")),
    path("clients/", include("apps.engagements.client_urls")),
    path("engagements/", include("apps.engagements.urls")),
    path("sites/", include("apps.dispatch.urls")),
    path("endpoints/", include("apps.catalog.urls")),
    path("", include("apps.connectors.urls")),
    path("", include("apps.pilots.urls")),
]
handler400 = "apps.core.handlers.bad_request"
handler403 = "apps.core.handlers.forbidden"
handler404 = "apps.core.handlers.not_found"
handler500 = "apps.core.handlers.server_error"
