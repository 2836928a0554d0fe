from django.urls import path

from ..views.registers import actions, decisions, milestones, moves, raid, requests, stakeholders

ENGAGEMENT = "engagements/<uuid:pk>"
app_name = "registers"
urlpatterns = [
    path(f"{ENGAGEMENT}/raid/", raid.raid_list, name="raid"),
    path(f"{ENGAGEMENT}/raid/new/", raid.raid_new, name="raid-new"),
    path("raid/<uuid:pk>/edit/", raid.raid_edit, name="raid-edit"),
    path(f"{ENGAGEMENT}/actions/", actions.action_list, name="actions"),
    path(f"{ENGAGEMENT}/actions/new/", actions.action_new, name="action-new"),
    path("actions/<uuid:pk>/edit/", actions.action_edit, name="action-edit"),
    path("actions/<uuid:pk>/done/", actions.action_done, name="action-done"),
    path(f"{ENGAGEMENT}/milestones/", milestones.milestone_list, name="milestones"),
    path(f"{ENGAGEMENT}/milestones/new/", milestones.milestone_new, name="milestone-new"),
    path("milestones/<uuid:pk>/edit/", milestones.milestone_edit, name="milestone-edit"),
    path("milestones/<uuid:pk>/move/", milestones.milestone_move, name="milestone-move"),
    path("milestones/<uuid:pk>/reach/", milestones.milestone_reach, name="milestone-reach"),
    path(f"{ENGAGEMENT}/stakeholders/", stakeholders.stakeholder_list, name="stakeholders"),
    path(f"{ENGAGEMENT}/stakeholders/new/", stakeholders.stakeholder_new, name="stakeholder-new"),
    path("stakeholders/<uuid:pk>/edit/", stakeholders.stakeholder_edit, name="stakeholder-edit"),
    path(f"{ENGAGEMENT}/access/", requests.request_list, name="requests"),
    path(f"{ENGAGEMENT}/access/new/", requests.request_new, name="request-new"),
    path("access/<uuid:pk>/edit/", requests.request_edit, name="request-edit"),
    path("access/<uuid:pk>/answer/", requests.request_answer, name="request-answer"),
    path("access/<uuid:pk>/chase/", requests.request_chase, name="request-chase"),
    path(f"{ENGAGEMENT}/decisions/", decisions.decision_list, name="decisions"),
    path("registers/<uuid:pk>/state/", moves.item_move, name="move"),
]
