from django.urls import path

from .views import health, learnings, palette, portfolio, saved, staffing, style, today

app_name = "overview"
urlpatterns = [
    path("", today.start, name="start"),
    path("find/", palette.find, name="find"),
    path("keys/", palette.keys, name="keys"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio.csv", portfolio.portfolio_csv, name="portfolio-csv"),
    path("portfolio/views/", saved.view_save, name="view-save"),
    path("portfolio/views/<uuid:pk>/", saved.view_open, name="view"),
    path("portfolio/views/<uuid:pk>/remove/", saved.view_remove, name="view-remove"),
    path("portfolio/staffing/", staffing.staffing, name="staffing"),
    path("portfolio/learnings/", learnings.learnings, name="learnings"),
    path("portfolio/learnings/cases/", learnings.cases, name="cases"),
    path("engagements/<uuid:pk>/health/", health.health, name="health"),
    path("engagements/<uuid:pk>/health/end/", health.health_end, name="health-end"),
    path("style/", style.style_page, name="style"),
    path("style/confirm/", style.style_confirm, name="style-confirm"),
]
