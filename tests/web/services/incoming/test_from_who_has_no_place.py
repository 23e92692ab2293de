"""What comes in from somebody who has no place in the programme, or none that is theirs alone."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from notifications import replies as replies_of
from notifications.messages import Channel
from notifications.replies import Inbound
from notifications.tables import OutboxMessage, Reply
from tests.support.by_text import PHONE, answers, text
from tests.support.knocking import operator_in
from tests.support.world import BY, World
from web.models import Membership, Person, Standing
from web.services.common import phone_numbers
from web.services.incoming import replies
from web.services.organisers import team
from web.services.people import invitations, moderation, participation

HERE, PRIYA, AMINA, TOM = (
    "/organise/councils/replies",
    "priya@example.org",
    "amina@example.org",
    "tom@example.org",
)
UNSAFE, HARM = "STOP. Tom made me feel unsafe", "Tom made me feel unsafe"
Goes = Callable[[World, str], None]
SAID = [
    "MET", HARM, UNSAFE, "HELP", "START", "YES", "skip", "no objection", "He died. This is his wife",
    "Amina Yusuf, Leeds City Council", "JOIN", "please call me", "STOP", "1", "",
]  # fmt: skip


def by_mail(world: World, person: str, words: str, kind: str, sender: str = AMINA) -> None:
    with world.write() as session:
        wanted = select(OutboxMessage.id).where(OutboxMessage.person == person, OutboxMessage.kind == kind)
        number = session.exec(wanted.order_by(OutboxMessage.id)).all()[-1] or 0
        signer = world.worker.signer
        to = replies_of.reply_address(number, person, key=signer.reply_keys()[0], domain="in.example")
        mail = Inbound(Channel.EMAIL, f"<{words} {world.now}>", sender, words, (to,))
        assert replies.take(session, mail, signer=signer, now=world.now)
    world.work()


def shown(world: World, email: str = PRIYA, slug: str = "councils") -> str:
    return world.organiser(email, slug=slug).open(f"/organise/{slug}/replies").answer.text


# Who said no here, and takes part elsewhere


@pytest.fixture
def said_no(world: World, asked: str) -> str:
    """Taken over from another scheme, Amina has been introduced, takes part elsewhere and says no here."""
    world.appoint(PRIYA)
    world.start("charities", "Charities Unmentoring")
    world.appoint("olga@example.org", slug="charities")
    email = world.person(asked).email or ""
    world.join("Amina Yusuf", "Leeds Mind", "charities", email=email, phone=PHONE, channel=Channel.SMS)
    with world.write() as session:
        here, person = world.programme(session), session.get_one(Person, asked)
        phone_numbers.give(session, person, PHONE, verified_at=world.now)
        session.get_one(Membership, (here.id, asked)).standing = Standing.NOTIFIED
        session.flush()
        key = world.worker.signer.suppression_key()
        invitations.decline_invitation(session, person, here, key=key, now=world.now)
    return asked


@pytest.mark.usefixtures("both_databases", "said_no")
@pytest.mark.parametrize("words", [HARM, UNSAFE])
def test_what_they_say_of_it_is_read_there(world: World, words: str) -> None:
    text(world, words)
    page = shown(world)
    assert (words in page, len(world.inbox(PRIYA, "read_soon"))) == (True, 1)
    assert words not in shown(world, "olga@example.org", "charities")


def test_nothing_else_of_them_is_shown_there(world: World, said_no: str) -> None:
    text(world, HARM)
    page, person = shown(world), world.person(said_no)
    assert [held in page for held in (person.name, person.email or "", said_no)] == [False, False, False]
    assert "Somebody who said no here" in page


def test_it_is_dealt_with_and_can_be_read_then(world: World, said_no: str) -> None:
    text(world, HARM)
    page = world.organiser(PRIYA).open(HERE).press("Dealt with")
    assert ("Nothing waits" in page.text, HARM in page.text, "Amina" in page.text) == (True, True, False)


@pytest.mark.usefixtures("both_databases", "said_no")
def test_no_partner_reads_it_where_nobody_else_organises(world: World) -> None:
    operator, priya = operator_in(world), world.appoint(PRIYA)
    world.organiser(TOM)
    with world.write() as session:
        team.remove(session, world.programme(session), priya, by=BY, now=world.now)
    text(world, UNSAFE)
    elsewhere = operator.open("/operate/replies").answer.text
    assert (UNSAFE in shown(world, TOM), UNSAFE in elsewhere) == (False, True)


# A number of two


@pytest.mark.usefixtures("both_databases", "amina")
def test_harm_by_a_number_of_two_is_read_the_same_day(world: World) -> None:
    world.appoint(PRIYA)
    world.join("Bilal Khan", "Leeds Mind", phone=PHONE, channel=Channel.SMS, verified=True)
    text(world, HARM)
    assert (HARM in shown(world), len(world.inbox(PRIYA, "read_soon"))) == (True, 1)
    assert ["somebody else uses this number" in answer for answer in answers(world)] == [True, True]


@pytest.mark.usefixtures("both_databases", "amina")
@pytest.mark.parametrize("words", [HARM, UNSAFE])
def test_of_two_who_are_in_two_programmes_it_is_read_in_both(world: World, words: str) -> None:
    """Each page names the one who is in that programme."""
    world.appoint(PRIYA)
    world.start("charities", "Charities Unmentoring")
    world.appoint("olga@example.org", slug="charities")
    bilal = {"phone": PHONE, "channel": Channel.SMS, "verified": True}
    world.join("Bilal Khan", "Leeds Mind", "charities", **bilal)
    text(world, words)
    there, here = shown(world, "olga@example.org", "charities"), shown(world)
    assert [("Amina Yusuf" in page, "Bilal Khan" in page, words in page) for page in (here, there)] == [
        (True, False, True),
        (False, True, True),
    ]
    assert [len(world.inbox(email, "read_soon")) for email in (PRIYA, "olga@example.org")] == [1, 1]


@pytest.mark.usefixtures("amina")
def test_of_anything_else_they_are_told_to_use_their_page(world: World) -> None:
    world.appoint(PRIYA)
    world.join("Bilal Khan", "Leeds Mind", phone=PHONE, channel=Channel.SMS, verified=True)
    text(world, "please call me")
    assert ("please call me" in shown(world), len(answers(world))) == (False, 2)


# Once a programme has ended


def test_what_waits_in_a_programme_that_ended_can_be_dealt_with(world: World, asked: str) -> None:
    world.appoint(PRIYA)
    world.start("charities", "Charities Unmentoring")
    world.join("Amina Yusuf", "Leeds Mind", "charities", email=world.person(asked).email or "", phone=PHONE)
    world.announce_the_end()
    world.clock.turn(days=40)
    world.worker.sweep()
    by_mail(world, asked, HARM, "check_in", world.person(asked).email or "")
    page = world.organiser(PRIYA).open(HERE).press("Dealt with")
    assert ("Marked as dealt with" in page.text, "Nothing waits" in page.text) == (True, True)


# And nobody else


def leaves(world: World, person: str) -> None:
    with world.write() as session:
        place = session.get_one(Membership, (world.programme(session).id, person))
        participation.leave(session, place, now=world.now)


def is_suspended(world: World, person: str) -> None:
    with world.write() as session:
        who = session.get_one(Person, person)
        moderation.suspend(session, world.programme(session), who, "A reason.", by=BY, now=world.now)


def has_no_number(world: World, person: str) -> None:
    with world.write() as session:
        phone_numbers.give(session, session.get_one(Person, person), None)


def is_erased(world: World, person: str) -> None:
    world.erase(person)


@pytest.mark.parametrize("goes", [leaves, is_suspended])
def test_who_left_or_was_suspended_is_read(world: World, asked: str, goes: Goes) -> None:
    world.appoint(PRIYA)
    goes(world, asked)
    for words in SAID:
        text(world, words)
    page = shown(world)
    assert [words in page for words in (HARM, UNSAFE, "please call me")] == [True, True, True]


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("goes", [has_no_number, is_erased])
def test_a_number_that_is_nobody_s_any_more_is_a_stranger_s(world: World, asked: str, goes: Goes) -> None:
    """It is answered once, is told nothing of anybody, and may ask to join."""
    world.appoint(PRIYA)
    goes(world, asked)
    world.work()
    before = len(answers(world))
    for words in SAID:
        text(world, words)
    told = answers(world)[: len(answers(world)) - before]
    strangers = [answer for answer in told if "we hold no details for this number" in answer]
    assert (len(strangers), [answer for answer in told if "Tom" in answer or "Kirklees" in answer]) == (1, [])
    assert HARM not in shown(world)


@pytest.mark.usefixtures("both_databases")
def test_who_was_erased_has_no_answer_by_mail(world: World, asked: str) -> None:
    email = world.person(asked).email or ""
    world.erase(asked)
    before = len(world.inbox(email))
    for words in SAID:
        by_mail(world, asked, words, "introduction", email)
    assert len(world.inbox(email)) == before


@pytest.mark.usefixtures("both_databases")
def test_an_organiser_s_answer_to_our_letter_is_nobody_else_s(world: World, asked: str) -> None:
    """Who organises and takes no part: what they say to a letter of ours changes nothing of anybody."""
    organiser = world.appoint(PRIYA)
    text(world, HARM)
    before = len(world.inbox(PRIYA))
    for words in SAID:
        by_mail(world, organiser, words, "read_soon", PRIYA)
    with world.read() as session:
        kept = session.exec(select(Reply.text).where(Reply.person == organiser)).all()
    assert (len(kept), len(world.inbox(PRIYA))) == (len(SAID), before)
