from django.urls import path

from . import views

app_name = "dispatch"
urlpatterns = [
    path("", views.site_list, name="sites"),
    path("new/", views.site_new, name="site-new"),
    path("<uuid:pk>/", views.site_detail, name="site"),
    path("<uuid:pk>/key/", views.site_key, name="site-key"),
    path("<uuid:pk>/deactivate/", views.site_deactivate, name="site-deactivate"),
    path("<uuid:pk>/activate/", views.site_activate, name="site-activate"),
]
