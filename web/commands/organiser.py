"""`unmentoring organiser …`: who runs a programme."""

import click
from sqlmodel import Session

from web.clock import utc_now
from web.commands.sessions import BY, writing
from web.models import Programme, Role
from web.services.common import links, programmes
from web.services.organisers import accounts
from web.settings import Settings
from web.tokens import signer_of


@click.group("organiser")
def command() -> None:
    """Organisers."""


@command.command("add")
@click.argument("email")
@click.option("--programme", "slug", required=True)
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value, show_default=True
)
@writing
def add_organiser(session: Session, email: str, slug: str, role: str) -> None:
    """Give somebody a role, and print a link to sign in with (15 minutes, once)."""
    click.echo(sign_in_link(session, programmes.by_slug(session, slug), email, Role(role)))


def sign_in_link(session: Session, programme: Programme, email: str, role: Role) -> str:
    """Of somebody who has a role from now on."""
    settings, now = Settings.from_env(), utc_now()
    who = accounts.add(session, programme, email, role, by=BY, now=now)
    link = accounts.sign_in_link(session, who, now=now)
    return links.address_maker(signer_of(settings), settings.public_url)(link, who.id)
