from django.urls import path

from ..views import approvals

app_name = "approvals"
urlpatterns = [
    path("items/<uuid:pk>/approvals/ask/", approvals.approval_ask, name="ask"),
    path("approvals/<uuid:pk>/", approvals.approval_answer, name="answer"),
    path("approvals/<uuid:pk>/withdraw/", approvals.approval_withdraw, name="withdraw"),
]
