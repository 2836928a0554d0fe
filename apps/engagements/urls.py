from django.urls import path

from .views import engagements, invitations, members

app_name = "engagements"
urlpatterns = [
    path("", engagements.engagement_list, name="list"),
    path("new/", engagements.engagement_new, name="new"),
    path("<uuid:pk>/", engagements.engagement_detail, name="detail"),
    path("<uuid:pk>/edit/", engagements.engagement_edit, name="edit"),
    path("<uuid:pk>/stage/", engagements.stage_set, name="stage"),
    path("<uuid:pk>/events/", engagements.event_list, name="events"),
    path("<uuid:pk>/members/", members.member_list, name="members"),
    path("<uuid:pk>/members/add/", members.member_add, name="member-add"),
    path("<uuid:pk>/members/<uuid:member>/role/", members.member_role, name="member-role"),
    path("<uuid:pk>/members/<uuid:member>/remove/", members.member_remove, name="member-remove"),
    path("<uuid:pk>/members/invite/", invitations.invite, name="invite"),
    path(
        "<uuid:pk>/invitations/<uuid:invitation>/withdraw/",
        invitations.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("invitation/<str:token>/", invitations.invitation_answer, name="invitation"),
]
