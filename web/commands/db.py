"""`unmentoring db …`: the database's version, and its backups.

What copies a database knows half of the program. It is loaded by those who copy one: `upgrade` runs at every
start.
"""

from pathlib import Path
from time import monotonic

import click

from web.clock import utc_now
from web.commands.sessions import BY, opening
from web.services.common import phrases
from web.settings import database_url

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("db")
def command() -> None:
    """The database."""


@command.command()
def upgrade() -> None:
    """Bring the tables to this version."""
    with opening() as base:
        base.upgrade()
    click.echo("The database is up to date.")


@command.command("backup")
@click.argument("file", type=FILE)
@click.option(
    "--drop-old",
    is_flag=True,
    help="Then drop *.backup beside it that are older than 30 days, but for the newest seven.",
)
def backup_database(file: Path, drop_old: bool) -> None:
    """Write the whole database to FILE while the service goes on, and FILE.erased beside it."""
    from web.commands import backups

    with opening() as base:
        backups.backup(base, file)
        click.echo(f"Written to {file}. Keep {file}.erased beside it.")
        backups.note(base, by=BY, now=utc_now())
    if drop_old:
        gone = backups.drop_old(file.parent, now=utc_now())
        click.echo(f"{phrases.counted(gone, 'old file')} dropped.")


@command.command("move")
@click.argument("to_url")
def move_database(to_url: str) -> None:
    """Copy everything into the empty database TO_URL. Stop the service first; this one is only read."""
    from rich.console import Console

    from web.commands import moving

    began, to = monotonic(), database_url(to_url)
    with opening() as base, Console(stderr=True).status("reading") as status:
        done = moving.move(base, to, now=utc_now(), progress=status.update)
    click.echo(
        f"Moved {phrases.counted(done.rows, 'row')} of {phrases.counted(done.tables, 'table')} in "
        f"{monotonic() - began:,.0f} s, each compared; the audit has "
        f"{phrases.counted(done.audit_entries, 'entry', 'entries')}, unbroken. Now let DATABASE_URL say "
        "where it is, start the service, and keep the old one until you have looked."
    )


@command.command("restore")
@click.argument("file", type=FILE)
def restore_database(file: Path) -> None:
    """Put a backup in the database's place. Stop the service first; the outbox is held afterwards."""
    from web.commands import backups

    with opening() as base:
        done = backups.restore(base, file, now=utc_now())
    click.echo(
        f"Restored; {phrases.counted(done.erased, 'person', 'people')} erased again. Nothing is sent until "
        "you have looked: `unmentoring outbox list --state held`, then `unmentoring outbox cancel --held …` "
        "for what went out before, and `unmentoring outbox release`. Until then no round begins by itself: "
        "where one was sent since the backup, move the next with `unmentoring schedule next SLUG DAY` first. "
        "Organisers read on their first page that the service was restored: ask them for rounds sent since."
    )
    if not done.asked:
        click.echo(
            "The database that was replaced could not be read, or held nobody: whoever was erased, or "
            "stopped our messages, since the newest ledger "
            f"beside {file} is back. Erase them again: `unmentoring people erase`.",
            err=True,
        )
