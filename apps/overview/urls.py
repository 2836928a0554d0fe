from django.urls import path

from . import views

app_name = "overview"
urlpatterns = [
    path("", views.start, name="start"),
    path("style/", views.style_page, name="style"),
    path("style/confirm/", views.style_confirm, name="style-confirm"),
]
