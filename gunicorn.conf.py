"""What holds for every `gunicorn wsgi:app` started in this folder; its own options come before it."""

import os
import shutil
import sys
from tempfile import mkdtemp
from typing import Any

from web.settings import Settings, SettingsError

COUNTED = "PROMETHEUS_MULTIPROC_DIR"

umask = 0o077  # the database holds addresses: it is nobody else's to read
threads = 8
# Longer than a proxy keeps a connection: else it may send a form on one that we close at that moment, and
# answer 502. Load balancers keep them for a minute.
keepalive = 75
preload_app = True  # loaded once, for memory that all processes share; they open what they need themselves
accesslog = None  # paths hold tokens; we log a line for each request ourselves, with its route
control_socket_disable = True  # in a home folder that a service's user does not have
logconfig_dict = {
    "root": {"handlers": []},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
    "handlers": {"stderr": {"()": "web.logs.Lines"}},
}


def _settings() -> Settings:
    """A setting that cannot be stops the start with one line, before anything is loaded."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        sys.stderr.write(f"unmentoring: {error}\n")
        raise SystemExit(2) from None


def on_exit(_server: Any) -> None:
    if folder := os.environ.get(COUNTED):
        shutil.rmtree(folder, ignore_errors=True)


if _settings().metrics_token:
    # The processes count requests in a folder that they share, which has to be known before they are loaded.
    os.environ[COUNTED] = mkdtemp(prefix="unmentoring-counted-")
