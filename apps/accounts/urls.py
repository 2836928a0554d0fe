from django.urls import path

from .views import entry, people, profile

app_name = "accounts"
urlpatterns = [
    path("sign-in/", entry.sign_in, name="sign-in"),
    path("sign-out/", entry.sign_out, name="sign-out"),
    path("first-administrator/", entry.first_administrator, name="first-administrator"),
    path("password/reset/", entry.password_reset, name="password-reset"),
    path("password/reset/sent/", entry.password_reset_sent, name="password-reset-sent"),
    path("password/set/<str:uidb64>/<str:token>/", entry.password_set, name="password-set"),
    path("people/", people.person_list, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/<uuid:pk>/", people.person_detail, name="person"),
    path("people/<uuid:pk>/role/", people.person_role, name="person-role"),
    path("people/<uuid:pk>/deactivate/", people.person_deactivate, name="person-deactivate"),
    path("people/<uuid:pk>/reactivate/", people.person_reactivate, name="person-reactivate"),
    path("people/<uuid:pk>/link/", people.person_link, name="person-link"),
    path("profile/", profile.profile, name="profile"),
    path("profile/theme/", profile.theme, name="theme"),
    path("profile/password/", profile.password, name="profile-password"),
]
