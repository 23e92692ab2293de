"""The `unmentoring` command. Errors end with one line on standard error and exit code 2."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import Session

import matcher.cli
from matcher import MatcherError
from notifications import messages, outbox, resending, standing
from notifications.errors import NotificationError
from notifications.tables import State
from web import background, import_work, logs, providers
from web.commands import backups, demo, serving
from web.commands.schedules import schedule_
from web.commands.sessions import BY, opening, reading, writing
from web.db import Database
from web.http.context import signer_of, utc_now
from web.models import Programme, Role
from web.models.imports import Import, ImportKind
from web.services.common import audit, contacts, links, phrases, programmes, spreadsheets, times
from web.services.organisers import accounts
from web.services.people import directory_file, erasure
from web.services.programmes import programme_settings
from web.services.rounds import drafts, pots, previews, rounds, sending, top_ups
from web.settings import Settings, SettingsError
from web.sizes import FILE_BYTES, said
from web.upgrading import UpgradeError

FILE = click.Path(path_type=Path, dir_okay=False)
KNOWN = (
    SettingsError,
    MatcherError,
    NotificationError,
    backups.BackupError,
    programmes.Ends,
    spreadsheets.BadFile,
    programmes.BadSettings,
    accounts.LastOwner,
    rounds.RoundError,
    serving.PortTaken,
    audit.TamperedAudit,
    UpgradeError,
)


class OneLine(click.Group):
    """Turns what can go wrong into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except programmes.NoSuchProgramme as error:
            self._stop(f"there is no programme {str(error)!r}")
        except OSError as error:
            self._stop(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        except (OperationalError, ProgrammingError) as error:
            self._stop(f"the database cannot be used ({error.orig}); run `unmentoring db upgrade` first")
        except KNOWN as error:
            self._stop(str(error))

    def _stop(self, text: str) -> None:
        click.echo(f"unmentoring: {' '.join(text.split())}", err=True)
        raise SystemExit(2)


@click.group(cls=OneLine)
def main() -> None:
    """Introduce people who would not otherwise meet."""
    os.umask(0o077)  # databases, queues and backups hold addresses: they are nobody else's to read


main.add_command(matcher.cli.draw)
main.add_command(matcher.cli.check)
main.add_command(matcher.cli.generate)
main.add_command(schedule_)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Run `unmentoring worker` yourself.")
def serve(host: str, port: int, no_worker: bool) -> None:
    """Serve the pages and, unless told otherwise, do the background work."""
    logs.configure()
    settings = Settings.from_env().at_port(port)

    def ready() -> None:
        click.echo(f"Unmentoring is at {settings.public_url}")
        if settings.has_outbox:
            click.echo(f"Its outbox opens by {_outbox_address(settings)}")

    serving.serve(settings, host=host, port=port, worker=not no_worker, ready=ready)


@main.command()
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 32))
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.option("--quiet", is_flag=True, hidden=True, help="Log trouble alone.")
def worker(threads: int, with_parent: bool, quiet: bool) -> None:
    """Answer forms and send messages."""
    logs.configure(logs.WARNINGS if quiet else logs.INFORMATION)
    if with_parent:
        serving.stop_at_end_of_input()
    background.run(Settings.from_env(), threads)


@main.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo_(port: int) -> None:
    """A programme of 41 people to look at, with everything in it; serves it and prints the links."""
    settings = demo.settings_for(Settings.from_env().at_port(port))
    logs.configure(logs.WARNINGS)
    database = Database(settings.database_url)
    database.upgrade()
    demo.make(settings, database, now=utc_now(), say=click.echo)

    def ready() -> None:
        with database.write() as session:
            shown = demo.doors(session, settings, now=utc_now())
            by_text = demo.join_line(session, settings)
        for name, address in [*shown, *([("Join without email", by_text)] if by_text else [])]:
            click.echo(f"  {name:<22} {address}")
        click.echo("Stop with Ctrl-C.")

    serving.serve(settings, host="127.0.0.1", port=port, worker=True, ready=ready, quiet=True)


@main.command()
def webhooks() -> None:
    """Print the addresses to enter at the chosen providers."""
    settings = Settings.from_env()
    found = providers.callback_addresses(settings, signer_of(settings))
    for where, address in found:
        click.echo(f"{where}: {address}")
    if not found:
        click.echo("None: the chosen providers tell us nothing.")


@main.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this version."""
    with opening() as base:
        base.upgrade()
    click.echo("The database is up to date.")


@db.command("backup")
@click.argument("file", type=FILE)
def backup_database(file: Path) -> None:
    """Write the whole database to FILE while the service goes on, and FILE.erased beside it."""
    with opening() as base:
        backups.backup(base, file)
    click.echo(f"Written to {file}. Keep {file}.erased beside it.")


@db.command("restore")
@click.argument("file", type=FILE)
def restore_database(file: Path) -> None:
    """Put a backup in the database's place. Stop the service first; the outbox is held afterwards."""
    with opening() as base:
        done = backups.restore(base, file, now=utc_now())
    click.echo(
        f"Restored; {phrases.counted(done.erased, 'person', 'people')} erased again. Nothing is sent until "
        "you have looked: `unmentoring outbox list --state held`, then `unmentoring outbox cancel --held …` "
        "for what went out before, and `unmentoring outbox release`."
    )
    if not done.asked:
        click.echo(
            "The database that was replaced could not be read: whoever was erased since the newest ledger "
            f"beside {file} is back. Erase them again: `unmentoring people erase`.",
            err=True,
        )


@main.group()
def programme() -> None:
    """Programmes."""


@programme.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--contact", help="The address shown to everyone; MAIL_FROM's unless given.")
@writing
def add_programme(session: Session, slug: str, name: str, contact: str | None) -> None:
    """Start a programme at /p/SLUG/."""
    settings = Settings.from_env()
    address = contact or settings.mail_from.rpartition("<")[2].rstrip("> ")
    made = programmes.add(session, slug, name, contact=address, now=utc_now(), by=BY)
    click.echo(f"{made.name} is at {settings.public_url}/p/{made.slug}/")


@programme.command("pause")
@click.argument("slug")
@writing
def pause_programme(session: Session, slug: str) -> None:
    """Let nothing begin by itself and no message of a round go out, until it goes on."""
    programme_settings.pause(session, programmes.by_slug(session, slug), by=BY, now=utc_now())
    click.echo("The programme is paused. Its pages say so.")


@programme.command("go-on")
@click.argument("slug")
@writing
def go_on(session: Session, slug: str) -> None:
    """End a pause."""
    which = programmes.by_slug(session, slug)
    programmes.must_be_open(which)
    released = programme_settings.go_on(session, which, by=BY, now=utc_now())
    click.echo(f"The programme goes on; {phrases.counted(released, 'message')} that waited go out now.")


@main.group()
def organiser() -> None:
    """Organisers."""


@organiser.command("add")
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


@main.group("people")
def people_() -> None:
    """Participants."""


def _take_in(kind: ImportKind, file: Path, slug: str) -> import_work.Imported:
    """Take a file in, and say on standard error how far that is."""
    with file.open("rb") as opened:
        raw = opened.read(FILE_BYTES + 1)
    if len(raw) > FILE_BYTES:
        raise spreadsheets.BadFile(str(file), f"at most {said(FILE_BYTES)}; split it into several files")
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    with opening() as base, bar:
        task = bar.add_task("reading", total=None)

        def progress(job: Import) -> None:
            bar.update(task, description=job.state.value, completed=job.done, total=job.total)

        return import_work.take_in(base, slug, kind, str(file), raw, by=BY, clock=utc_now, progress=progress)


@people_.command("import")
@click.argument("file", type=FILE)
@click.option("--programme", "slug", required=True)
def import_people(file: Path, slug: str) -> None:
    """Invite everyone in a CSV with name, organisation and email; they are in once they say yes."""
    done = _take_in(ImportKind.PEOPLE, file, slug)
    click.echo(f"{phrases.counted(done.added, 'person', 'people')} invited, {done.known} known already.")
    if done.doubles:
        click.echo(
            f"{phrases.counted(done.doubles, 'row')} passed over: the address is further up in the file."
        )
    if done.asked:
        click.echo(
            f"{phrases.counted(done.asked, 'person', 'people')} left out who may be here already. "
            "Import the file on the page to say who is somebody else."
        )


@people_.command("export")
@click.option("--programme", "slug", required=True)
@reading
def export_people(session: Session, slug: str) -> None:
    """Print everyone as CSV."""
    for line in directory_file.export(session, programmes.by_slug(session, slug)):
        click.echo(line, nl=False)


@people_.command("erase")
@click.argument("email")
@writing
def erase_person(session: Session, email: str) -> None:
    """Take somebody's personal data out of every table."""
    person = contacts.by_email(session, email)
    if person is None:
        raise spreadsheets.BadFile(email, "nobody has that address")
    erasure.erase(session, person, by=BY, now=utc_now())
    click.echo("Erased.")


@main.group()
def history() -> None:
    """Who met whom before this service."""


@history.command("import")
@click.argument("file", type=FILE)
@click.option("--programme", "slug", required=True)
def import_history(file: Path, slug: str) -> None:
    """Take in rounds of an older scheme: round,person_1,person_2,… by email, id or name."""
    done = _take_in(ImportKind.HISTORY, file, slug)
    click.echo(
        f"{phrases.counted(done.added, 'group')} imported; {phrases.counted(done.passed_over, 'mention')} "
        "of people who are not in the programme passed over."
    )


@main.group("round")
def round_() -> None:
    """Rounds."""


@round_.command("draw")
@click.argument("slug")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Same people and seed, same round.")
def draw_round(slug: str, seed: int | None) -> None:
    """Draw a draft, in place of the one there may be. Nobody is told anything."""
    now, chosen = utc_now(), secrets.randbits(drafts.SEED_BITS) if seed is None else seed
    with opening() as base:
        with base.read() as session:
            which = programmes.by_slug(session, slug)
            pot = pots.gather(session, which, times.today(now))
            old = rounds.draft(session, which)
        drawn = drafts.compute(pot, which, seed=chosen)
        with base.write() as session:
            version = old.version if old else None
            number = drafts.save_draft(session, which, drawn, by=BY, now=now, version=version).number
        with base.read() as session:
            _show(session, which, number)


@round_.command("show")
@click.argument("slug")
@click.argument("number", type=int, required=False)
@reading
def show_round(session: Session, slug: str, number: int | None) -> None:
    """Print a round: the newest unless told which."""
    which = programmes.by_slug(session, slug)
    listed = previews.every(session, which)
    if not listed:
        raise rounds.NoDraft("There is no round yet")
    _show(session, which, number or listed[0].round.number)


def _show(session: Session, which: Programme, number: int) -> None:
    preview = previews.of_round(session, which, number, now=utc_now())
    console = Console()
    table = Table(
        "Group", "Who", "Why these", "First to write", title=f"Round {number}: {preview.round.state.value}"
    )
    for group in preview.groups:
        who = "\n".join(", ".join(filter(None, (one.name, one.organisation))) for one in group.members)
        table.add_row(str(group.number), who, group.why, group.first_mover)
    console.print(table)
    for reason in preview.reasons:
        console.print(reason)
    for one in preview.outside:
        console.print(f"Not in this round: {one.name}, {one.reason}")


@round_.command("send")
@click.argument("slug")
@click.argument("number", type=int)
@writing
def send_round(session: Session, slug: str, number: int) -> None:
    """Send a draft's introductions, once."""
    which = programmes.by_slug(session, slug)
    found = rounds.by_number(session, which, number)
    sending.send_round(session, which, number, found.version, by=BY, now=utc_now())
    click.echo(f"Round {number} is on its way.")


@round_.command("top-up")
@click.argument("slug")
@writing
def top_up(session: Session, slug: str) -> None:
    """Match who waits in the running round now, and not only after its cut-off."""
    which, now = programmes.by_slug(session, slug), utc_now()
    number = top_ups.running(session, which, now=now).number
    made = top_ups.run(session, which, number, None, by=BY, now=now)
    click.echo(
        f"Round {number}: {phrases.counted(len(made.groups), 'new group')}, "
        f"{phrases.counted(len(made.joins), 'person joins', 'people join')} a pair, "
        f"nobody yet for {phrases.counted(len(made.nobody), 'person', 'people')}."
    )


MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
RETRIED = [state.value for state in (State.FAILED, State.PARKED, State.EXPIRED, State.UNCERTAIN)]


@main.group("outbox")
def outbox_() -> None:
    """Messages."""


@outbox_.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]))
@reading
def list_outbox(session: Session, state: str | None) -> None:
    """Print the newest messages, without names or addresses, and what keeps a provider from going on."""
    for who, what in standing.slowed(session, utc_now()).items():
        click.echo(f"{who}: {what}")
    table = Table("id", "kind", "channel", "state", "due", "reason")
    for row in outbox.listing(session, state=State(state) if state else None):
        due = row.due_at.isoformat(timespec="minutes")
        table.add_row(str(row.id), row.kind, row.channel, row.state, due, row.reason or "")
    Console().print(table)


@outbox_.command("link")
def outbox_link() -> None:
    """On trial: print a link that opens the page of messages in the browser that comes by it."""
    settings = Settings.from_env()
    if not settings.has_outbox:
        raise SettingsError("PUBLIC_URL", settings.public_url, "a loopback address, and a local provider")
    click.echo(_outbox_address(settings))


def _outbox_address(settings: Settings) -> str:
    with opening() as base, base.write() as session:
        return links.outbox_address(session, signer_of(settings), settings.public_url, now=utc_now())


@outbox_.command("cancel")
@click.option("--held", is_flag=True, help="Only what is held, as after a restore.")
@click.option("--kind", type=click.Choice(sorted(messages.BY_KIND)), help="Only one kind.")
@click.option("--before", type=MOMENT, help="Only what was due before (UTC).")
@writing
def cancel_outbox(session: Session, held: bool, kind: str | None, before: datetime | None) -> None:
    """Never send what waits, where all that is given holds: what went out already before a restore."""
    moment = before.replace(tzinfo=UTC) if before else None
    if not (held or kind or moment):
        raise click.UsageError("say which: --held, --kind or --before")
    gone = outbox.cancel(session, kind=kind, due_before=moment, held=held)
    click.echo(f"{phrases.counted(gone, 'message')} cancelled.")


@outbox_.command("retry")
@click.option("--state", type=click.Choice(RETRIED), required=True)
@click.option("--since", type=MOMENT, required=True, help="Only what ended so then or later (UTC).")
@click.option("--kind", type=click.Choice(sorted(messages.BY_KIND)), help="Only one kind.")
@click.option("--round", "which", type=(str, int), metavar="SLUG NUMBER", help="Only one round.")
@writing
def retry_outbox(
    session: Session, state: str, since: datetime, kind: str | None, which: tuple[str, int] | None
) -> None:
    """Send again what failed, once its cause is put right. Uncertain ones may then arrive twice."""
    found = None
    if which:
        found = str(rounds.by_number(session, programmes.by_slug(session, which[0]), which[1]).id)
    moment, now = since.replace(tzinfo=UTC), utc_now()
    sent = resending.resend_all(session, [State(state)], since=moment, kind=kind, round=found, now=now)
    audit.record(session, BY, "messages sent again", now=now, messages=sent)
    click.echo(f"{phrases.counted(sent, 'message is', 'messages are')} on the way again.")


@outbox_.command("release")
@writing
def release_outbox(session: Session) -> None:
    """Let a held outbox go on, as after a restored backup, and a stopped or slowed provider at full speed."""
    for who in standing.start_again(session, utc_now()):
        click.echo(f"{who} is tried again.")
    click.echo(f"{phrases.counted(outbox.release(session), 'message')} released.")


@main.group("audit")
def audit_() -> None:
    """Who did what when."""


@audit_.command("verify")
@reading
def verify_audit(session: Session) -> None:
    """Check that no entry was changed, removed or put in between."""
    click.echo(f"{phrases.counted(audit.verify(session), 'entry', 'entries')}, unbroken.")


if __name__ == "__main__":
    main()
