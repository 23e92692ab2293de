"""Draws and sendings too large for a page to wait for: asked for once, done by a worker, told if they fail.

An errand ends in the transaction that keeps its work, so that a worker that dies leaves either the errand or
its work. What is left is begun again by whoever looks next.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, func, select

from matcher import MatcherError
from notifications import outbox
from web.models import TAKING_PART, Membership, Programme
from web.models.jobs import Errand, Work
from web.services.common import tallies, times
from web.services.common.openers import Opens
from web.services.learning import digests
from web.services.people import invitations
from web.services.rounds import drafts, pots, rounds, sending
from web.services.rounds.drafts import SEED_BITS
from web.services.rounds.rounds import RoundError

# More people than these take longer than a page may: about three seconds.
LARGE = 10_000
# After so long without an end its worker is taken for dead.
PATIENCE = timedelta(minutes=30)
STEPS = {
    Work.DRAW: ("waiting for a worker", "reading who is in and who has met", "drawing and keeping the round"),
    Work.SEND: ("waiting for a worker", "checking the round", "writing the introductions"),
    Work.DIGEST: ("waiting for a worker", "writing to everybody"),
    Work.REMIND: ("waiting for a worker", "writing to everybody"),
}
AT_ONCE = 1_000  # people who are written to before others may write again
BY_PARTS = (Work.DIGEST, Work.REMIND)


def people(session: Session, programme: Programme) -> int:
    """How many take part in a programme."""
    active = select(func.count()).where(
        Membership.programme_id == programme.id, col(Membership.standing).in_(TAKING_PART)
    )
    return session.exec(active).one()


def percent(errand: Errand) -> int:
    """How far it is. Of what goes by parts it is people; the steps of others are counted alike."""
    if errand.work in BY_PARTS:
        return 100 * errand.done // max(errand.people, 1)
    return 100 * errand.step // len(STEPS[errand.work])


def current(session: Session, programme: Programme) -> Errand | None:
    """What is being done for a programme, or what stopped it."""
    return session.get(Errand, programme.id)


def ask(
    session: Session,
    programme: Programme,
    work: Work,
    version: int | None,
    *,
    by: str,
    now: datetime,
    number: int | None = None,
) -> bool:
    """Have it done to the draft of this number and version. While something is being done for the programme,
    asking again changes nothing: was it taken?
    """
    many = people(session, programme)
    return _ask(session, programme, by, now, work=work, version=version, number=number, people=many)


def ask_for_digest(
    session: Session, programme: Programme, ready: digests.ReadyDigest, *, by: str, now: datetime
) -> bool:
    """Have the digest of a round sent to everybody who has not had it; as `ask`."""
    number = ready.round.number
    taken = _ask(session, programme, by, now, work=Work.DIGEST, number=number, people=ready.people)
    if taken:
        digests.record(session, programme, number, ready.people, by=by, now=now)
    return taken


def ask_to_remind(session: Session, programme: Programme, people: int, *, by: str, now: datetime) -> bool:
    """Have so many reminded of the invitation they have not answered; as `ask`."""
    taken = _ask(session, programme, by, now, work=Work.REMIND, people=people)
    if taken:
        invitations.note_reminded(session, programme, people, by=by, now=now)
    return taken


def _ask(
    session: Session,
    programme: Programme,
    by: str,
    now: datetime,
    *,
    work: Work,
    people: int,
    version: int | None = None,
    number: int | None = None,
) -> bool:
    values = {
        "work": work,
        "version": version,
        "number": number,
        "seed": secrets.randbits(SEED_BITS),
        "people": people,
        "done": 0,
        "step": 0,
        "by": by,
        "asked_at": now,
        "begun_at": None,
        "trouble": "",
    }
    statement = outbox.insert_on(session)(Errand).values(programme_id=programme.id, **values)
    taken = statement.on_conflict_do_update(
        index_elements=["programme_id"], set_=values, where=col(Errand.trouble) != ""
    )
    return session.execute(taken.returning(col(Errand.programme_id))).first() is not None


def run_waiting(read: Opens, write: Opens, clock: Callable[[], datetime]) -> int:
    """Do what was asked for, one errand after the other; how many there were.

    After a part of what goes by parts we go back: what is due goes out between two of them.
    """
    done, whole = 0, True
    while whole and (errand := _claim(write, clock())) is not None:
        whole = errand.work not in BY_PARTS
        try:
            if errand.work is Work.DRAW:
                _draw(read, write, errand, clock)
            elif errand.work is Work.SEND:
                _send(write, errand, clock)
            elif errand.work is Work.DIGEST:
                _digest(write, errand, clock)
            else:
                _remind(write, errand, clock)
        except (RoundError, MatcherError, digests.NothingToSend) as refused:
            with write() as session:
                _stop(session, session.get_one(Errand, errand.programme_id), refused)
        done += 1
    return done


def _claim(write: Opens, now: datetime) -> Errand | None:
    with write() as session:
        free = or_(col(Errand.begun_at).is_(None), col(Errand.begun_at) < now - PATIENCE)
        wanted = select(Errand).where(col(Errand.trouble) == "", free).order_by(col(Errand.asked_at))
        errand = session.exec(wanted).first()
        if errand is None:
            return None
        # Two workers may have read this line: the row decides.
        mine = update(Errand).where(col(Errand.programme_id) == errand.programme_id, free)
        if not outbox.change(session, mine.values(begun_at=now, step=1)):
            return None
        return errand


def _draw(read: Opens, write: Opens, errand: Errand, clock: Callable[[], datetime]) -> None:
    began = clock()
    with read() as session:
        programme = session.get_one(Programme, errand.programme_id)
        pot = pots.gather(session, programme, times.today(clock()))
    _next_step(write, errand)
    drawn = drafts.compute(pot, programme, seed=errand.seed)
    with write() as session:
        programme = session.get_one(Programme, errand.programme_id)
        drafts.save_draft(
            session,
            programme,
            drawn,
            by=errand.by,
            now=clock(),
            version=errand.version,
            number=errand.number,
        )
        session.delete(session.get_one(Errand, errand.programme_id))
        session.flush()
        tallies.add(session, tallies.Counted.DRAWN, "", seconds=(clock() - began).total_seconds())


def _send(write: Opens, errand: Errand, clock: Callable[[], datetime]) -> None:
    began = clock()
    _next_step(write, errand)
    with write() as session:
        programme = session.get_one(Programme, errand.programme_id)
        draft = rounds.draft(session, programme)
        if draft is None or errand.number not in (None, draft.number):
            raise rounds.stale(session, None, errand.version)
        sending.send_round(session, programme, draft.number, errand.version or 0, by=errand.by, now=clock())
        session.delete(session.get_one(Errand, errand.programme_id))
        session.flush()
        tallies.add(session, tallies.Counted.ROUND_SENT, "", seconds=(clock() - began).total_seconds())


def _digest(write: Opens, errand: Errand, clock: Callable[[], datetime]) -> None:
    """A part of it. Who has had it is not written to again, so whoever goes on leaves nobody out."""
    with write() as session:
        kept = session.get_one(Errand, errand.programme_id)
        programme = session.get_one(Programme, errand.programme_id)
        sent = digests.send_some(session, programme, errand.number or 0, now=clock(), most=AT_ONCE)
        kept.done, kept.begun_at = kept.done + sent, None
        if sent < AT_ONCE:
            session.delete(kept)


def _remind(write: Opens, errand: Errand, clock: Callable[[], datetime]) -> None:
    """A part of it. Who was reminded is not again; of a programme that ends meanwhile nobody is."""
    with write() as session:
        kept = session.get_one(Errand, errand.programme_id)
        programme = session.get_one(Programme, errand.programme_id)
        goes_on = not programme.closing_on
        sent = invitations.remind_some(session, programme, now=clock(), most=AT_ONCE) if goes_on else 0
        kept.done, kept.begun_at = kept.done + sent, None
        if sent < AT_ONCE:
            session.delete(kept)


def _stop(session: Session, errand: Errand, refused: Exception) -> None:
    """Say what stopped it. Asked for twice by one organiser, it was done the first time."""
    if isinstance(refused, rounds.Repeated) and refused.change.by == errand.by:
        session.delete(errand)
    else:
        errand.trouble = str(refused)


def _next_step(write: Opens, errand: Errand) -> None:
    with write() as session:
        session.get_one(Errand, errand.programme_id).step = 2
