"""What the demo's people agreed on: a change adopted, one whose objection was judged, and one still open."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from web.commands.demo_people import MIX_BY, MIX_CHOICES
from web.models import Membership, PanelMember, Programme, Proposal, Stance, Subject
from web.services.agreements import answering, deciding, lookup, panels
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.panels import Judgement
from web.services.agreements.proposals import Proposer
from web.services.common import agreed_settings, programmes

At = Callable[[datetime], AbstractContextManager[Session]]
SECRET = f"{2015:064x}"
ORGANISE = ChangeWanted(
    Subject.OTHER,
    "Two people do all of it, and nobody knows how to help.",
    title="Who may organise",
    text="Whoever has been in two rounds and asks. They begin as a viewer, and organise after one round.",
)
TWICE = ChangeWanted(
    Subject.OTHER,
    "Some cancel every time, and the people they leave wait for nothing.",
    title="Cancelling twice in a row",
    text="Whoever cancels two rounds in a row skips the next one, and is asked whether the day suits them.",
)
THREES = ChangeWanted(
    Subject.MATCHING,
    "When one of a pair cancels, the other has nobody to talk with.",
    {"size": 3, "priority": "fresh"} | agreed_settings.mix(MIX_BY, MIX_CHOICES),
    evaluation="fewer people meet than in the rounds before.",
)
OBJECTION = "Carers cancel more often than others, and would be shut out for it."
FOUND = (
    "They are asked first, and can say that another day suits them.",
    "It is one round, and one press brings them back.",
)
CONCERN = "Three diaries are harder to bring together than two."


def adopted(at: At, slug: str, when: datetime, organiser: str) -> None:
    """Some say that they have no objection, and a week later it is in force."""
    number = _propose(at, slug, when, organiser, ORGANISE)
    for person in _people(at, slug, when)[:9]:
        _answer(at, slug, number, when + timedelta(days=1), person, Stance.NO_OBJECTION)
    _look(at, slug, when + timedelta(days=8))


def judged(at: At, slug: str, when: datetime, organiser: str) -> None:
    """Somebody objects; the first two of a panel find that the objection does not hold."""
    number = _propose(at, slug, when, organiser, TWICE)
    objector, *others = _people(at, slug, when)
    for person in others[:6]:
        _answer(at, slug, number, when + timedelta(hours=20), person, Stance.NO_OBJECTION)
    _answer(at, slug, number, when + timedelta(days=1), objector, Stance.OBJECTION, OBJECTION)
    with at(when + timedelta(days=2)) as session:
        programme, proposal = _found(session, slug, number)
        panel = panels.convene(session, programme, proposal, by=organiser, now=when + timedelta(days=2))
        drawn = select(PanelMember.person_id).where(PanelMember.panel_id == panel.id)
        members = sorted(session.exec(drawn))
    for member, reason in zip(members, FOUND, strict=False):
        with at(when + timedelta(days=3)) as session:
            programme, proposal = _found(session, slug, number)
            sitting = panels.sitting(session, proposal)
            if sitting:
                given = {one.id: Judgement(False, reason) for one in panels.given_to(session, sitting)}
                panels.find(
                    session, programme, proposal, sitting, member, given, now=when + timedelta(days=3)
                )
    _look(at, slug, when + timedelta(days=8))


def still_open(at: At, slug: str, when: datetime, organiser: str) -> None:
    """With a concern."""
    number = _propose(at, slug, when, organiser, THREES)
    _answer(at, slug, number, when + timedelta(days=1), _people(at, slug, when)[4], Stance.CONCERN, CONCERN)


def _propose(at: At, slug: str, when: datetime, organiser: str, change: ChangeWanted) -> int:
    """Its number, told to everybody and with its clock started."""
    with at(when) as session:
        programme, by = programmes.by_slug(session, slug), Proposer(organiser)
        made = deciding.bring(session, programme, change, by, secret=SECRET, now=when)
        number = made.number if made else 0
    _look(at, slug, when + timedelta(minutes=5))
    return number


def _look(at: At, slug: str, when: datetime) -> None:
    with at(when) as session:
        deciding.sweep(session, programmes.by_slug(session, slug).id, now=when)


def _answer(
    at: At, slug: str, number: int, when: datetime, person: str, stance: Stance, words: str = ""
) -> None:
    with at(when) as session:
        programme, proposal = _found(session, slug, number)
        answering.answer(session, programme, proposal, person, stance, words, now=when)


def _found(session: Session, slug: str, number: int) -> tuple[Programme, Proposal]:
    programme = programmes.by_slug(session, slug)
    return programme, lookup.by_number(session, programme, number, lock=True)


def _people(at: At, slug: str, when: datetime) -> list[str]:
    """By name, so that the story is the same each time."""
    with at(when) as session:
        here = Membership.programme_id == programmes.by_slug(session, slug).id
        wanted = select(Membership.person_id).where(here).order_by(col(Membership.name_key))
        return list(session.exec(wanted))
