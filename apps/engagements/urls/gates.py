from django.urls import path

from ..views import exit_criteria, gates

ONE = "gates/<uuid:pk>/exit-criteria/<uuid:exit_criterion>"
app_name = "gates"
urlpatterns = [
    path("engagements/<uuid:pk>/gates/", gates.gate_list, name="list"),
    path("gates/<uuid:pk>/", gates.gate_detail, name="detail"),
    path("gates/<uuid:pk>/decide/", gates.gate_decide, name="decide"),
    path("gates/<uuid:pk>/reopen/", gates.gate_reopen, name="reopen"),
    path("gates/<uuid:pk>/due/", gates.gate_due, name="due"),
    path("gates/<uuid:pk>/exit-criteria/add/", exit_criteria.exit_criterion_add, name="criterion-add"),
    path(f"{ONE}/edit/", exit_criteria.exit_criterion_edit, name="criterion-edit"),
    path(f"{ONE}/remove/", exit_criteria.exit_criterion_remove, name="criterion-remove"),
    path(f"{ONE}/move/", exit_criteria.exit_criterion_move, name="criterion-move"),
    path(f"{ONE}/attest/", exit_criteria.exit_criterion_attest, name="criterion-attest"),
    path(f"{ONE}/withdraw/", exit_criteria.exit_criterion_unattest, name="criterion-unattest"),
]
