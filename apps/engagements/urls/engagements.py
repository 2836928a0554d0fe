from django.urls import path

from ..views import endings, engagements, hours, invitations, members, starting

app_name = "engagements"
urlpatterns = [
    path("", engagements.engagement_list, name="list"),
    path("new/", starting.engagement_new, name="new"),
    path("<uuid:pk>/", engagements.engagement_detail, name="detail"),
    path("<uuid:pk>/edit/", engagements.engagement_edit, name="edit"),
    path("<uuid:pk>/close/", endings.engagement_close, name="close"),
    path("<uuid:pk>/reopen/", endings.engagement_reopen, name="reopen"),
    path("<uuid:pk>/archive/", endings.engagement_archive, name="archive"),
    path("<uuid:pk>/archive/leave/", endings.engagement_bring_back, name="bring-back"),
    path("<uuid:pk>/events/", engagements.event_list, name="events"),
    path("<uuid:pk>/hours/", hours.hours_list, name="hours"),
    path("<uuid:pk>/hours/entries.csv", hours.hours_csv, name="hours-csv"),
    path("<uuid:pk>/hours/weeks.csv", hours.hours_sums_csv, name="hours-sums-csv"),
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
