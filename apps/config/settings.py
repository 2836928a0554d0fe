"""Django's settings, out of `environment` and, for the embedded servers, out of what the supervisor wrote down."""

import dj_database_url
from csp.constants import NONE, SELF

from apps.dataplane.contract import envelope

from . import environment, runtime

BASE_DIR = environment.ROOT
HOME = environment.home()
OWN_VARIABLES = {setting.name for setting in environment.SETTINGS} | {
    "DJANGO_SETTINGS_MODULE"
}  # never a site's
DEBUG = environment.flag("FIELDWORK_DEBUG")
SECRET_KEY = environment.value("FIELDWORK_SECRET_KEY") or runtime.secret(HOME, "secret.key")
SIGNING_KEY = environment.value("FIELDWORK_SIGNING_KEY") or runtime.secret(
    HOME, "control.key", lambda: envelope.private_text(envelope.new_key())
)
BROKER = environment.value("BROKER_URL") or runtime.read(HOME).get("broker", "")
SITE_BROKER = environment.value("SITE_BROKER_URL") or runtime.read(HOME).get("site_broker", "") or BROKER
PUBLIC_URL = environment.value("FIELDWORK_URL")
ADDRESS = (PUBLIC_URL or runtime.read(HOME).get("web", "")).rstrip("/")  # for links in mails
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *runtime.hosts(PUBLIC_URL, environment.value("FIELDWORK_HOSTS")),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "apps.core",
    "apps.audit",
    "apps.accounts",
    "apps.engagements",
    "apps.tokens",
    "apps.delivery",
    "apps.dispatch",
    "apps.scoping",
    "apps.connectors",
    "apps.catalog",
    "apps.pilots",
    "apps.adoption",
    "apps.overview",
    "apps.handover",
    "apps.api",
    "apps.demo",
    "apps.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.api.middleware.ProblemsInJson",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "apps.config.urls"
WSGI_APPLICATION = "apps.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **(
            dj_database_url.parse(environment.value("DATABASE_URL"))
            if environment.value("DATABASE_URL")
            else runtime.database(HOME)
        ),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}

AUTH_USER_MODEL = "accounts.User"
CSRF_FAILURE_VIEW = "apps.core.handlers.csrf_failure"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
TRUSTED_PROXIES = environment.count("FIELDWORK_TRUSTED_PROXIES")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if environment.value('EMAIL_HOST') else 'filebased'}.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = environment.value("EMAIL_HOST")
EMAIL_PORT = int(environment.value("EMAIL_PORT"))
EMAIL_HOST_USER = environment.value("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.value("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.one_of("EMAIL_SECURITY", "starttls", "tls", "none") == "starttls"
EMAIL_USE_SSL = environment.one_of("EMAIL_SECURITY", "starttls", "tls", "none") == "tls"
EMAIL_TIMEOUT = float(environment.value("EMAIL_TIMEOUT"))
DEFAULT_FROM_EMAIL = environment.value("EMAIL_FROM")

WEBHOOK_ALLOW = environment.ranges("FIELDWORK_WEBHOOK_ALLOW")

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

ATTACHMENTS = HOME / "attachments"
ATTACHMENT_LIMIT = int(environment.value("FIELDWORK_ATTACHMENT_LIMIT")) * 2**20  # bytes of one file

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.value("FIELDWORK_LOG_LEVEL")},
}
REST_FRAMEWORK = {  # the rest is said by `apps.api.views.base`, which can be imported only once models are there
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "apps.api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fieldwork",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "What the screens can do, under the same rules. docs/api.md says what may be relied on.",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": True,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["apps.api.schema.with_problems"],
    "DISABLE_ERRORS_AND_WARNINGS": False,
}
