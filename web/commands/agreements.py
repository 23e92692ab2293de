"""`unmentoring agreements …`: what people agreed."""

from pathlib import Path

import click
from sqlmodel import Session

from web.clock import utc_now
from web.commands.files import FILE
from web.commands.sessions import reading
from web.services.agreements import log_files
from web.services.common import programmes, times

FORMATS = {"markdown": log_files.as_markdown, "json": log_files.as_json}


@click.group("agreements")
def command() -> None:
    """What people agreed."""


@command.command("export")
@click.argument("slug")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="markdown", show_default=True)
@click.option("--out", type=FILE, help="Write it here instead of printing it.")
@reading
def export(session: Session, slug: str, kind: str, out: Path | None) -> None:
    """Write the public log of a programme, with its counts."""
    told = FORMATS[kind](
        log_files.document(session, programmes.by_slug(session, slug), times.today(utc_now()))
    )
    if out:
        out.write_text(told, encoding="utf-8")
    else:
        click.echo(told, nl=False)
