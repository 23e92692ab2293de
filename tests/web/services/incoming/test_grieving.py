"""Who tells us of a death, or despairs, is read by an organiser at once, and hears nothing that hurts."""

import pytest

from notifications.messages import Channel
from tests.support.by_text import PHONE, answer_to, answers, text
from tests.support.world import World
from tests.web.services.people.test_to_read import AMINA, answer, learned, waiting
from web.models import Role
from web.services.people import participation

ORGANISER = "priya@example.org"
WIDOW = "this is his wife, he has died"
DESPAIR = "I can't go on"


@pytest.fixture
def amina(world: World) -> str:
    """She and Tom have been asked by text whether they met."""
    world.appoint(ORGANISER)
    amina = world.join("Amina Yusuf", "Leeds City Council", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field", "Kirklees Council", email="tom@example.org")
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    return amina


def letters(world: World) -> list[str]:
    return [letter.text for letter in world.inbox(ORGANISER, "read_soon")]


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("said", [WIDOW, "Amina died on Sunday", "My wife died. Please stop texting her"])
def test_of_whoever_has_died_we_write_to_that_number_no_more(world: World, amina: str, said: str) -> None:
    before = answers(world)
    text(world, said)
    world.clock.turn(days=8)
    world.work()
    assert (answers(world), world.person(amina).unreachable != "") == (before, True)


@pytest.mark.parametrize(
    "said", [WIDOW, "She died", "Tom died last week", "My dad died so I couldn't meet Tom"]
)
def test_an_organiser_reads_it_at_once_and_nobody_learned_it(world: World, amina: str, said: str) -> None:
    text(world, said)
    assert (waiting(world), learned(world), len(letters(world))) == ([said], [], 1)


def test_the_letter_says_neither_who_nor_what(world: World, amina: str) -> None:
    text(world, "Amina died on Sunday")
    assert [word in letters(world)[0] for word in ("Amina", "Sunday")] == [False, False]


@pytest.mark.parametrize("said", [DESPAIR, "She died", "I've just lost my husband"])
def test_whoever_grieves_is_in_no_round_for_four_weeks_and_told_who_reads_it(
    world: World, amina: str, said: str
) -> None:
    assert "that goes to" in answer_to(world, said)
    asked = len(answers(world))
    world.clock.turn(days=8)
    world.work()
    with world.read() as session:
        is_in = participation.is_in_next(session, world.membership(amina), world.now.date())
    assert (is_in, len(answers(world)) - asked, world.person(amina).unreachable) == (False, 0, "")


@pytest.mark.parametrize("said", [DESPAIR, "Tom died last week"])
def test_an_organiser_who_was_in_the_conversation_has_no_letter_about_it(
    world: World, amina: str, said: str
) -> None:
    world.appoint("tom@example.org", Role.ORGANISER)
    text(world, said)
    assert (len(letters(world)), world.inbox("tom@example.org", "read_soon")) == (1, [])


def test_where_nobody_else_organises_they_have_it(world: World) -> None:
    world.appoint("tom@example.org")
    world.join("Amina Yusuf", "Leeds City Council", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field", "Kirklees Council", email="tom@example.org")
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    text(world, DESPAIR)
    assert len(world.inbox("tom@example.org", "read_soon")) == 1


def test_whoever_is_spared_reads_until_when_and_how_to_change_it(world: World, amina: str) -> None:
    said = answer_to(world, DESPAIR)
    assert "Nothing about rounds comes here before Tuesday 12 January" in said
    page = world.visitor().open(said.split()[-1])
    assert "I’m back" in page.buttons or "paused" in page.text


def test_who_writes_of_a_partner_s_death_is_not_said_to_be_spared(world: World, amina: str) -> None:
    assert "about rounds" not in answer_to(world, "Tom died last week")


def test_a_longer_pause_stays(world: World, amina: str) -> None:
    with world.write() as session:
        until = world.now.date().replace(year=2027, month=6)
        participation.pause(session, session.merge(world.membership(amina)), until, now=world.now)
    text(world, DESPAIR)
    assert world.membership(amina).paused_until == until


def test_nobody_silences_a_partner(world: World, amina: str) -> None:
    [tom] = world.partners_of(amina)
    text(world, "Tom died last week")
    assert [(world.membership(one).paused_until, world.person(one).unreachable) for one in (amina, tom)] == [
        (None, ""),
        (None, ""),
    ]


def test_a_thousand_texts_are_one_letter_a_day(world: World, amina: str) -> None:
    for _ in range(3):
        text(world, DESPAIR)
    world.clock.turn(days=1)
    text(world, DESPAIR)
    assert (len(letters(world)), len(waiting(world))) == (2, 4)


def test_by_a_number_of_two_it_is_read_and_nobody_is_stopped(world: World) -> None:
    world.appoint(ORGANISER)
    two = [
        world.join(name, phone=PHONE, channel=Channel.SMS, verified=True, email=f"{name[:3]}@example.org")
        for name in ("Amina Yusuf", "Omar Yusuf")
    ]
    text(world, "My husband died")
    told = [world.person(one).unreachable for one in two]
    assert (told, waiting(world), len(letters(world))) == (["", ""], ["My husband died"], 1)


@pytest.fixture
def by_mail(world: World) -> str:
    world.appoint(ORGANISER)
    amina = world.join("Amina Yusuf", email=AMINA)
    world.join("Tom Field", email="tom@example.org")
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    return amina


def test_from_the_mailbox_we_wrote_to_it_stops_our_letters(world: World, by_mail: str) -> None:
    answer(world, by_mail, "I am writing to tell you that Amina Yusuf died suddenly on Sunday.")
    assert world.person(by_mail).unreachable != ""


def test_from_elsewhere_it_only_pauses(world: World, by_mail: str) -> None:
    answer(world, by_mail, WIDOW, sender="mary@example.org")
    paused = world.membership(by_mail).paused_until
    assert (world.person(by_mail).unreachable, paused is not None, waiting(world)) == ("", True, [WIDOW])


def test_what_a_machine_says_of_a_death_is_a_machine_s(world: World, by_mail: str) -> None:
    answer(world, by_mail, WIDOW, automatic=True)
    assert (world.person(by_mail).unreachable, letters(world)) == ("", [])
