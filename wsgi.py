"""The door for any WSGI server: `gunicorn wsgi:app`."""

import os

from web.app import create_app
from web.logs import configure
from web.settings import Settings
from web.worker import waker

os.umask(0o077)  # the database holds addresses: it is nobody else's to read
configure()
settings = Settings.from_env()
app = create_app(settings, poke=waker(settings))
