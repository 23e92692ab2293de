"""Whoever asks us to stop is obeyed at once, and what they say besides is read by an organiser."""

import json

import pytest
from sqlmodel import select

from notifications import replies as replies_of
from notifications.keywords import Word, says_more_than_stop, understand
from notifications.messages import Channel
from notifications.replies import Inbound
from notifications.tables import OutboxMessage, Reply
from tests.support.by_text import PHONE, answers, text
from tests.support.world import World
from web.models import Person, Role
from web.services.incoming import replies
from web.services.people import data_export, to_read

PAGE = "/organise/councils/replies"
TOM, PRIYA = "tom@example.org", "priya@example.org"
UNSAFE = "STOP. Tom made me feel unsafe"
WITH_MORE = [
    UNSAFE,
    "Please stop. He asked me for money",
    "STOP. I have met her but she was rude about my disability",
    "please stop texting me, who gave you my number? I will complain to the ICO",
    "Wrong number, I don't know any of these people",
    "met Joan, sadly I am retiring so please take me off",
    "STOP, this is his carer, he cannot read these",
    "Please delete my data",
    "please stop and tell Tom I am sorry",
]
NO_MORE = [
    "STOP",
    "STOP\n\nAmina",
    "STOP. Do not text me again",
    "Please stop texting me, thank you",
    "Unsubscribe\n\nKind regards\nAmina Yusuf\nLeeds City Council\n0113 496 0000",
    "Stopiwch os gwelwch yn dda",
    "Opt out please, many thanks, Amina",
    "No more texts please. Thank you.",
    "Stop stop stop",
    "wrong number mate",
]


def read(world: World) -> list[tuple[str, bool]]:
    """What waits for an organiser, and whether its writer has been stopped."""
    with world.read() as session:
        key = world.worker.signer.suppression_key()
        found = to_read.of_programme(session, world.programme(session), key=key).rows
        return [(one.reply.text, one.has_stopped) for one in found]


def word_of(world: World) -> str:
    with world.read() as session:
        return session.exec(select(Reply.word).order_by(Reply.id.desc())).first() or ""


@pytest.mark.parametrize("words", WITH_MORE)
def test_what_is_said_beside_a_stop_is_read(world: World, asked: str, words: str) -> None:
    text(world, words)
    assert read(world) == [(words, True)]
    assert (world.person(asked).unreachable, word_of(world)) == ("replied STOP", Word.STOP)


@pytest.mark.parametrize("words", WITH_MORE)
def test_and_nothing_is_sent_back(world: World, asked: str, words: str) -> None:
    before = len(answers(world))
    text(world, words)
    world.clock.turn(days=3)
    world.work()
    assert len(answers(world)) == before


@pytest.mark.parametrize("words", NO_MORE)
def test_a_stop_and_no_more_needs_nobody(world: World, asked: str, words: str) -> None:
    text(world, words)
    assert (read(world), world.person(asked).unreachable) == ([], "replied STOP")


@pytest.mark.parametrize("words", [*WITH_MORE, *NO_MORE])
def test_each_of_them_is_a_stop(words: str) -> None:
    assert understand(words).word is Word.STOP
    assert says_more_than_stop(words) is (words in WITH_MORE)


def by_mail(world: World, person: str, words: str, address: str, kind: str = "introduction") -> None:
    with world.write() as session:
        wanted = select(OutboxMessage.id).where(OutboxMessage.person == person, OutboxMessage.kind == kind)
        number = session.exec(wanted).one() or 0
        signer = world.worker.signer
        to = replies_of.reply_address(number, person, key=signer.reply_keys()[0], domain="in.example")
        mail = Inbound(Channel.EMAIL, f"<{words}>", address, words, (to,))
        replies.take(session, mail, signer=signer, now=world.now)


def test_by_email_too(world: World, pair: tuple[str, str]) -> None:
    words = "Please unsubscribe me. Amina frightened me."
    by_mail(world, pair[1], words, TOM)
    assert (read(world), world.person(pair[1]).unreachable) == ([(words, True)], "unsubscribed")


def test_a_mail_that_stopped_nobody_says_so(world: World, pair: tuple[str, str]) -> None:
    words = "Please unsubscribe me. Amina frightened me."
    by_mail(world, pair[1], words, "colleague@example.org")
    page = world.organiser().open(PAGE).text
    assert (read(world), "nobody has been stopped" in page) == ([(words, False)], True)


def test_of_a_death_a_mail_that_stopped_says_so(world: World, pair: tuple[str, str]) -> None:
    by_mail(world, pair[1], "Stop\n\nThis is his wife. He died on 3 May.", TOM)
    page = world.organiser().open(PAGE).text
    assert ("nobody has been stopped" in page, "We have stopped: nothing is sent" in page) == (False, True)


# Who reads it


def shown_to(world: World, email: str) -> str:
    return world.organiser(email, Role.ORGANISER).open(PAGE).answer.text


@pytest.mark.usefixtures("both_databases")
def test_an_organiser_whom_it_may_be_about_does_not(world: World, asked: str) -> None:
    text(world, UNSAFE)
    assert [UNSAFE in shown_to(world, email) for email in (PRIYA, TOM)] == [True, False]


def test_not_even_where_nobody_else_organises(world: World, asked: str) -> None:
    text(world, UNSAFE)
    assert UNSAFE not in shown_to(world, TOM)


def test_it_is_no_learning(world: World, asked: str) -> None:
    text(world, UNSAFE)
    page = world.organiser().open(PAGE)
    assert ("We have stopped: nothing is sent" in page.text, page.buttons.count("It is a learning")) == (
        True,
        0,
    )


def test_it_is_dealt_with_and_can_be_read_then(world: World, asked: str) -> None:
    text(world, UNSAFE)
    world.organiser().open(PAGE).press("Dealt with")
    page = world.organiser().open(PAGE)
    assert (read(world), UNSAFE in page.text, word_of(world)) == ([], True, Word.STOP)


@pytest.mark.usefixtures("both_databases")
def test_by_a_number_of_two_it_is_kept_from_whoever_talked_with_either(world: World, amina: str) -> None:
    """Nobody knows which of them has written it."""
    bilal = world.join("Bilal Khan", "Leeds Mind", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field", "Kirklees Council", email=TOM)
    world.join("Sara Jones", "Gwynedd Council", email="sara@example.org")
    world.round()
    other = {TOM: "sara@example.org", "sara@example.org": TOM}
    with_bilal = world.person(world.partners_of(bilal)[0]).email or ""
    text(world, UNSAFE)
    readers = (PRIYA, with_bilal, other[with_bilal])
    assert [UNSAFE in shown_to(world, email) for email in readers] == [True, False, False]


# What becomes of it


def test_it_goes_with_its_writer(world: World, asked: str) -> None:
    text(world, UNSAFE)
    world.erase(asked)
    assert (read(world), world.dump()["reply"]) == ([], [])


def test_it_is_in_their_copy_of_their_data(world: World, asked: str) -> None:
    text(world, UNSAFE)
    with world.read() as session:
        copy = data_export.everything(session, session.get_one(Person, asked))
    assert UNSAFE in json.dumps(copy, default=str)


def test_it_goes_after_ninety_days(world: World, asked: str) -> None:
    text(world, UNSAFE)
    world.clock.turn(days=92)
    world.worker.sweep()
    assert world.dump()["reply"] == []


def test_a_skip_that_was_heeded_stays_a_skip(world: World, pair: tuple[str, str]) -> None:
    text(world, "Skip. Tom made me feel unsafe")
    assert (read(world), word_of(world)) == ([("Skip. Tom made me feel unsafe", False)], Word.SKIP)


def test_who_erases_themselves_then_is_promised_no_last_message(world: World, amina: str) -> None:
    text(world, "STOP")
    before = len(answers(world))
    page = world.visitor().open(f"{world.page_of(amina, full=True)}/erase").press("Erase everything about me")
    world.work()
    assert len(answers(world)) == before
    assert "If we may still write to you, one last message says so" in page.text
