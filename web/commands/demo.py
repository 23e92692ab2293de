"""`unmentoring demo`: a programme to look at, served with its links printed."""

import click

from web import logs
from web.clock import utc_now
from web.commands import demo_story, serving
from web.db import Database
from web.settings import Settings


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def command(port: int) -> None:
    """A programme of 41 people to look at, with everything in it; serves it and prints the links."""
    settings = demo_story.settings_for(Settings.from_env().at_port(port))
    logs.configure(logs.WARNINGS)
    database = Database(settings.database_url)
    database.upgrade()
    demo_story.make(settings, database, now=utc_now(), say=click.echo)

    def ready() -> None:
        with database.write() as session:
            shown = demo_story.doors(session, settings, now=utc_now())
            by_text = demo_story.join_line(session, settings)
        for name, address in [*shown, *([("Join without email", by_text)] if by_text else [])]:
            click.echo(f"  {name:<22} {address}")
        click.echo("Stop with Ctrl-C.")

    serving.serve(settings, host="127.0.0.1", port=port, worker=True, ready=ready, quiet=True)
