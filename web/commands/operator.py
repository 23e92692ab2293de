"""`unmentoring operator …`: who looks after the whole installation."""

from collections.abc import Iterator

import click
from sqlmodel import Session

from web.clock import utc_now
from web.commands.sessions import BY, reading, writing
from web.services.common import links, times
from web.services.organisers import accounts, operators
from web.settings import Settings
from web.tokens import signer_of


@click.group("operator")
def command() -> None:
    """Who looks after the whole installation."""


@command.command("add")
@click.argument("email")
@writing
def add_operator(session: Session, email: str) -> Iterator[str]:
    """Let somebody open /operate/, and print a link to sign in with (15 minutes, once)."""
    settings, now = Settings.from_env(), utc_now()
    who = operators.add(session, email, by=BY, now=now)
    link = accounts.sign_in_link(session, who, now=now)
    yield links.address_maker(signer_of(settings), settings.public_url)(link, who.id)


@command.command("remove")
@click.argument("email")
@writing
def remove_operator(session: Session, email: str) -> Iterator[str]:
    """End it, and sign them out everywhere. Roles in programmes stay."""
    operators.remove(session, email, by=BY, now=utc_now())
    yield f"{email} no longer looks after this installation."


@command.command("list")
@reading
def list_operators(session: Session) -> None:
    """Show who they are, and since when."""
    for one in operators.every(session):
        if one.operates_since:
            click.echo(f"{one.email}  since {times.today(one.operates_since)}")
