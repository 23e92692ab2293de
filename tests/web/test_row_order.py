"""Whatever people, organisers and workers do at one moment, nobody is thrown out because two of them held
rows in orders of their own (decision 0110): PostgreSQL alone can tell, so it is asked.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import text
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlmodel import Session, select

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.together import together
from tests.support.world import BY, COUNCILS, World
from web.models import (
    Membership,
    Organisation,
    Person,
    PhoneCode,
    Purpose,
    Request,
    RequestKind,
    VideoKind,
)
from web.services.common import contacts, links, times
from web.services.incoming import replies
from web.services.organisations import organisations
from web.services.organisations.organisations import NotSo
from web.services.people import (
    erasure,
    inactivity,
    merging,
    moderation,
    own_details,
    participation,
    phone_codes,
    reachability,
    retention,
)
from web.services.people.merging import NotOne
from web.services.people.own_details import Edit
from web.services.people.phone_codes import BadCode
from web.services.rounds import dropouts, schedule, top_ups
from web.services.rounds.dropouts import CutOffPassed
from web.services.rounds.top_ups import NoTopUp
from web.tokens import BadLink, ExpiredLink

pytestmark = [
    pytest.mark.usefixtures("database_url"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),  # SQLite has one writer at a time
]
NUMBERS = [f"+44770090010{number}" for number in range(6)]
CODE = "123456"
TOO_LATE = (
    BadLink,
    ExpiredLink,
    BadCode,
    CutOffPassed,
    NoResultFound,
    NotOne,
    NotSo,
    NoTopUp,
)
HANDS, EACH = 10, 6  # so many at once, so many acts of each


@dataclass(frozen=True)
class Town:
    """People who share numbers and a round, and in whose hands it is what they do next."""

    world: World
    people: list[str]
    tokens: dict[str, str]
    groups: dict[str, int]

    def pressed(self, session: Session, person: str) -> Person:
        """As a page opens a link."""
        links.open_link(session, self.world.worker.signer, self.tokens[person], now=self.world.now)
        return session.get_one(Person, person)


Act = Callable[[Town, Session, str, random.Random], object]


def leave(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    town.pressed(session, person)
    participation.leave(session, session.get_one(Membership, (1, person)), now=town.world.now)


def cannot(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    town.pressed(session, person)
    dropouts.cannot_make_it(session, town.groups[person], person, now=town.world.now)


def erase(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    found, key = town.pressed(session, person), town.world.worker.providers.key
    erasure.erase_as_asked(session, found, by=person, key=key, now=town.world.now)


def erase_by_command(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    erasure.erase(session, session.get_one(Person, person), by=BY, now=town.world.now)


def stop(town: Town, session: Session, person: str, rng: random.Random) -> None:
    found, key = town.pressed(session, person), town.world.worker.providers.key
    reachability.stop(session, found, rng.choice(list(Channel)), key=key, now=town.world.now)


def start_again(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    found, key = town.pressed(session, person), town.world.worker.providers.key
    reachability.start_again(session, found, key=key, now=town.world.now)


def change_details(town: Town, session: Session, person: str, rng: random.Random) -> None:
    found, signer = town.pressed(session, person), town.world.worker.signer
    new = Edit(
        "Amina Yusuf", "", found.email or "", rng.choice([None, *NUMBERS]), Channel.EMAIL,
        VideoKind.NONE, "", "", shares_email=True, shares_phone=False, shares_video=False,
    )  # fmt: skip
    own_details.edit(session, found, new, signer=signer, now=town.world.now)
    reachability.note(session, found, key=signer.suppression_key(), now=town.world.now)


def type_in_a_code(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    found, signer = town.pressed(session, person), town.world.worker.signer
    phone_codes.check_code(session, found, CODE, signer=signer, now=town.world.now)


def take_over_an_address(town: Town, session: Session, person: str, rng: random.Random) -> None:
    found = town.pressed(session, person)
    email = f"new-{rng.randrange(4)}@example.org"
    asked = Request(
        kind=RequestKind.NEW_ADDRESS,
        address_key=email,
        person=person,
        details={"email": email},
        received_at=town.world.now,
        handled_at=town.world.now,
    )
    session.add(asked)
    session.flush()
    own_details.confirm_new_address(session, found, asked, now=town.world.now)


def move_elsewhere(town: Town, session: Session, person: str, rng: random.Random) -> None:
    town.pressed(session, person)
    place, name = session.get_one(Membership, (1, person)), rng.choice([*COUNCILS, "Moors Council"])
    participation.set_organisation(session, place, name, now=town.world.now)


def text_us(town: Town, session: Session, _person: str, rng: random.Random) -> None:
    said = rng.choice(["STOP", "START", "SKIP", "I can't make it", "MET. Walk more"])
    inbound = Inbound(Channel.SMS, str(rng.random()), rng.choice(NUMBERS), said)
    replies.take(session, inbound, signer=town.world.worker.signer, now=town.world.now)


def merge(town: Town, session: Session, person: str, rng: random.Random) -> None:
    one, other = session.get_one(Person, person), session.get_one(Person, rng.choice(town.people))
    merging.merge(session, town.world.programme(session), one, other, by=BY, now=town.world.now)


def merge_organisations(town: Town, session: Session, _person: str, rng: random.Random) -> None:
    there = session.exec(select(Organisation)).all()
    if len(there) > 1:
        kept, gone = rng.sample(there, 2)
        organisations.merge(session, kept, gone, by=BY, now=town.world.now)


def suspend(town: Town, session: Session, person: str, _rng: random.Random) -> None:
    contacts.hold(session, person)
    programme, found = town.world.programme(session), session.get_one(Person, person)
    moderation.suspend(session, programme, found, "rude", by=BY, now=town.world.now)


def top_up(town: Town, session: Session, _person: str, _rng: random.Random) -> None:
    top_ups.run(session, town.world.programme(session), 1, None, by=BY, now=town.world.now)


def announce_a_round(town: Town, session: Session, _person: str, _rng: random.Random) -> None:
    schedule.heads_up(session, 1, now=town.world.now)


def pause_the_silent(town: Town, session: Session, _person: str, _rng: random.Random) -> None:
    inactivity.pause(session, 1, now=town.world.now)


def erase_the_silent(town: Town, session: Session, _person: str, _rng: random.Random) -> None:
    retention.settle(session, now=town.world.now)


def warn_the_silent(town: Town, session: Session, _person: str, _rng: random.Random) -> None:
    retention.warn(session, now=town.world.now + timedelta(days=900))


def note_who_is_lost(town: Town, session: Session, _person: str, _rng: random.Random) -> None:
    key, since = town.world.worker.providers.key, town.world.now - timedelta(days=9)
    reachability.refresh(session, key=key, since=since, now=town.world.now)


ACTS: list[Act] = [
    leave, cannot, erase, erase_by_command, stop, start_again, change_details, type_in_a_code,
    take_over_an_address, move_elsewhere, text_us, merge, merge_organisations, suspend, top_up,
    announce_a_round, pause_the_silent, erase_the_silent, warn_the_silent, note_who_is_lost,
]  # fmt: skip


@pytest.fixture
def town(world: World) -> Town:
    told = [world.details(phone=NUMBERS[turn % 6], channel=list(Channel)[turn % 2]) for turn in range(15)]
    people = world.join_together(*told, verified=True)
    world.round()
    world.clock.turn(days=1)
    groups = {person: world.group_of(person) for group in world.groups() for person in group}
    tokens = {person: world.door(Purpose.FULL_PAGE, person).split("/")[2] for person in people}
    digest = world.worker.signer.digest("phone code", CODE)
    with world.write() as session:
        for turn, person in enumerate(people):
            another = NUMBERS[(turn + 1) % 6]
            session.add(PhoneCode(person_id=person, phone=another, digest=digest, created_at=world.now))
            if turn % 3 == 0:
                session.get_one(Person, person).erase_on = times.today(world.now)
    _look_for_deadlocks_at_once(world)
    return Town(world, people, tokens, groups)


def _look_for_deadlocks_at_once(world: World) -> None:
    """The server looks after a second of waiting otherwise."""
    engine = world.database.engine
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE \"{engine.url.database}\" SET deadlock_timeout = '20ms'"))
    engine.dispose()  # it holds for who comes anew


@pytest.mark.parametrize("seed", range(3))
def test_nobody_waits_for_somebody_who_waits_for_them(town: Town, seed: int) -> None:
    def hand(number: int) -> list[tuple[str, str]]:
        rng = random.Random(f"{seed} {number}")
        return [found for _ in range(EACH) if (found := _does(town, rng))]

    assert [found for each in together(HANDS, hand) for found in each] == []


def _does(town: Town, rng: random.Random) -> tuple[str, str] | None:
    """One act of somebody's, and what PostgreSQL said of two who waited for each other. That it comes too
    late, because they are gone or in nobody's round by then, is no matter here.
    """
    act, person = rng.choice(ACTS), rng.choice(town.people)
    try:
        with town.world.write() as session:
            act(town, session, person, rng)
    except OperationalError as error:
        if isinstance(error.orig, DeadlockDetected):
            return act.__name__, str(error.orig.diag.message_detail)
        raise
    except TOO_LATE:
        return None
    return None
