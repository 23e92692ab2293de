"""`unmentoring organiser …`: who runs a programme."""

import click
from sqlmodel import Session

from web.clock import utc_now
from web.commands.sessions import BY, writing
from web.models import Role
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
    settings, now = Settings.from_env(), utc_now()
    who = accounts.add(session, programmes.by_slug(session, slug), email, Role(role), by=BY, now=now)
    link = accounts.sign_in_link(session, who, now=now)
    click.echo(links.address_maker(signer_of(settings), settings.public_url)(link, who.id))
