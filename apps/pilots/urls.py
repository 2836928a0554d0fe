from django.urls import path

from .views import actions, authoring, comparison, evaluations, files, notes, runs

app_name = "pilots"
urlpatterns = [
    path("runs/", runs.run_list, name="runs"),
    path("engagements/<uuid:pk>/runs/", runs.run_list_of_engagement, name="engagement-runs"),
    path("runs/states/", runs.run_states, name="states"),
    path("runs/compare/", comparison.comparison, name="compare"),
    path("runs/<uuid:pk>/", runs.run_detail, name="run"),
    path("runs/<uuid:pk>/samples/", runs.run_samples, name="samples"),
    path("runs/<uuid:pk>/cancel/", actions.run_cancel, name="cancel"),
    path("runs/<uuid:pk>/resume/", actions.run_resume, name="resume"),
    path("runs/<uuid:pk>/again/", actions.run_again, name="again"),
    path("runs/<uuid:pk>/label/", actions.run_label, name="label"),
    path("runs/<uuid:pk>/notes/", notes.note_add, name="note-add"),
    path("runs/<uuid:pk>/notes/<uuid:note>/", notes.note_edit, name="note-edit"),
    path("runs/<uuid:pk>/notes/<uuid:note>/remove/", notes.note_remove, name="note-remove"),
    path("engagements/<uuid:pk>/evaluations/", evaluations.evaluation_list, name="evaluations"),
    path("engagements/<uuid:pk>/evaluations/new/", authoring.evaluation_new, name="evaluation-new"),
    path("engagements/<uuid:pk>/evaluations/import/", files.evaluation_import, name="evaluation-import"),
    path("evaluations/<uuid:pk>/edit/", authoring.evaluation_edit, name="evaluation-edit"),
    path("evaluations/<uuid:pk>/file/", files.evaluation_file, name="evaluation-file"),
    path("evaluations/<uuid:pk>/rehearse/", authoring.evaluation_rehearse, name="evaluation-rehearse"),
    path("rehearsals/<uuid:pk>/", authoring.rehearsal, name="rehearsal"),
    path("evaluations/<uuid:pk>/", evaluations.evaluation_detail, name="evaluation"),
    path("evaluations/<uuid:pk>/start/", evaluations.evaluation_start, name="start"),
]
