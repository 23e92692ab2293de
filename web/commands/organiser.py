"""`unmentoring organiser …`: who runs a programme."""

from collections.abc import Iterator

import click
from sqlmodel import Session

from web.clock import utc_now
from web.commands.sessions import BY, reading, writing
from web.models import Programme, Role
from web.services.common import links, programmes, times
from web.services.organisers import accounts, team
from web.settings import Settings
from web.tokens import signer_of

SCHEDULES = "rounds begin in their name"


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
def add_organiser(session: Session, email: str, slug: str, role: str) -> Iterator[str]:
    """Give somebody a role, and print a link to sign in with (15 minutes, once)."""
    yield sign_in_link(session, programmes.by_slug(session, slug), email, Role(role))


@command.command("list")
@click.option("--programme", "slug", help="Only one programme's.")
@reading
def list_organisers(session: Session, slug: str | None) -> None:
    """Show who may do what in which programme, and since when."""
    listed = [programmes.by_slug(session, slug)] if slug else programmes.every(session)
    everybody = [(which, one) for which in listed for one in team.of_programme(session, which)]
    for which, one in everybody:
        line = f"{which.slug:40}  {one.held.role.value:9}  {one.organiser.email}"
        click.echo("".join((line, _since(one), f", {SCHEDULES}" if one.schedules else "")))
    if not everybody:
        click.echo("Nobody organises yet: `unmentoring organiser add` gives somebody a role.")


def _since(one: team.TeamMember) -> str:
    given = one.held.given_at or one.held.taken_at
    since = f"  since {times.today(given)}" if given else ""
    return since if one.held.taken_at else f"{since}, has not signed in yet"


@command.command("remove")
@click.argument("email")
@click.option("--programme", "slug", required=True)
@writing
def remove_organiser(session: Session, email: str, slug: str) -> Iterator[str]:
    """Take somebody's role in a programme away, and sign them out everywhere."""
    which = programmes.by_slug(session, slug)
    found = team.by_email(session, which, email)
    team.remove(session, which, found.organiser.id, by=BY, now=utc_now())
    yield f"{email} no longer organises {which.name}."
    if found.schedules:
        yield "Rounds began in their name: `unmentoring schedule on` lets them begin in another's."


def sign_in_link(session: Session, programme: Programme, email: str, role: Role) -> str:
    """Of somebody who has a role from now on."""
    settings, now = Settings.from_env(), utc_now()
    who = accounts.add(session, programme, email, role, by=BY, now=now)
    link = accounts.sign_in_link(session, who, now=now)
    return links.address_maker(signer_of(settings), settings.public_url)(link, who.id)
