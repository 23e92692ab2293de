"""The door for any WSGI server: `gunicorn wsgi:app`."""

import os

from web.loading import all_to_stay

os.umask(0o077)  # the database holds addresses: it is nobody else's to read
with all_to_stay():
    from web.app import create_app
    from web.logs import configure, tell_of_misspelt
    from web.queues import Bell, Waker
    from web.settings import Settings, misspelt

    configure()
    tell_of_misspelt(misspelt())
    settings = Settings.from_env()
    waker = Waker(settings)
    app = create_app(settings, poke=Bell(waker), queue_answers=waker.queue_answers, queue_depth=waker.depth)
