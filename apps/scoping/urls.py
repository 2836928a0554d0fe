from django.urls import path

from .services.use_cases import SECTIONS
from .views import comparing, criteria, parts, use_cases

app_name = "scoping"
urlpatterns = [
    path("engagements/<uuid:pk>/thread/", criteria.thread, name="thread"),
    path("engagements/<uuid:pk>/use-cases/", use_cases.use_case_list, name="use-cases"),
    path("engagements/<uuid:pk>/use-cases/new/", use_cases.use_case_new, name="use-case-new"),
    path("engagements/<uuid:pk>/use-cases/compare/", comparing.compare, name="compare"),
    path("engagements/<uuid:pk>/use-cases/settle/", comparing.settle, name="settle"),
    path("engagements/<uuid:pk>/criteria/", criteria.criterion_list, name="criteria"),
    path("engagements/<uuid:pk>/criteria/new/", criteria.criterion_new, name="criterion-new"),
    path("use-cases/<uuid:pk>/", use_cases.use_case_detail, name="use-case"),
    *[
        path(
            f"use-cases/<uuid:pk>/{section}/",
            use_cases.section_edit,
            {"section": section},
            name=f"use-case-{section}",
        )
        for section in SECTIONS
    ],
    path("use-cases/<uuid:pk>/reconsider/", use_cases.use_case_reconsider, name="use-case-reconsider"),
    path("use-cases/<uuid:pk>/remove/", use_cases.use_case_remove, name="use-case-remove"),
    path("use-cases/<uuid:pk>/baselines/new/", parts.baseline_new, name="baseline-new"),
    path("use-cases/<uuid:pk>/baselines/<uuid:baseline>/", parts.baseline_edit, name="baseline"),
    path(
        "use-cases/<uuid:pk>/baselines/<uuid:baseline>/remove/", parts.baseline_remove, name="baseline-remove"
    ),
    path("use-cases/<uuid:pk>/assumptions/new/", parts.assumption_new, name="assumption-new"),
    path("use-cases/<uuid:pk>/assumptions/<uuid:assumption>/", parts.assumption_edit, name="assumption"),
    path(
        "use-cases/<uuid:pk>/assumptions/<uuid:assumption>/remove/",
        parts.assumption_remove,
        name="assumption-remove",
    ),
    path("criteria/<uuid:pk>/", criteria.criterion_detail, name="criterion"),
    path("criteria/<uuid:pk>/edit/", criteria.criterion_edit, name="criterion-edit"),
    path("criteria/<uuid:pk>/drop/", criteria.criterion_drop, name="criterion-drop"),
    path("criteria/<uuid:pk>/restore/", criteria.criterion_restore, name="criterion-restore"),
    path("criteria/<uuid:pk>/measure/", criteria.criterion_measure, name="criterion-measure"),
]
