"""`unmentoring round …`: rounds drawn, shown, sent and topped up."""

import secrets
from collections.abc import Iterator
from itertools import chain

import click
from rich.table import Table
from sqlmodel import Session

from web.clock import utc_now
from web.commands.printing import plain
from web.commands.sessions import BY, ROUND_NUMBER, opening_current, reading, writing
from web.models import Programme
from web.services.common import phrases, programmes, times
from web.services.rounds import drafts, previews, round_list, rounds, sending, top_ups


@click.group("round")
def command() -> None:
    """Rounds."""


@command.command("draw")
@click.argument("slug")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Same people and seed, same round.")
def draw_round(slug: str, seed: int | None) -> None:
    """Draw a draft, in place of the one there may be. Nobody is told anything."""
    now, chosen = utc_now(), secrets.randbits(drafts.SEED_BITS) if seed is None else seed
    with opening_current() as base:
        with base.read() as session:
            which = programmes.by_slug(session, slug)
            old = rounds.draft(session, which)
        drawn = drafts.draw_next(base.read, which.id, seed=chosen, today=times.today(now))
        with base.write() as session:
            version = old.version if old else None
            number = drafts.save_draft(session, which, drawn, by=BY, now=now, version=version).number
        with base.read() as session:
            _show(session, which, number)


@command.command("show")
@click.argument("slug")
@click.argument("number", type=ROUND_NUMBER, required=False)
@reading
def show_round(session: Session, slug: str, number: int | None) -> None:
    """Print a round: the newest unless told which."""
    which = programmes.by_slug(session, slug)
    listed = round_list.every(session, which)
    if not listed:
        raise rounds.NoDraft("There is no round yet")
    _show(session, which, number or listed[0].round.number)


def _show(session: Session, which: Programme, number: int) -> None:
    now, console = utc_now(), plain()
    preview = previews.of_round(session, which, number, now=now)
    table = Table(
        "Group", "Who", "Why these", "First to write", title=f"Round {number}: {preview.round.state.value}"
    )
    rest = (
        previews.of_round(session, which, number, now=now, page=page) for page in range(2, preview.pages + 1)
    )
    for group in chain(preview.groups, *(page.groups for page in rest)):
        who = "\n".join(", ".join(filter(None, (one.name, one.organisation))) for one in group.members)
        table.add_row(str(group.number), who, group.why, group.first_mover)
    console.print(table)
    for reason in preview.reasons:
        console.print(reason)
    for one in preview.outside:
        console.print(f"Not in this round: {one.name}, {one.reason}")


@command.command("send")
@click.argument("slug")
@click.argument("number", type=ROUND_NUMBER)
@writing
def send_round(session: Session, slug: str, number: int) -> Iterator[str]:
    """Send a draft's introductions, once."""
    which = programmes.by_slug(session, slug)
    found = rounds.by_number(session, which, number)
    sending.send_round(session, which, number, found.version, by=BY, now=utc_now())
    yield f"Round {number} is on its way."


@command.command("top-up")
@click.argument("slug")
@writing
def top_up(session: Session, slug: str) -> Iterator[str]:
    """Match who waits in the running round now, and not only after its cut-off."""
    which, now = programmes.by_slug(session, slug), utc_now()
    number = top_ups.running(session, which, now=now).number
    made = top_ups.run(session, which, number, None, by=BY, now=now)
    yield (
        f"Round {number}: {phrases.counted(len(made.groups), 'new group')}, "
        f"{phrases.counted(len(made.joins), 'person joins', 'people join')} a pair, "
        f"nobody yet for {phrases.counted(len(made.nobody), 'person', 'people')}."
    )
