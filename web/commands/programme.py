"""`unmentoring programme …`: programmes begin, pause, go on and move, and those asked for are decided.

A pause knows all that draws a round: it is loaded by those who pause, not by those who begin.
"""

from collections.abc import Iterator

import click
from sqlmodel import Session

from notifications.foreign import LARGEST_ID
from web.clock import utc_now
from web.commands.organiser import sign_in_link
from web.commands.sessions import BY, reading, writing
from web.models import Programme, ProgrammeRequest, Role
from web.models.starting import REASON
from web.services.common import name_checks, phrases, programmes, times
from web.services.programmes import starting
from web.settings import Settings


@click.group("programme")
def command() -> None:
    """Programmes."""


@command.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--contact", help="The address shown to everyone; MAIL_FROM's unless given.")
@click.option("--owner", help="Whose it is. Prints a link for them to sign in with (15 minutes, once).")
@writing
def add_programme(
    session: Session, slug: str, name: str, contact: str | None, owner: str | None
) -> Iterator[str]:
    """Start a programme at /p/SLUG/."""
    settings = Settings.from_env()
    shown = settings.sender_address if contact is None else contact
    if fault := name_checks.of_a_body(name) if name.strip() else None:
        raise programmes.BadSettings("name", fault.to_do())
    made = programmes.add(session, slug, name, contact=shown, now=utc_now(), by=BY)
    yield f"{made.name} is at {settings.public_url}/p/{made.slug}/"
    if owner is not None:  # and not where it is empty: a programme would be nobody's
        yield sign_in_link(session, made, owner, Role.OWNER)


@command.command("list")
@reading
def list_programmes(session: Session) -> None:
    """Show every programme, and what was asked for at /start, each with its number."""
    for one in programmes.every(session):
        click.echo(f"{one.slug:40}  {_standing(one):10}  {one.name}")
    for asked in starting.every(session):
        line = f"{asked.slug:40}  {asked.state.value:14}  {asked.name}, by {asked.email}"
        click.echo(f"request {asked.id}: {line} on {times.today(asked.confirmed_at)}")


def _standing(programme: Programme) -> str:
    if programme.closed_at:
        return "closed"
    return "closing" if programme.closing_on else "paused" if programme.paused_at else "open"


@command.command("approve")
@click.argument("request", type=int)
@writing
def approve_request(session: Session, request: int) -> Iterator[str]:
    """Begin a programme that was asked for: REQUEST is its number in `programme list`."""
    asked = _request(session, request)
    made = starting.approve(session, asked, by=BY, now=utc_now())
    if made is None:
        yield f"{asked.slug} is taken meanwhile. The founder is asked for another address."
    else:
        yield f"{made.name} is at {Settings.from_env().public_url}/p/{made.slug}/; its founder is told."


@command.command("decline")
@click.argument("request", type=int)
@click.option("--reason", default="", help="One or two sentences, which the founder reads.")
@writing
def decline_request(session: Session, request: int, reason: str) -> Iterator[str]:
    """Say no to a programme that was asked for: REQUEST is its number in `programme list`."""
    if len(reason) > REASON:
        raise click.BadParameter(f"at most {REASON} letters; this has {len(reason):,}", param_hint="--reason")
    starting.decline(session, _request(session, request), reason.strip(), by=BY, now=utc_now())
    yield "Declined; its founder is told."


def _request(session: Session, number: int) -> ProgrammeRequest:
    asked = starting.by_number(session, number) if 0 < number <= LARGEST_ID else None
    if asked is None:
        raise click.UsageError(f"there is no request {number}: `unmentoring programme list` shows them")
    return asked


@command.command("rename")
@click.argument("slug")
@click.argument("address")
@writing
def rename_programme(session: Session, slug: str, address: str) -> Iterator[str]:
    """Move a programme's pages from /p/SLUG/ to /p/ADDRESS/. The old address leads on."""
    which = programmes.by_slug(session, slug)
    programmes.rename(session, which, address, by=BY, now=utc_now())
    old = f"/p/{slug}/ leads there." if slug != address else "It was there before."
    yield f"{which.name} is at {Settings.from_env().public_url}/p/{address}/. {old}"


@command.command("pause")
@click.argument("slug")
@writing
def pause_programme(session: Session, slug: str) -> Iterator[str]:
    """Let nothing begin by itself and no message of a round go out, until it goes on."""
    from web.services.programmes import programme_settings

    programme_settings.pause(session, programmes.by_slug(session, slug), by=BY, now=utc_now())
    yield "The programme is paused. Its pages say so."


@command.command("go-on")
@click.argument("slug")
@writing
def go_on(session: Session, slug: str) -> Iterator[str]:
    """End a pause."""
    from web.services.programmes import programme_settings

    which = programmes.by_slug(session, slug)
    programmes.must_be_open(which)
    released = programme_settings.go_on(session, which, by=BY, now=utc_now())
    yield f"The programme goes on; {phrases.counted(released, 'message')} that waited go out now."
