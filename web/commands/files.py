"""Files that are handed to a command."""

import os
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from web import import_work
from web.clock import utc_now
from web.commands.sessions import BY, opening_current
from web.models.imports import Import, ImportKind
from web.services.common import spreadsheets
from web.settings import Settings
from web.sizes import FILE_BYTES, said
from web.tokens import signer_of

FILE = click.Path(path_type=Path, dir_okay=False)


LEAVE_OUT = click.option(
    "--leave-out",
    is_flag=True,
    help="Leave out rows that cannot be taken in, and say which, instead of refusing.",
)


def say(remarks: Sequence[str]) -> None:
    """What an organiser should know of single rows."""
    for remark in remarks:
        click.echo(f"  {remark}")


def take_in(kind: ImportKind, file: Path, slug: str, *, leave_out: bool) -> import_work.Imported:
    """Take a file in, and say on standard error how far that is."""
    with file.open("rb") as opened:
        raw = opened.read(FILE_BYTES + 1)
    if len(raw) > FILE_BYTES:
        raise spreadsheets.BadFile(str(file), f"at most {said(FILE_BYTES)}; split it into several files")
    # A name out of an old archive may be no text at all.
    name = os.fsencode(file).decode(errors="replace")
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    with opening_current() as base, bar:
        task = bar.add_task("reading", total=None)

        def progress(job: Import) -> None:
            bar.update(task, description=job.state.value, completed=job.done, total=job.total)

        return import_work.take_in(
            base,
            slug,
            kind,
            name,
            raw,
            by=BY,
            clock=utc_now,
            key=signer_of(Settings.from_env()).suppression_key(),
            progress=progress,
            leave_out=leave_out,
        )
