"""`unmentoring audit …`: who did what when."""

import click
from sqlmodel import Session

from web.commands.sessions import reading
from web.services.common import audit, phrases


@click.group("audit")
def command() -> None:
    """Who did what when."""


@command.command("verify")
@reading
def verify_audit(session: Session) -> None:
    """Check that no entry was changed, removed or put in between."""
    click.echo(f"{phrases.counted(audit.verify(session), 'entry', 'entries')}, unbroken.")
