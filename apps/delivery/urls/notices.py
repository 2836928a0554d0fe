from django.urls import path

from ..views import inbox, mail, preferences

app_name = "delivery"
urlpatterns = [
    path("inbox/", inbox.inbox_list, name="inbox"),
    path("inbox/bell/", inbox.bell, name="bell"),
    path("inbox/read/", inbox.all_read, name="all-read"),
    path("inbox/<uuid:pk>/", inbox.entry_open, name="entry"),
    path("inbox/<uuid:pk>/read/", inbox.entry_mark, name="entry-mark"),
    path("profile/notices/", preferences.notices, name="preferences"),
    path("profile/notices/mute/", preferences.mute, name="mute"),
    path("mail/", mail.mail_list, name="mail"),
    path("mail/<uuid:pk>/retry/", mail.mail_retry, name="mail-retry"),
]
