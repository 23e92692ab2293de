"""Did you meet, and what did you learn: each side's word is kept, and stands until they change it."""

import pytest
from sqlalchemy import select

from tests.support.visitor import Visitor
from tests.support.world import BY, World
from web.models import Answer, CheckIn, Learning, LearningState, Membership, Person, Purpose, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import NotTheirs, Said
from web.services.learning import learnings
from web.services.people import erasure

VANS = "Gwynedd shares its vans."
ME = "person-001@example.org"


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    first, second = world.join_many(2)
    world.round()
    return first, second


def say(world: World, person: str, answer: Answer = Answer.MET, text: str = "", **other: object) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.check_in(session, talk, Said(answer, text, **other), now=world.now)  # type: ignore[arg-type]


def learning(world: World, person: str) -> Learning:
    with world.read() as session:
        return session.scalars(select(Learning).where(Learning.person_id == person)).one()


def form(world: World) -> Visitor:
    return world.visitor().open(world.link_in(world.letter(ME, "introduction"), "/checkin/") + "?answer=met")


@pytest.mark.usefixtures("both_databases")
def test_each_side_s_word_is_kept(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], Answer.MET)
    say(world, pair[1], Answer.NO_REPLY)
    with world.read() as session:
        found = dict(session.execute(select(CheckIn.person_id, CheckIn.answer)).all())
    assert found == {pair[0]: Answer.MET, pair[1]: Answer.NO_REPLY}


def test_an_answer_takes_the_place_of_the_one_before(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], Answer.BOOKED)
    world.clock.turn(days=3)
    say(world, pair[0], Answer.MET)
    with world.read() as session:
        row = session.scalars(select(CheckIn)).one()
    assert (row.answer, row.answered_at - row.first_answered_at) == (
        Answer.MET,
        world.now - row.first_answered_at,
    )


def test_a_learning_waits_for_an_organiser(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], text=VANS, showing=Showing.WITH_NAME)
    assert learning(world, pair[0]).state is LearningState.WAITING


def publish(world: World, person: str) -> None:
    with world.write() as session:
        found = session.scalars(select(Learning).where(Learning.person_id == person)).one()
        learnings.publish(session, found, text=found.text, version=found.version, by=BY, now=world.now)


def test_changed_words_wait_again(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], text=VANS, showing=Showing.WITH_NAME)
    publish(world, pair[0])
    say(world, pair[0], text="Something else.", showing=Showing.WITH_NAME)
    assert learning(world, pair[0]).state is LearningState.WAITING


def test_a_withdrawn_consent_takes_it_off_the_wall(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], text=VANS, showing=Showing.WITH_NAME)
    publish(world, pair[0])
    say(world, pair[0], text=VANS, showing=Showing.NO)
    assert VANS not in world.visitor().open("/p/councils/learning").text


def test_the_same_words_again_stay_where_they_are(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], text=VANS, showing=Showing.WITH_NAME)
    publish(world, pair[0])
    say(world, pair[0], text=VANS, showing=Showing.WITH_NAME)
    assert learning(world, pair[0]).state is LearningState.PUBLISHED


def test_words_taken_back_are_gone(world: World, pair: tuple[str, str]) -> None:
    say(world, pair[0], text=VANS, showing=Showing.WITH_NAME)
    say(world, pair[0])
    with world.read() as session:
        assert session.scalars(select(Learning)).all() == []


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (Answer.MET, 0),
        (Answer.COULD_NOT, 0),
        (Answer.NO_REPLY, 0),
        (Answer.BOOKED, 1),
        (Answer.NOT_YET, 2),
    ],
)
def test_who_has_answered_is_asked_no_more_than_makes_sense(
    world: World, pair: tuple[str, str], answer: Answer, asked: int
) -> None:
    say(world, pair[0], answer)
    world.clock.turn(days=14)
    world.work()
    world.clock.turn(days=4)
    world.work()
    assert len(world.inbox(ME, "check_in")) == asked


def test_who_says_nothing_is_asked_twice_and_no_more(world: World, pair: tuple[str, str]) -> None:
    for _ in range(10):
        world.clock.turn(days=2)
        world.work()
    assert len(world.inbox(ME, "check_in")) == 2


def test_a_repeated_click_is_thanked_once(world: World, pair: tuple[str, str]) -> None:
    for _ in range(3):
        say(world, pair[0], text=VANS, showing=Showing.NO)
    world.work()
    assert len(world.inbox(ME, "thanks")) == 1


def test_share_buttons_hold_the_words_and_the_hashtag(world: World) -> None:
    world.change(hashtag="unmentoring")
    with world.read() as session:
        shares = conversations.share_buttons(world.programme(session), "Vans & bikes?")
    assert "text=Vans+%26+bikes%3F+%23unmentoring" in shares[0].url


def test_nothing_to_share_has_no_buttons(world: World) -> None:
    with world.read() as session:
        assert conversations.share_buttons(world.programme(session), "") == ()


def test_a_conversation_is_not_shown_to_who_was_not_in_it(world: World, pair: tuple[str, str]) -> None:
    stranger = world.join()
    with world.read() as session, pytest.raises(NotTheirs):
        conversations.conversation(session, world.group_of(pair[0]), stranger)


def test_a_link_to_somebody_else_s_conversation_leads_nowhere(world: World, pair: tuple[str, str]) -> None:
    stranger = world.join()
    door = world.door(Purpose.CHECK_IN, stranger, subject=world.group_of(pair[0]))
    assert world.visitor().open(door).status == 404


def test_a_partner_who_was_erased_has_no_name(world: World, pair: tuple[str, str]) -> None:
    visitor = form(world)
    world.clock.turn(days=8)  # until the cut-off it would be called off
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, pair[1]), by=BY, now=world.now)
    assert visitor.open(visitor.path).heading == "You and somebody who has left"


def test_the_form_remembers_what_was_said(world: World, pair: tuple[str, str]) -> None:
    form(world).press("Tell us", text=VANS, showing="without name")
    assert VANS in form(world).page.xpath("string(//textarea)")


def test_a_wish_to_show_nothing_is_asked_again(world: World, pair: tuple[str, str]) -> None:
    assert form(world).press("Tell us", showing="with name").status == 422


def test_a_link_to_check_in_is_good_until_a_month_after_the_last_question(
    world: World, pair: tuple[str, str]
) -> None:
    path = form(world).path
    found = []
    for days in (47, 2):
        world.clock.turn(days=days)
        found.append(world.visitor().open(path).status)
    assert found == [200, 410]


def test_conversations_so_far_stand_on_the_personal_page(world: World, pair: tuple[str, str]) -> None:
    assert "Person 002" in world.visitor().open(world.page_of(pair[0])).text


def test_checking_in_after_leaving_is_still_heard(world: World, pair: tuple[str, str]) -> None:
    from web.services.people import participation

    world.clock.turn(days=8)  # until the cut-off it would be called off
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, pair[0])), now=world.now)
    assert form(world).press("Tell us").heading == "Thank you"
