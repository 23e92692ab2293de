"""`unmentoring people …`: participants come from a file, go into one, and are erased."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from sqlmodel import Session

from notifications import addresses
from web.clock import utc_now
from web.commands.files import FILE, LEAVE_OUT, say, take_in
from web.commands.sessions import BY, reading, writing
from web.models import Person
from web.models.imports import ImportKind
from web.services.common import contacts, phrases, programmes, spreadsheets
from web.services.people import directory_file, erasure
from web.settings import Settings
from web.tokens import signer_of

AN_ID = re.compile(r"[0-9a-f]{20}")


@click.group("people")
def command() -> None:
    """Participants."""


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--programme", "slug", required=True)
@LEAVE_OUT
def import_people(file: Path, slug: str, leave_out: bool) -> None:
    """Invite everyone in a workbook or CSV with name, organisation and email; in once they say yes."""
    done = take_in(ImportKind.PEOPLE, file, slug, leave_out=leave_out)
    click.echo(f"{phrases.counted(done.added, 'person', 'people')} invited, {done.known} known already.")
    if done.doubles:
        click.echo(
            f"{phrases.counted(done.doubles, 'row')} passed over: the address is further up in the file."
        )
    say(done.remarks)
    if done.asked:
        click.echo(
            f"{phrases.counted(done.asked, 'person', 'people')} left out who may be here already. "
            "Import the file on the page to say who is somebody else."
        )


@command.command("export")
@click.option("--programme", "slug", required=True)
@reading
def export_people(session: Session, slug: str) -> None:
    """Print everyone as CSV."""
    for line in directory_file.export(session, programmes.by_slug(session, slug)):
        click.echo(line, nl=False)


@command.command("erase")
@click.argument("who", metavar="EMAIL|NUMBER|ID")
@writing
def erase_person(session: Session, who: str) -> Iterator[str]:
    """Take somebody's personal data out of every table: by address, confirmed mobile number, or the id that
    `people export` prints.
    """
    key = signer_of(Settings.from_env()).suppression_key()
    erasure.erase_as_asked(session, _whose(session, who), by=BY, key=key, now=utc_now())
    yield "Erased."


def _whose(session: Session, who: str) -> Person:
    """Raises BadFile: nobody's, or more than one person's."""
    if AN_ID.fullmatch(who):
        found = session.get(Person, who)
        if found is None or found.erased_at or found.merged_into:
            raise spreadsheets.BadFile(who, "nobody has that id")
        return found
    if not any(letter.isalpha() for letter in who):
        people = contacts.by_phone(session, addresses.phone(who))
        if len(people) != 1:
            shared = f"{len(people)} people have confirmed that number: say the id of one"
            raise spreadsheets.BadFile(who, shared if people else "nobody has confirmed that number")
        return people[0]
    person = contacts.by_email(session, who)
    if person is None:
        raise spreadsheets.BadFile(who, "nobody has that address")
    return person
