"""What holds for every `gunicorn wsgi:app` started in this folder; its own options come before it."""

import sys
from typing import Any

from web.settings import Settings, SettingsError

umask = 0o077  # the database holds addresses: it is nobody else's to read
threads = 8
accesslog = None  # paths hold tokens; we log a line for each request ourselves, with its route
control_socket_disable = True  # in a home folder that a service's user does not have
logconfig_dict = {
    "root": {"handlers": []},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}},
    "handlers": {"stderr": {"()": "web.logs.Lines"}},
}


def on_starting(_server: Any) -> None:
    """A setting that cannot be stops the start with one line, before any process is made."""
    try:
        Settings.from_env()
    except SettingsError as error:
        sys.stderr.write(f"unmentoring: {error}\n")
        raise SystemExit(2) from None
