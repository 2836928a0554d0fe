from django.urls import path

from . import views

app_name = "pilots"
urlpatterns = [
    path("runs/", views.run_list, name="runs"),
    path("runs/<uuid:pk>/", views.run_detail, name="run"),
    path("runs/<uuid:pk>/samples/", views.run_samples, name="samples"),
    path("runs/<uuid:pk>/cancel/", views.run_cancel, name="cancel"),
    path("runs/<uuid:pk>/resume/", views.run_resume, name="resume"),
    path("evaluations/<uuid:pk>/", views.evaluation_detail, name="evaluation"),
    path("evaluations/<uuid:pk>/start/", views.evaluation_start, name="start"),
]
