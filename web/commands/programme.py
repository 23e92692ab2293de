"""`unmentoring programme …`: programmes begin, pause and go on."""

import click
from sqlmodel import Session

from web.clock import utc_now
from web.commands.sessions import BY, writing
from web.services.common import phrases, programmes
from web.services.programmes import programme_settings
from web.settings import Settings


@click.group("programme")
def command() -> None:
    """Programmes."""


@command.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--contact", help="The address shown to everyone; MAIL_FROM's unless given.")
@writing
def add_programme(session: Session, slug: str, name: str, contact: str | None) -> None:
    """Start a programme at /p/SLUG/."""
    settings = Settings.from_env()
    address = contact or settings.mail_from.rpartition("<")[2].rstrip("> ")
    made = programmes.add(session, slug, name, contact=address, now=utc_now(), by=BY)
    click.echo(f"{made.name} is at {settings.public_url}/p/{made.slug}/")


@command.command("pause")
@click.argument("slug")
@writing
def pause_programme(session: Session, slug: str) -> None:
    """Let nothing begin by itself and no message of a round go out, until it goes on."""
    programme_settings.pause(session, programmes.by_slug(session, slug), by=BY, now=utc_now())
    click.echo("The programme is paused. Its pages say so.")


@command.command("go-on")
@click.argument("slug")
@writing
def go_on(session: Session, slug: str) -> None:
    """End a pause."""
    which = programmes.by_slug(session, slug)
    programmes.must_be_open(which)
    released = programme_settings.go_on(session, which, by=BY, now=utc_now())
    click.echo(f"The programme goes on; {phrases.counted(released, 'message')} that waited go out now.")
