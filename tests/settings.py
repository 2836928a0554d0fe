"""Django's settings under test: an own home, nothing of the developer's environment, quick passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from apps.config.environment import SETTINGS

for setting in SETTINGS:
    os.environ.pop(setting.name, None)
TEST_HOME = Path(tempfile.mkdtemp(prefix="fieldwork-test-"))
atexit.register(shutil.rmtree, TEST_HOME, ignore_errors=True)
os.environ["FIELDWORK_HOME"] = str(TEST_HOME)
os.environ["DEMO"] = "0"

from apps.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
