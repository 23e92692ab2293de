"""Two rounds without a sign pause somebody, kindly, and one click brings them back."""

from datetime import date

import pytest

from tests.support.world import BY, World
from web.models import Answer, Person, Purpose
from web.services.common import times
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.people import merging
from web.services.rounds import dropouts, pots

AMINA, TOM = "amina@example.org", "tom@example.org"


@pytest.fixture
def two(world: World) -> World:
    world.join("Amina Yusuf", email=AMINA)
    world.join("Tom Field", "Kirklees Council", email=TOM)
    return world


def go_through(world: World, *says: tuple[str, Answer]) -> None:
    """A round, and what people say of it before it ends."""
    number = world.round()
    for email, answer in says:
        person = who(world, email)
        with world.write() as session:
            talk = conversations.conversation(session, world.group_of(person, number), person)
            conversations.check_in(session, talk, Said(answer), now=world.now)
    let_it_end(world)


def let_it_end(world: World) -> None:
    """The day on which everybody is asked, and the one after the round's last."""
    for days in (14, 8):
        world.clock.turn(days=days)
        world.worker.sweep()


def who(world: World, email: str) -> str:
    return next(person for person in world.groups()[0] if world.person(person).email == email)


def paused(world: World) -> list[str]:
    world.worker.sweep()
    return sorted(letter.to for letter in world.inbox(kind="paused"))


@pytest.mark.usefixtures("both_databases")
def test_two_silent_rounds_pause_and_tell_once(two: World) -> None:
    go_through(two)
    after_one = paused(two)
    go_through(two)
    assert (after_one, paused(two)) == ([], [AMINA, TOM])


def test_who_is_paused_for_silence_is_in_no_pot_and_the_organiser_sees_why(two: World) -> None:
    go_through(two)
    go_through(two)
    with two.read() as session:
        pot = pots.gather(session, two.programme(session), times.today(two.now))
    assert set(pot.left_out.values()) == {"paused after two rounds in silence"}
    page = two.organiser().open("/organise/councils/people")
    assert "paused after two rounds in silence" in page.text


def test_one_button_brings_them_back(two: World) -> None:
    go_through(two)
    go_through(two)
    letter = two.letter(AMINA, "paused")
    page = two.visitor().open(two.link_in(letter, "/me/"))
    said = "We have paused you" in page.text
    page.press("I am in again")
    assert (said, two.membership(who(two, AMINA)).silent_since) == (True, None)


def test_an_answer_in_either_round_is_a_sign(two: World) -> None:
    go_through(two, (AMINA, Answer.NOT_YET))
    go_through(two)
    assert paused(two) == [TOM]


def test_a_partner_who_met_them_speaks_for_them(two: World) -> None:
    go_through(two)
    go_through(two, (AMINA, Answer.MET))
    assert paused(two) == []


def test_anything_done_on_their_page_is_a_sign(two: World) -> None:
    go_through(two)
    page = two.visitor().open(two.page_of(who(two, TOM)))
    page.press("I would rather not be in a three")
    go_through(two)
    assert paused(two) == [AMINA]


def test_so_is_what_they_did_under_another_entry_of_theirs(two: World) -> None:
    go_through(two)
    again = two.join("Amina Yusuf", email="amina@home.example")
    with two.write() as session:
        one, other = session.get_one(Person, who(two, AMINA)), session.get_one(Person, again)
        merging.merge(session, two.programme(session), one, other, by=BY, now=two.now)
    go_through(two)
    assert paused(two) == [TOM]


def test_a_round_they_were_not_in_does_not_count(two: World) -> None:
    for _ in range(2):
        two.join()
    go_through(two, *())
    person = who_is(two, AMINA)
    two.visitor().open(two.door(Purpose.PAGE, person)).press("Skip the next round")
    go_through(two)
    assert AMINA not in paused(two)


def who_is(world: World, email: str) -> str:
    people = [person for group in world.groups() for person in group]
    return next(person for person in people if world.person(person).email == email)


def test_who_was_left_alone_had_nothing_to_tell(two: World) -> None:
    go_through(two)
    two.round()
    with two.write() as session:
        dropouts.cannot_make_it(session, two.group_of(who(two, TOM), 2), who(two, TOM), now=two.now)
    two.clock.turn(days=22)
    assert paused(two) == []


def test_whose_introduction_was_never_reported_to_arrive_is_not_silent(two: World) -> None:
    for _ in range(2):
        two.round()
        two.report_delivered(TOM)
        let_it_end(two)
    assert paused(two) == [TOM]


def test_who_was_never_asked_whether_they_met_is_not_silent(two: World) -> None:
    go_through(two)
    two.round()
    take_a_break(two, days=30)
    assert paused(two) == []


def take_a_break(world: World, *, days: int) -> None:
    world.pause()
    for _ in range(days):
        world.clock.turn(days=1)
        world.worker.sweep()
    world.go_on()


def test_who_was_left_alone_after_the_cut_off_is_not_silent(two: World) -> None:
    go_through(two)
    two.round()
    two.clock.turn(days=10)
    two.worker.sweep()
    two.erase(who(two, TOM))
    two.clock.turn(days=12)
    assert paused(two) == []


def test_the_day_of_the_end_is_still_a_day_to_answer(two: World) -> None:
    go_through(two)
    two.round()
    for days in (14, 7):
        two.clock.turn(days=days)
        two.worker.sweep()
    assert paused(two) == []


def test_no_reply_puts_the_one_let_down_first_until_they_say_otherwise(two: World) -> None:
    two.round()
    person = who(two, AMINA)
    found = []
    for answer in (Answer.NO_REPLY, Answer.MET):
        with two.write() as session:
            talk = conversations.conversation(session, two.group_of(person), person)
            conversations.check_in(session, talk, Said(answer), now=two.now)
        found.append(two.membership(person).let_down)
    assert found == [True, False]


def test_paused_since_is_the_day_it_happened(two: World) -> None:
    go_through(two)
    go_through(two)
    assert two.membership(who(two, AMINA)).silent_since == date(2027, 1, 14)
