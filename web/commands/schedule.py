"""`unmentoring schedule …`: when rounds begin by themselves, from the command line."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import click
from rich.table import Table
from sqlmodel import Session

from notifications import outbox
from web.clock import utc_now
from web.commands.printing import plain
from web.commands.sessions import BY, reading, writing
from web.models import Organiser, Programme, Region, Rhythm, Role, Schedule
from web.services.common import days, programmes, times
from web.services.common.programmes import BadSettings
from web.services.organisers import accounts
from web.services.programmes import programme_settings
from web.services.rounds import moved_days
from web.services.rounds import schedule as calendar

COMING = 6
SENT_OR_NOT = {True: "drawn and sent", False: "drawn, and waits for a look"}


class Day(click.ParamType[date, Any]):
    """A day as people write it: 2026-12-08, 8/12/2026 or "8 December 2026"."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        found = value if isinstance(value, date) else days.whole_day(value)
        return found or self.fail(f"{value!r} is not a day like 2026-12-08", param, ctx)


class Stretch(click.ParamType[tuple[date, date], Any]):
    """A day, or "19 December 2026 to 3 January 2027"."""

    name = "days"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[date, date]:
        if isinstance(value, tuple):
            return value
        try:
            return days.stretch(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group("schedule")
def command() -> None:
    """When rounds begin by themselves."""


@command.command("show")
@click.argument("slug")
@reading
def show(session: Session, slug: str) -> None:
    """Print a programme's schedule, what comes next, and what became of the last days."""
    which, today = programmes.by_slug(session, slug), times.today(utc_now())
    on = programmes.next_round_on(which, today)
    click.echo(f"Next round: {_said(on) if on else 'no day set'}.")
    if which.paused_at:
        click.echo("The programme is paused: nothing begins by itself.")
    if outbox.is_held(session):
        click.echo("All messages are held: nothing begins by itself before `unmentoring outbox release`.")
    kept = session.get(Schedule, which.id)
    if kept is None:
        click.echo("Rounds are drawn and sent by hand.")
        return
    how = f"{SENT_OR_NOT[kept.automatic]}, {_whose(session, kept)}"
    click.echo(f"{kept.rhythm.capitalize()}, at {kept.at:%H:%M}: {how}.")
    for first, last in kept.days_off:
        click.echo(f"No round: {' to '.join(dict.fromkeys((first, last)))}")
    if which.next_round_on:
        table = Table("Planned for", "Takes place")
        for one in moved_days.coming(session, kept, today, COMING):
            table.add_row(_said(one.planned), _said(one.on) if one.on else "not at all: no free day is near")
        plain().print(table)
    else:
        click.echo("No day is set, so no round begins by itself until one is.")
    for tick in calendar.history(session, which):
        click.echo(f"{_said(tick.day)}: {tick.became}")


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _whose(session: Session, kept: Schedule) -> str:
    who = session.get(Organiser, kept.enabled_by)
    return f"in the name of {who.email}" if who else "in nobody’s name any more"


@command.command("on")
@click.argument("slug")
@click.option("--for", "email", required=True, help="The organiser in whose name rounds are drawn.")
@click.option("--every", type=click.Choice([one.value for one in Rhythm if one is not Rhythm.DATES]))
@click.option("--first", type=Day(), help="The first day of --every; it keeps its weekday.")
@click.option("--on", "days", type=Day(), multiple=True, help="A day of your own, as often as needed.")
@click.option("--at", type=click.DateTime(["%H:%M"]), default="09:00", show_default=True)
@click.option(
    "--holidays",
    type=click.Choice([one.value for one in Region]),
    default=Region.ENGLAND_AND_WALES.value,
    show_default=True,
    help="Whose bank holidays are kept free.",
)
@click.option("--off", "days_off", type=Stretch(), multiple=True, help="Days without a round.")
@click.option("--send", is_flag=True, help="Send by itself too. Otherwise a draft waits for a look.")
@writing
def switch_on(session: Session, slug: str, email: str, **given: Any) -> Iterator[str]:
    """Let rounds begin by themselves, in place of the schedule there may be."""
    plan, which = _plan(**given), programmes.by_slug(session, slug)
    who = _organiser(session, which, email).id
    first = programme_settings.switch_on(session, which, plan, by=BY, now=utc_now(), in_the_name_of=who)
    yield f"The next round is on {_said(first)}."


def _plan(
    every: str | None,
    first: date | None,
    days: tuple[date, ...],
    at: datetime,
    holidays: str,
    days_off: tuple[tuple[date, date], ...],
    send: bool,
) -> programme_settings.SchedulePlan:
    if bool(every) == bool(days) or bool(every) != bool(first):
        raise click.UsageError("say --every with --first, or --on for each day")
    kind, at_time = Rhythm(every) if every else Rhythm.DATES, time(at.hour, at.minute)
    return programme_settings.SchedulePlan(kind, first, days, at_time, Region(holidays), days_off, send)


def _organiser(session: Session, which: Programme, email: str) -> Organiser:
    """Raises BadSettings: nobody who may draw rounds has that address."""
    found = accounts.by_email(session, email)
    if found is None or not accounts.may(accounts.role_in(session, found.id, which), Role.ORGANISER):
        raise BadSettings("for", f"{email} is no organiser of {which.slug}")
    return found


@command.command("off")
@click.argument("slug")
@writing
def switch_off(session: Session, slug: str) -> Iterator[str]:
    """Back to rounds by hand. The day that is set stays."""
    which = programmes.by_slug(session, slug)
    programmes.must_be_open(which)
    programme_settings.switch_off(session, which, by=BY, now=utc_now())
    yield "The schedule is off."


@command.command("next")
@click.argument("slug")
@click.argument("day", type=Day(), required=False)
@writing
def move_next(session: Session, slug: str, day: date | None) -> Iterator[str]:
    """Set or move the day of the next round; without DAY there is none."""
    people = programme_settings.move_next_round(
        session, programmes.by_slug(session, slug), day, by=BY, now=utc_now()
    )
    yield f"The next round is on {_said(day)}." if day else "No day is set for the next round."
    if people:
        yield "People have been told another day already, and are not told again."


@command.command("days-off")
@click.argument("slug")
@click.argument("days", type=Stretch(), nargs=-1)
@writing
def set_days_off(session: Session, slug: str, days: tuple[tuple[date, date], ...]) -> Iterator[str]:
    """The programme's own days without a round, in place of those it had; without DAYS there are none."""
    which = programmes.by_slug(session, slug)
    on = programme_settings.set_days_off(session, which, days, by=BY, now=utc_now())
    yield f"Saved. The next round is on {_said(on)}." if on else "Saved."
