"""`unmentoring outbox …`: messages listed, cancelled, sent again and let go on."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.table import Table
from sqlmodel import Session

from notifications import messages, outbox, progress, stoppages
from notifications.tables import WAITING, State
from web.clock import utc_now
from web.commands.printing import plain
from web.commands.sessions import BY, ROUND_NUMBER, opening_current, reading, writing
from web.services.common import audit, links, phrases, programmes
from web.services.programmes import programme_settings
from web.services.rounds import delivery_problems, rounds
from web.settings import Settings, SettingsError
from web.tokens import signer_of

MINUTES = "%Y-%m-%dT%H:%M"
DUE = "due (UTC)"
RETRIED = [state.value for state in (State.FAILED, State.PARKED, State.EXPIRED, State.UNCERTAIN)]


class Moment(click.DateTime):
    """A day, or a minute of one."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d", MINUTES])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is not a moment like 2026-12-01 or 2026-12-01T09:00", param, ctx)


MOMENT = Moment()


@click.group("outbox")
def command() -> None:
    """Messages."""


@command.command("list")
@click.option("--state", type=click.Choice([state.value for state in State]))
@reading
def list_outbox(session: Session, state: str | None) -> None:
    """Print the newest messages, without names or addresses, and what keeps a provider from going on."""
    for who, what in stoppages.slowed(session, utc_now()).items():
        click.echo(f"{who}: {what}")
    table = Table("id", "kind", "channel", "state", DUE, "reason")
    listed = progress.listing(session, state=State(state) if state else None)
    for row in listed:
        table.add_row(str(row.id), row.kind, row.channel, row.state, _said(row.due_at), row.reason or "")
    plain().print(table)
    if state and listed:
        _print_kinds(progress.by_kind(session, State(state)), len(listed))


def _print_kinds(kinds: Sequence[progress.InState], listed: int) -> None:
    """All of a state, not the newest alone: whoever cancels after a restore decides by kind and day."""
    table = Table("kind", "messages", f"first {DUE}", f"last {DUE}")
    for one in kinds:
        table.add_row(one.kind, f"{one.count:,}", _said(one.first), _said(one.last))
    plain().print(table)
    total = sum(one.count for one in kinds)
    click.echo(f"{phrases.counted(total, 'message')}, the newest {listed:,} of them listed above.")


def _said(moment: datetime) -> str:
    """As --before and --since take it."""
    return moment.astimezone(UTC).strftime(MINUTES)


@command.command("link")
def outbox_link() -> None:
    """On trial: print a link that opens the page of messages in the browser that comes by it."""
    settings = Settings.from_env()
    if not settings.has_outbox:
        raise SettingsError("PUBLIC_URL", settings.public_url, "a loopback address, and a local provider")
    click.echo(address(settings))


def address(settings: Settings) -> str:
    """A link that opens the page of messages in the browser that comes by it."""
    with opening_current() as base, base.write() as session:
        return links.outbox_address(session, signer_of(settings), settings.public_url, now=utc_now())


@command.command("cancel")
@click.option("--held", is_flag=True, help="Only what is held, as after a restore.")
@click.option("--kind", type=click.Choice(sorted(messages.BY_KIND)), help="Only one kind.")
@click.option("--before", type=MOMENT, help="Only what was due before (UTC).")
@writing
def cancel_outbox(session: Session, held: bool, kind: str | None, before: datetime | None) -> Iterator[str]:
    """Never send what waits, where all that is given holds: what went out already before a restore."""
    moment = before.replace(tzinfo=UTC) if before else None
    if not (held or kind or moment):
        raise click.UsageError("say which: --held, --kind or --before")
    gone = outbox.cancel(session, kind=kind, due_before=moment, held=held, states=WAITING)
    yield f"{phrases.counted(gone, 'message')} cancelled."


@command.command("retry")
@click.option("--state", type=click.Choice(RETRIED), required=True)
@click.option("--since", type=MOMENT, required=True, help="Only what ended so then or later (UTC).")
@click.option("--kind", type=click.Choice(sorted(messages.BY_KIND)), help="Only one kind.")
@click.option("--round", "which", type=(str, ROUND_NUMBER), metavar="SLUG NUMBER", help="Only one round.")
@writing
def retry_outbox(
    session: Session, state: str, since: datetime, kind: str | None, which: tuple[str, int] | None
) -> Iterator[str]:
    """Send again what failed, once its cause is put right. Uncertain ones may then arrive twice."""
    found = None
    if which:
        found = str(rounds.by_number(session, programmes.by_slug(session, which[0]), which[1]).id)
    moment, now = since.replace(tzinfo=UTC), utc_now()
    states = [State(state)]
    sent = delivery_problems.resend_all(session, states, since=moment, kind=kind, round=found, now=now)
    audit.record(session, BY, "outbox sent again", now=now, messages=sent)
    yield f"{phrases.counted(sent, 'message is', 'messages are')} on the way again."


@command.command("release")
@writing
def release_outbox(session: Session) -> Iterator[str]:
    """Let a held outbox go on, as after a restored backup, and a stopped or slowed provider at full speed."""
    for who in stoppages.start_again(session, utc_now()):
        yield f"{who} is tried again."
    released = programme_settings.release_everything(session, now=utc_now())
    yield f"{phrases.counted(released, 'message')} released."
