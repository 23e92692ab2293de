"""The door for any WSGI server: `gunicorn wsgi:app`."""

from web.app import create_app
from web.logs import configure
from web.settings import Settings

configure()
app = create_app(Settings.from_env())
