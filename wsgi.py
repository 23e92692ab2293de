"""The door for any WSGI server: `gunicorn wsgi:app`."""

from web.app import create_app
from web.logs import configure
from web.settings import Settings
from web.worker import waker

configure()
settings = Settings.from_env()
app = create_app(settings, poke=waker(settings))
