"""`unmentoring serve`: the pages and, unless told otherwise, the background work."""

import click

from web import logs
from web.commands import outbox, serving
from web.settings import Settings, misspelt


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Run `unmentoring worker` yourself.")
def command(host: str, port: int, no_worker: bool) -> None:
    """Serve the pages and, unless told otherwise, do the background work."""
    logs.configure()
    logs.tell_of_misspelt(misspelt())
    settings = Settings.from_env().at_port(port)

    def ready() -> None:
        click.echo(f"Unmentoring is at {settings.public_url}")
        if settings.has_outbox:
            click.echo(f"Its outbox opens by {outbox.address(settings)}")

    serving.serve(settings, host=host, port=port, worker=not no_worker, ready=ready)
