"""An organiser's first page: what happens next, what needs them, how the last round went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import true
from sqlmodel import Session, col, func, select

from notifications import destinations, outbox, pace, words
from web.models import (
    Answer,
    Learning,
    LearningState,
    Link,
    Programme,
    ProposalState,
    Purpose,
    Request,
    RequestKind,
    Role,
    Round,
    RoundState,
    Schedule,
    Showing,
)
from web.services.agreements import agenda, agreements, lookup, objections, panels, rule_objections
from web.services.common import phrases, programmes, times
from web.services.conversations import reports
from web.services.learning import learnings, walls
from web.services.learning.learnings import Shown
from web.services.organisations import doubts
from web.services.organisers import accounts
from web.services.people import complaints, directory, invitations, to_read
from web.services.programmes import checklist
from web.services.programmes.checklist import Step
from web.services.rounds import pots, previews, round_list, rounds, top_ups
from web.services.rounds.introductions import Window
from web.services.rounds.previews import Delivery
from web.services.rounds.round_list import Row

WEEK = timedelta(days=7)
ON_THE_BOARD = 3  # learnings
FOR_THE_HOST = "Whoever hosts this service can mend it."
RESTORED = (
    "Messages wait: on {day} this service was restored from a backup, and does not know what was done after "
    "that was made. If you sent a round since, people have had it already: do not draw it again. Set the day "
    "of the next one, and tell whoever hosts this service, who lets messages go again."
)


@dataclass(frozen=True)
class Coming:
    """Something that will happen, and on which day."""

    on: date
    what: str


@dataclass(frozen=True)
class Waiting:
    """Something that waits for an organiser, and the page below the programme's where it is done."""

    what: str
    page: str


@dataclass(frozen=True)
class Heard:
    """What people of a round say, as it comes in: each of those introduced stands in one of the five."""

    met: int
    booked: int
    not_yet: int
    could_not: int
    nothing: int


@dataclass(frozen=True)
class Board:
    """`draft` waits to be sent; `unconfirmed` were asked and have not said yes; `last` is the newest sent
    round, `said` what its people have answered so far, and `running` the same round while people talk in it.
    `told` counts what people learned in the last seven days and may be shown, of which `learned` are the
    newest published. `held_up`: why messages of the whole service wait. `steps` come first in a programme
    that has sent no round.
    """

    next_round_on: date | None
    tally: dict[str, int]
    unconfirmed: int
    draft: Round | None
    coming: Sequence[Coming]
    waiting: Sequence[Waiting]
    last: Row | None
    running: Round | None
    delivery: Delivery | None
    said: Heard | None = None
    told: int = 0
    learned: Sequence[Shown] = ()
    held_up: Sequence[str] = ()
    steps: Sequence[Step] = ()


def of_programme(
    session: Session, programme: Programme, *, now: datetime, role: Role, reader: str = ""
) -> Board:
    """For an organiser: `reader` is their id."""
    today = times.today(now)
    newest = select(Round).where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
    sent = session.exec(newest.order_by(col(Round.number).desc()).limit(1)).first()
    delivery = previews.delivery(session, sent) if sent else None
    last = round_list.of_round(session, sent) if sent else None
    tally = directory.tally(session, programme, today)
    draft = rounds.draft(session, programme)
    is_new = sent is None and not programme.closing_on and accounts.may(role, Role.ORGANISER)
    waiting = list(_complaints(session, programme, role))
    if accounts.may(role, Role.ORGANISER):
        waiting += _reports(session, programme, reader)
        waiting += _waiting(session, programme, sent, delivery, tally, reader, today, now)
    return Board(
        next_round_on=programmes.next_round_on(programme, today),
        tally=tally,
        unconfirmed=tally["invited"] + tally["notified"] + _unconfirmed(session, programme, now),
        draft=draft,
        coming=sorted(_coming(session, programme, today), key=lambda each: each.on)[:4],
        waiting=waiting,
        last=last,
        running=sent if sent and sent.ends_on and sent.ends_on > today else None,
        delivery=delivery,
        said=_heard(session, last) if last else None,
        told=_told(session, programme, now - WEEK),
        learned=_learned(session, programme, now - WEEK),
        held_up=list(_held_up(session)) if accounts.may(role, Role.ORGANISER) else (),
        steps=checklist.of_programme(session, programme, tally["in"], has_draft=draft is not None)
        if is_new
        else (),
    )


def _heard(session: Session, last: Row) -> Heard:
    said = round_list.said(session, last.round)
    could_not = said.get(Answer.COULD_NOT, 0) + said.get(Answer.NO_REPLY, 0)
    return Heard(
        met=said.get(Answer.MET, 0),
        booked=said.get(Answer.BOOKED, 0),
        not_yet=said.get(Answer.NOT_YET, 0),
        could_not=could_not,
        nothing=last.people - sum(said.values()),
    )


def _told(session: Session, programme: Programme, since: datetime) -> int:
    told = select(func.count()).where(
        Learning.programme_id == programme.id, Learning.created_at >= since, Learning.showing != Showing.NO
    )
    return session.exec(told).one()


def _learned(session: Session, programme: Programme, since: datetime) -> list[Shown]:
    """The newest on the wall."""
    newest, _ = walls.wall(session, programme, size=ON_THE_BOARD)
    return [one for one in newest if one.learning.decided_at and one.learning.decided_at >= since]


def _held_up(session: Session) -> Iterator[str]:
    if held := outbox.everything_held(session):
        yield RESTORED.format(day=words.full_day(times.today(held.since)))
    for provider in pace.stopped_ones(session):
        yield f"Messages wait, and none is lost: {provider.stopped}. {FOR_THE_HOST}"
    for place in destinations.shut(session):
        if pace.stopped(session, place.provider) is None:
            yield f"Messages to {place.place} wait, and none is lost: {place.reason}. {FOR_THE_HOST}"


def _unconfirmed(session: Session, programme: Programme, now: datetime) -> int:
    """Who filled in the form, and may still press the button in their mail."""
    asked = (
        select(func.count(func.distinct(Request.id)))
        .join(Link, col(Link.person) == Request.person)
        .where(
            Request.kind == RequestKind.JOIN,
            Request.programme_id == programme.id,
            Link.purpose == Purpose.CONFIRM,
            col(Link.used_at).is_(None),
            col(Link.expires_at) > now,
        )
    )
    return session.exec(asked).one()


def _coming(session: Session, programme: Programme, today: date) -> Iterator[Coming]:
    if on := programmes.next_round_on(programme, today):
        yield Coming(on, _how_it_begins(session.get(Schedule, programme.id)))
    if programme.closing_on and not programme.closed_at:
        yield Coming(programme.closing_on, "Last day of the programme")
    running = select(Round).where(
        Round.programme_id == programme.id, Round.state == RoundState.SENT, col(Round.ends_on) >= today
    )
    for round_ in session.exec(running.order_by(col(Round.number))):
        top_up_on = None if round_.topped_up_at else times.today(Window.of_round(round_).top_up_at)
        for day, what in (
            (round_.nudge_on, "Who writes first is reminded"),
            (round_.cut_off_on, "Last day to say “I can’t make this round”"),
            (top_up_on, "Who waits for somebody is matched"),
            (round_.check_in_on, "Everyone is asked whether they met"),
            (round_.ask_again_on, "Who has not answered is asked once more"),
            (round_.ends_on, f"Last day of round {round_.number}"),
        ):
            if day and day >= today:
                yield Coming(day, what)


def _how_it_begins(schedule: Schedule | None) -> str:
    if schedule is None:
        return "Day of the next round, to be drawn and sent by hand"
    return "The next round begins" if schedule.automatic else "The next round is drawn, and waits to be sent"


def _complaints(session: Session, programme: Programme, role: Role) -> Iterator[Waiting]:
    """With the day that was promised: it is the law's."""
    number, first = complaints.next_due(session, programme) if role is Role.OWNER else (0, None)
    if first:
        what = phrases.counted(number, "complaint") + " about data, to be answered by "
        day = f"{first.answer_by.day} {first.answer_by:%B}"
        yield Waiting(what + day, "complaints" if number > 1 else f"complaints/{first.id}")


def _reports(session: Session, programme: Programme, reader: str) -> Iterator[Waiting]:
    if waiting := reports.waiting(session, programme, reader):
        one = "report about somebody waits" if waiting == 1 else "reports about somebody wait"
        yield Waiting(f"{waiting:,} {one} for you", "reports")


def _waiting(
    session: Session,
    programme: Programme,
    sent: Round | None,
    delivery: Delivery | None,
    tally: dict[str, int],
    reader: str,
    today: date,
    now: datetime,
) -> Iterator[Waiting]:
    """The most pressing first, of what the organiser `reader`, by id, may read."""
    if sent and delivery and delivery.troubled:
        one = "message did" if delivery.troubled == 1 else "messages did"
        yield Waiting(f"{delivery.troubled:,} {one} not arrive", f"rounds/{sent.number}")
    if sent and (alone := top_ups.waiting(session, programme, sent, today)):
        who = phrases.counted(alone, "person waits", "people wait")
        yield Waiting(f"{who} for somebody to talk with", f"rounds/{sent.number}/top-up")
    yield from _about_the_day(session, programme, today)
    if tally["unreachable"]:
        who = phrases.counted(tally["unreachable"], "person", "people")
        yield Waiting(f"{who} we cannot reach", "people?showing=unreachable")
    asked = invitations.silent(session, programme, now=now)
    if asked.people:
        has = "has" if asked.people == 1 else "have"
        what = f"{asked.people:,} of {asked.asked:,} {has} not answered: remind them"
        yield Waiting(what, "people?showing=invited")
    if unread := to_read.waiting(session, programme, reader or None):
        what = phrases.counted(unread, "reply to read", "replies to read")
        yield Waiting(what, "replies")
    if doubtful := doubts.of_programme(session, programme.id):
        first = doubtful[0]
        more = f", and {phrases.counted(len(doubtful) - 1, 'other two', 'others')}" if doubtful[1:] else ""
        yield Waiting(f"{first.other.name} and {first.kept.name} may be one{more}", "organisations")
    if to_look_at := _learnings(session, programme, reader):
        yield Waiting(f"{phrases.counted(to_look_at, 'learning')} to look at", "learning")
    waiting_draft = rounds.draft(session, programme)
    if waiting_draft and waiting_draft.matching_version != pots.rules_in_force(session, programme.id):
        what = f"The draft of round {waiting_draft.number} was drawn under other rules: draw it again"
        yield Waiting(what, f"rounds/{waiting_draft.number}")
    yield from _about_agreements(session, programme, today)


def _about_the_day(session: Session, programme: Programme, today: date) -> Iterator[Waiting]:
    """The day that organisers set by hand has come, and its round has not been sent."""
    on = programme.next_round_on
    if on is None or on > today or programme.paused_at or session.get(Schedule, programme.id):
        return
    day = f"{on.day} {on:%B}"
    if on == today:
        yield Waiting(f"The round of today, {day}, is to be drawn and sent by hand", "rounds")
    else:
        yield Waiting(f"No round was sent on {day}: draw it, or set another day", "schedule")


def _about_agreements(session: Session, programme: Programme, today: date) -> Iterator[Waiting]:
    """Drafts that an organiser may second, objections that nobody is judging, and what is to be reviewed."""
    for one in lookup.live(session, programme):
        page, title = f"proposals/{one.number}", lookup.title(session, one)
        if one.state is ProposalState.DRAFT:
            yield Waiting(f"A participant proposes “{title}”", page)
        elif objections.in_the_way(session, one) and panels.sitting(session, one) is None:
            yield Waiting(f"Somebody objects to the change of “{title}”", page)
    owed = rule_objections.owed(session, programme, today)
    for rule in agreements.every(session, programme) if owed else ():
        if debt := owed.get(rule.agreement.id):
            day = f"{debt.by.day} {debt.by:%B}"
            when = f"was due by {day} and is late" if debt.late else f"is due by {day}"
            what = f"An objection to “{rule.title}” was upheld: your proposal {when}"
            yield Waiting(what, f"proposals/{debt.number}")
    if items := agenda.count(session, programme):
        what = phrases.counted(items, "thing to change or not", "things to change or not")
        yield Waiting(f"{what}: people said so, a review, or the figures", "agenda")
    due = [one for one in agreements.every(session, programme) if one.version.review_on <= today]
    if due and agreements.changes_at_once(session, programme):
        for each in due:
            yield Waiting(f"“{each.title}” is due for a review", "agreements")


def _learnings(session: Session, programme: Programme, reader: str) -> int:
    waiting = select(func.count()).where(
        Learning.programme_id == programme.id,
        col(Learning.state).in_((LearningState.WAITING, LearningState.CONTESTED)),
        col(Learning.showing) != Showing.NO,
        learnings.may_read(programme, reader) if reader else true(),
    )
    return session.exec(waiting).one()
