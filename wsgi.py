"""The door for any WSGI server: `gunicorn wsgi:app`."""

import os

from web.app import create_app
from web.logs import configure
from web.queues import Waker
from web.settings import Settings

os.umask(0o077)  # the database holds addresses: it is nobody else's to read
configure()
settings = Settings.from_env()
waker = Waker(settings)
app = create_app(settings, poke=waker, queue_answers=waker.queue_answers)
