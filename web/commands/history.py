"""`unmentoring history …`: who met whom before this service."""

from pathlib import Path

import click

from web.commands.files import FILE, LEAVE_OUT, say, take_in
from web.models.imports import ImportKind
from web.services.common import phrases


@click.group("history")
def command() -> None:
    """Who met whom before this service."""


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--programme", "slug", required=True)
@LEAVE_OUT
def import_history(file: Path, slug: str, leave_out: bool) -> None:
    """Take in rounds of an older scheme: round,person_1,person_2,… by email, id or name, or a row for each
    person with their partners.
    """
    done = take_in(ImportKind.HISTORY, file, slug, leave_out=leave_out)
    click.echo(
        f"{phrases.counted(done.added, 'group')} imported; {phrases.counted(done.passed_over, 'mention')} "
        "of people who are not in the programme passed over."
    )
    say(done.remarks)
