"""Two people do opposite things at the same moment, on PostgreSQL: each is done, or refused in words. Nobody
is asked to come back because two of us waited for each other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from notifications.messages import Channel
from notifications.providers.twilio import Twilio
from notifications.replies import Inbound
from notifications.tables import InboundRead, Reply
from tests.support.importing import import_people
from tests.support.together import together
from tests.support.world import BY, World
from web.models import Answer, Learning, Link, Membership, NeverPair, Organisation, Person, Showing, Standing
from web.models.imports import Import
from web.services.agreements import deciding, measuring
from web.services.common import contacts, phone_numbers, programmes, times
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.imports import undoing
from web.services.incoming import missed_texts, replies
from web.services.learning import digests, learnings
from web.services.organisations import organisations
from web.services.people import (
    erasure,
    inactivity,
    invitations,
    joining,
    merging,
    moderation,
    participation,
    reachability,
)
from web.services.people.merging import NotOne
from web.services.programmes import closings
from web.services.rounds import dropouts, schedule, sending, top_ups
from web.services.rounds.rounds import RoundError

pytestmark = [
    pytest.mark.usefixtures("database_url"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),  # SQLite has one writer at a time
]
NUMBER = "+447700900123"
Act = Callable[[], Any]
Step = Callable[[Session], Any]


def failures(*acts: Act, but: type[Exception] = NotOne) -> list[Exception]:
    """What all of these come to at once, besides being done or refused."""
    answers = together(len(acts), lambda turn: acts[turn]())
    return [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, but)]


def leave(world: World, person: str) -> None:
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, person)), now=world.now)


def cannot(world: World, person: str, group: int) -> None:
    with world.write() as session:
        dropouts.cannot_make_it(session, group, person, now=world.now)


def erase(world: World, person: str) -> None:
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by=BY, now=world.now)


def unsubscribe(world: World, person: str) -> None:
    with world.write() as session:
        key = world.worker.providers.key
        reachability.stop(session, session.get_one(Person, person), Channel.EMAIL, key=key, now=world.now)


def merge(world: World, kept: str, gone: str) -> None:
    with world.write() as session:
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)


def test_both_of_a_pair_go_one_by_leaving_the_other_for_this_round(world: World) -> None:
    world.join_many(24)
    world.round()
    acts = [
        act
        for one, other in world.groups()
        for act in (
            partial(leave, world, one),
            partial(cannot, world, other, world.group_of(other)),
        )
    ]
    assert failures(*acts) == []


def test_two_owners_merge_the_same_two_each_the_other_way_round(world: World) -> None:
    one, other = world.join_many(2)
    assert failures(partial(merge, world, one, other), partial(merge, world, other, one)) == []
    blank = [person for person in (one, other) if world.person(person).erased_at]
    assert len(blank) == 1


@pytest.mark.parametrize("which", ["the one that stays", "the one that goes"])
def test_nobody_is_merged_into_whoever_erases_themselves(world: World, which: str) -> None:
    kept, gone = world.join_many(2)
    erased, other = (kept, gone) if which == "the one that stays" else (gone, kept)
    address = world.person(other).email
    assert failures(partial(merge, world, kept, gone), partial(erase, world, erased)) == []
    # Merged first, the entry that goes is blank already; the one that stays is erased with it.
    assert {world.person(person).email for person in (kept, gone)} in ({None}, {None, address})


def test_whoever_unsubscribes_while_they_are_merged_is_written_to_no_more(world: World) -> None:
    kept, gone = world.join_many(2)
    assert failures(partial(merge, world, kept, gone), partial(unsubscribe, world, gone)) == []


DECIDED: dict[str, dict[str, str]] = {
    "/suspend": {"button": "Suspend Tom Field", "reason": "Sold watches"},
    "/name": {"button": "Save these details", "name": "Tomas Field"},
    "/send-link": {"button": "Send a link to their page"},
    "/keep-apart": {"button": "Keep them apart", "other": "Siân Rees"},
}


@pytest.mark.parametrize("what", DECIDED)
@pytest.mark.parametrize("goes", ["merged", "erased"])
def test_what_is_decided_about_somebody_who_is_going_comes_too_late(
    world: World, what: str, goes: str
) -> None:
    """It would be written into what is left of them, or meet rows that are no more."""
    kept, gone, _ = world.join("Tom Fields"), world.join("Tom Field"), world.join("Siân Rees")
    page = f"/organise/councils/people/{gone}"
    organiser = world.organiser().open(page + what if what == "/name" else page)

    def go(session: Session) -> None:
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        if goes == "merged":
            merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)
        else:
            erasure.erase(session, other, by=BY, now=world.now)

    assert after(world, go, lambda: organiser.press(**DECIDED[what]).status) in (404, 422)
    left = world.person(gone)
    with world.read() as session:
        apart = session.exec(select(NeverPair)).all()
    assert (left.name, left.known_as, apart) == ("", "", [])


def suspend(world: World, person: str) -> None:
    with world.write() as session:
        who = session.get_one(Person, person)
        moderation.suspend(session, world.programme(session), who, "rude", by=BY, now=world.now)


def send(world: World, number: int) -> None:
    with world.write() as session:
        send_in(world, number, session)


def send_in(world: World, number: int, session: Session) -> None:
    sending.send_round(session, world.programme(session), number, 1, by=BY, now=world.now)


def two_who_came_late(world: World) -> list[str]:
    """They wait for a top-up of a round of two others."""
    world.join_many(2)
    world.round()
    world.clock.turn(days=1)
    return world.join_many(2)


def top_up(world: World, session: Session) -> None:
    top_ups.run(session, world.programme(session), 1, None, by=BY, now=world.now)


def announce_the_end(world: World, session: Session) -> None:
    last = times.today(world.now) + timedelta(days=40)
    closings.announce(session, world.programme(session), last, wall_stays=True, by=BY, now=world.now)


def after(world: World, what: Step, act: Act, then: Step = id) -> Any:
    """What `act` comes to, begun while somebody has done `what`; they go on to `then` before they commit."""
    answers: list[Any] = []
    with world.write() as session:
        what(session)
        other = Thread(target=lambda: answers.extend(together(1, lambda _: act())))
        other.start()
        _wait_until_it_waits(world, other)
        then(session)
    other.join(30)
    return answers[0]


def _wait_until_it_waits(world: World, thread: Thread) -> None:
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with world.read() as session:
        while thread.is_alive() and not session.execute(asked).scalar_one():
            session.rollback()


@pytest.mark.parametrize("goes", [leave, erase, suspend])
def test_whoever_goes_while_a_round_is_sent_is_in_it_with_nobody(
    world: World, goes: Callable[..., None]
) -> None:
    amina, tom = world.join_many(2)
    number = world.draw()
    assert after(world, partial(send_in, world, number), partial(goes, world, amina)) is None
    world.work()
    told = [letter.kind for letter in world.inbox(world.person(tom).email)]
    assert [kind for kind in told if kind in ("introduction", "partner_gone")] == ["partner_gone"]


@pytest.mark.parametrize("goes", [leave, erase, suspend])
def test_whoever_goes_while_they_are_given_somebody_late_is_in_it_with_nobody(
    world: World, goes: Callable[..., None]
) -> None:
    amina, tom = two_who_came_late(world)
    assert after(world, partial(top_up, world), partial(goes, world, amina)) is None
    world.work()
    told = [letter.kind for letter in world.inbox(world.person(tom).email)]
    assert [kind for kind in told if kind in ("introduction", "partner_gone")] == ["partner_gone"]


def test_two_whom_a_top_up_brings_together_meanwhile_are_not_merged(world: World) -> None:
    refused = after(world, partial(top_up, world), partial(merge, world, *two_who_came_late(world)))
    assert (type(refused), "introduced to each other in round 1" in str(refused)) == (NotOne, True)


@pytest.mark.parametrize("said", ["SKIP", "MET. Walk more", "What is this?"])
def test_what_is_texted_while_its_number_goes_to_nobody_is_kept(world: World, said: str) -> None:
    """The answer had no number to go to, and what had been texted was lost with it."""
    amina = world.join(phone=NUMBER, verified=True)

    def takes_it_off(session: Session) -> None:
        contacts.hold(session, amina)
        phone_numbers.give(session, session.get_one(Person, amina), None)

    def texts() -> bool:
        with world.write() as session:
            inbound = Inbound(Channel.SMS, "SM1", NUMBER, said)
            return replies.take(session, inbound, signer=world.worker.signer, now=world.now)

    assert after(world, takes_it_off, texts) is True
    with world.read() as session:
        assert [(reply.text, reply.person) for reply in session.scalars(select(Reply))] == [(said, None)]


def test_no_digest_that_is_being_written_names_whoever_erases_themselves(world: World) -> None:
    amina, tom = (world.join(name) for name in ("Amina Yusuf", "Tom Field"))
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(amina), amina)
        said = Said(Answer.MET, text="Walk.", showing=Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
    with world.write() as session:
        learned = session.get_one(Learning, 1)
        learnings.publish(session, learned, text="Walk.", version=1, by=BY, now=world.now)

    def write(session: Session) -> None:
        digests.send_some(session, world.programme(session), 1, now=world.now)

    assert after(world, write, partial(erase, world, amina)) is None
    world.work()
    assert not any("Amina" in letter.text for letter in world.inbox(world.person(tom).email, "digest"))


def test_no_reminder_goes_to_whoever_says_no_while_it_is_written(world: World) -> None:
    raw = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\n"
    with world.write() as session:
        import_people(session, world.programme(session), "people.csv", raw, by=BY, now=world.now)
    world.work()
    world.clock.turn(days=10)

    def remind(session: Session) -> None:
        assert invitations.remind_some(session, world.programme(session), now=world.now, most=10) == 1

    def say_no() -> None:
        with world.write() as session:
            amina = contacts.by_email(session, "amina@example.org", lock=True)
            assert amina
            key, programme = world.worker.providers.key, world.programme(session)
            invitations.decline_invitation(session, amina, programme, key=key, now=world.now)

    assert after(world, remind, say_no) is None
    world.work()
    assert world.inbox("amina@example.org") == []


def test_no_pause_for_silence_is_told_to_whoever_erases_themselves_meanwhile(world: World) -> None:
    amina, _ = world.join_many(2)
    for _ in range(2):
        world.round()
        for days in (14, 8):
            world.clock.turn(days=days)
            world.work()

    def pause(session: Session) -> None:
        assert inactivity.pause(session, 1, now=world.now) == 2

    assert after(world, pause, partial(erase, world, amina)) is None
    world.work()
    assert len(world.inbox(kind="paused")) == 1


def test_whoever_says_yes_while_their_import_is_taken_back_stays(world: World) -> None:
    raw = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\nTom Field,Leeds,tom@example.org\n"
    with world.write() as session:
        import_people(session, world.programme(session), "people.csv", raw, by=BY, now=world.now)
        undoing.undo(session, session.get_one(Import, 1), by=BY, now=world.now)

    def say_yes(session: Session) -> None:
        amina = contacts.by_email(session, "amina@example.org", lock=True)  # as their link does
        assert amina
        invitations.accept_invitation(session, amina, world.programme(session), now=world.now)

    def take_back() -> None:
        with world.write() as session:
            undoing.undo_some(session, session.get_one(Import, 1), now=world.now)

    assert after(world, say_yes, take_back) is None
    with world.read() as session:
        there = session.exec(select(Person.email).where(col(Person.erased_at).is_(None))).all()
        assert list(there) == ["amina@example.org"]


def test_a_round_waits_for_the_end_of_its_programme_and_is_not_sent(world: World) -> None:
    world.join_many(4)
    world.change(next_round_on=times.today(world.now))
    number = world.draw()
    refused = after(
        world,
        lambda session: programmes.held(session, 1),
        partial(send, world, number),
        then=partial(announce_the_end, world),
    )
    assert isinstance(refused, RoundError)


def test_whoever_leaves_while_the_people_of_an_ended_programme_are_erased_is_not_thrown_out(
    world: World,
) -> None:
    amina, _ = world.join_many(2)
    world.change(closed_at=world.now)

    def empty() -> None:
        with world.write() as session:
            closings.erase_some(session, 1, now=world.now)

    def press(session: Session) -> None:
        contacts.hold(session, amina)

    assert after(world, press, empty, then=lambda session: programmes.held(session, 1)) is None
    assert world.person(amina).erased_at


def test_whoever_joins_another_while_the_people_of_an_ended_programme_are_erased_stays(world: World) -> None:
    amina, tom = world.join_many(2)
    world.start("charities", "Charities Unmentoring")
    world.clock.turn(days=1)  # a second form waits for its minute
    request = world.ask(world.details(world.person(amina).name, email=world.person(amina).email), "charities")
    world.work()
    world.change(closed_at=world.now)

    def empty() -> int:
        with world.write() as session:
            return closings.erase_some(session, 1, now=world.now)

    after(world, partial(confirm, world, request), empty)
    erased = [world.person(person).erased_at is not None for person in (amina, tom)]
    assert (erased, world.membership(amina, "charities").standing) == ([False, True], Standing.ACTIVE)


def confirm(world: World, request: int, session: Session) -> None:
    link = session.scalars(select(Link).where(Link.subject == request)).one()
    joining.confirm(session, link, source="web form", now=world.now)


def joins(world: World, organisation: str) -> tuple[str, Step]:
    """Somebody whose confirmation is on screen: their address, and the press."""
    details = world.details(organisation=organisation)
    request = world.ask(details)
    world.work()
    return details.email, partial(confirm, world, request)


def called(session: Session, name: str) -> Organisation:
    return session.exec(select(Organisation).where(Organisation.name == name)).one()


def merge_organisations(world: World, session: Session) -> None:
    gone, kept = called(session, "Moors Council"), called(session, "Dales Council")
    organisations.merge(session, kept, gone, by=BY, now=world.now)


def lose_its_last(world: World, session: Session) -> None:
    last = session.exec(select(Person).where(Person.name == "Tom Field")).one()
    erasure.erase(session, last, by=BY, now=world.now)


@pytest.mark.parametrize(
    ("what", "named"), [(merge_organisations, "Dales Council"), (lose_its_last, "Moors Council")]
)
@pytest.mark.parametrize("first", ["who joins", "what is done"])
def test_whoever_joins_an_organisation_that_is_going_is_in_one_with_a_name(
    world: World, what: Callable[..., None], named: str, first: str
) -> None:
    world.join("Amina Yusuf", "Dales Council")
    world.join("Tom Field", "Moors Council")
    address, confirm = joins(world, "Moors Council")

    def by_itself(step: Step) -> Act:
        def act() -> None:
            with world.write() as session:
                step(session)

        return act

    acts = [confirm, partial(what, world)]
    one, other = acts if first == "who joins" else reversed(acts)
    assert after(world, one, by_itself(other)) is None
    with world.read() as session:
        person = contacts.by_email(session, address)
        assert person
        place = session.get_one(Membership, (1, person.id))
        assert session.get_one(Organisation, place.organisation_id).name == named


def test_an_organisation_that_two_merge_away_at_once_is_merged_once(world: World) -> None:
    world.join("Amina Yusuf", "Dales Council")
    world.join("Tom Field", "Moors Council")
    with world.read() as session:
        gone, kept = called(session, "Moors Council").id, called(session, "Dales Council").id
    organiser = world.organiser().open(f"/organise/councils/organisations/{gone}")
    press = partial(organiser.press, "Merge them", into=str(kept))
    after(world, partial(merge_organisations, world), press)
    assert (organiser.status, "One of the two was merged a moment ago" in organiser.text) == (200, True)


def test_a_worker_that_begins_to_read_texts_beside_another_is_in_no_trouble(world: World) -> None:
    carrier = Twilio("AC0", "token", "+447700900001")
    texts = replace(world.worker.providers, sms=carrier, texts_take_replies=True)

    def begins(session: Session) -> None:
        session.add(InboundRead(provider=carrier.name, until=world.now))
        session.flush()

    def begins_too() -> int:
        worker = world.worker
        return missed_texts.take_all(worker.database.write, texts, signer=worker.signer, clock=worker.clock)

    assert after(world, begins, begins_too) == 0


@contextmanager
def in_hand(what: Callable[[Session], Any], world: World) -> Iterator[None]:
    """The worker is at it, and has not committed yet."""
    with world.write() as session:
        what(session)
        yield


WORK: dict[str, Callable[[World, Session], Any]] = {
    "a round is announced": lambda world, session: schedule.heads_up(session, 1, now=world.now),
    "the end is told of": lambda world, session: closings.tell_some(session, 1, now=world.now),
    "proposals are looked at": lambda world, session: deciding.sweep(session, 1, now=world.now),
    "rules are judged": lambda world, session: measuring.judge(session, 1, [], now=world.now),
}


@pytest.mark.parametrize("work", WORK)
def test_nobody_who_joins_waits_until_the_worker_is_done_with_everybody(world: World, work: str) -> None:
    """With 100,000 people that is minutes, and a form is not taken that waits for ten seconds."""
    world.join_many(4)
    world.change(next_round_on=times.today(world.now) + timedelta(days=2))
    request = world.ask(world.details(organisation="Cyngor Gwynedd a Môn"))
    world.work()
    with in_hand(partial(WORK[work], world), world), world.write() as session:
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
        link = session.scalars(select(Link).where(Link.subject == request)).one()
        joining.confirm(session, link, source="web form", now=world.now)
        joining.ask_to_join(
            session, world.programme(session), world.details(), signer=world.worker.signer, now=world.now
        )
