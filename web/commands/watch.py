"""`unmentoring watch`: tell a webhook of trouble."""

import signal
from threading import Event

import click

from web import logs, watching
from web.settings import Settings, SettingsError


@click.command("watch")
def command() -> None:
    """Look each minute whether all is well, and tell ALERT_WEBHOOK where it is not."""
    logs.configure()
    settings = Settings.from_env()
    if not settings.alert_webhook:
        raise SettingsError("ALERT_WEBHOOK", "nothing", "the address that is told of trouble")
    stopping = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _signal, _frame: stopping.set())
    watching.watch(settings, stopping)
