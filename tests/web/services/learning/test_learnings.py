"""The wall shows what its authors allowed, with the names that were allowed, after an organiser looked."""

from datetime import timedelta

import pytest

from tests.support.world import BY, World
from web.models import Answer, Learning, LearningState, Membership, Person, Showing
from web.services.common import times
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import digests, learnings, walls
from web.services.learning.digests import NothingToSend
from web.services.learning.learnings import ChangedMeanwhile, NothingToShow, NotToShow
from web.services.people import erasure, participation

WORDS = "Ask the crews first."


@pytest.fixture
def three(world: World) -> list[str]:
    people = [world.join(f"{name} Smith", "Leeds City Council") for name in ("Amina", "Tom", "Siân")]
    world.round()
    return people


def say(
    world: World, person: str, *, words: str = "", showing: Showing = Showing.NO, named: bool = False
) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        said = Said(Answer.MET, words, showing=showing, may_name_me=named)
        conversations.check_in(session, talk, said, now=world.now)


def publish(world: World, *, words: str = WORDS, version: int = 1) -> None:
    with world.write() as session:
        found = session.get_one(Learning, 1)
        learnings.publish(session, found, text=words, version=version, by=BY, now=world.now)


def wall(world: World) -> str:
    return world.visitor().open("/p/councils/learning").text


@pytest.mark.parametrize(
    ("showing", "named", "author", "partner"),
    [
        (Showing.WITHOUT_NAME, True, False, False),
        (Showing.WITH_NAME, False, True, False),
        (Showing.WITH_NAME, True, True, True),
    ],
)
def test_who_is_named_has_said_so(
    world: World, three: list[str], showing: Showing, named: bool, author: bool, partner: bool
) -> None:
    say(world, three[0], words=WORDS, showing=showing)
    say(world, three[1], named=named)
    publish(world)
    text = wall(world)
    assert ("Amina" in text, "Tom" in text, "Siân" in text) == (author, partner, False)


def test_only_a_first_name_and_an_organisation_are_shown(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    assert ("Amina, Leeds City Council" in wall(world), "Smith" in wall(world)) == (True, False)


def test_nothing_is_on_the_wall_before_an_organiser_looked(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    assert WORDS not in wall(world)


def test_what_stays_between_us_cannot_be_published(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.NO)
    with pytest.raises(NotToShow):
        publish(world)


def test_an_organiser_does_not_even_read_what_stays_between_us(world: World, three: list[str]) -> None:
    say(world, three[0], words="Not for you.", showing=Showing.NO)
    assert "Not for you." not in world.organiser().open("/organise/councils/learning").text


def test_nothing_empty_is_published(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    with pytest.raises(NothingToShow):
        publish(world, words=" \n ")


def test_what_changed_after_it_was_shown_is_not_published(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    say(world, three[0], words="Do not quote me.", showing=Showing.WITH_NAME)
    with pytest.raises(ChangedMeanwhile):
        publish(world)


def test_an_organiser_s_edit_is_what_is_shown(world: World, three: list[str]) -> None:
    say(world, three[0], words="Call Bob on 07700 900123: ask the crews first.", showing=Showing.WITH_NAME)
    publish(world, words=WORDS)
    assert ("07700" in wall(world), WORDS in wall(world)) == (False, True)


def test_what_is_taken_off_is_gone_from_the_wall(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    with world.write() as session:
        learnings.decline(session, session.get_one(Learning, 1), version=2, by=BY, now=world.now)
    assert WORDS not in wall(world)


def test_an_erased_author_s_learning_is_gone(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, three[0]), by=BY, now=world.now)
    assert WORDS not in wall(world)


def test_an_erased_partner_is_named_no_more(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    say(world, three[1], named=True)
    publish(world)
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, three[1]), by=BY, now=world.now)
    assert ("Amina" in wall(world), "Tom" in wall(world)) == (True, False)


def test_words_are_shown_as_words(world: World, three: list[str]) -> None:
    say(world, three[0], words="<script>alert(1)</script>", showing=Showing.WITHOUT_NAME)
    publish(world, words="<script>alert(1)</script>")
    assert "<script>alert(1)" in wall(world)


def test_the_wall_has_pages(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITHOUT_NAME)
    publish(world)
    with world.read() as session:
        programme = world.programme(session)
        shown, older = walls.wall(session, programme, page=1, size=1)
        after, _ = walls.wall(session, programme, page=2, size=1)
    assert (len(shown), older, after) == (1, False, [])


def test_a_declined_learning_is_not_waiting(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITHOUT_NAME)
    with world.write() as session:
        learnings.decline(session, session.get_one(Learning, 1), version=1, by=BY, now=world.now)
        waiting = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    assert waiting == []


# The digest of a round


def digest_text(world: World, three: list[str]) -> str:
    with world.write() as session:
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)
    return world.letter(world.person(three[2]).email or "", "digest").text


@pytest.mark.usefixtures("both_databases")
def test_a_digest_goes_to_each_person_once(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    organiser = world.organiser().open("/organise/councils/learning")
    organiser.press("Send the digest of round 1 to 3 people")
    assert "on its way to 3 people" in organiser.text
    with world.write() as session:
        assert digests.send(session, world.programme(session), 1, by=BY, now=world.now) == 0
    world.work()
    assert len(world.inbox(kind="digest")) == 3


def digest_that_a_break_holds(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    world.change(next_round_on=times.today(world.now) + timedelta(days=20))
    with world.write() as session:
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)
    world.pause()
    world.clock.turn(days=30)


def test_a_digest_that_a_break_holds_goes_out_after_it(world: World, three: list[str]) -> None:
    digest_that_a_break_holds(world, three)
    world.go_on()
    world.work()
    letters = world.inbox(kind="digest")
    assert ["The next round starts" in one.text for one in letters] == [False] * 3


def test_whoever_leaves_in_a_break_has_no_digest_after_it(world: World, three: list[str]) -> None:
    digest_that_a_break_holds(world, three)
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, three[0])), now=world.now)
    world.go_on()
    world.work()
    assert len(world.inbox(kind="digest")) == 2


def test_where_a_break_turns_into_the_end_a_digest_promises_no_round(world: World, three: list[str]) -> None:
    digest_that_a_break_holds(world, three)
    world.announce_the_end()
    world.work()
    letters = world.inbox(kind="digest")
    assert ["The next round starts" in one.text for one in letters] == [False] * 3


@pytest.mark.parametrize("showing", [Showing.WITHOUT_NAME, Showing.WITH_NAME])
def test_a_digest_names_an_author_who_said_so(world: World, three: list[str], showing: Showing) -> None:
    say(world, three[0], words=WORDS, showing=showing)
    say(world, three[1], named=True)
    publish(world)
    text = digest_text(world, three)
    assert (
        WORDS in text,
        "Amina, Leeds City Council" in text,
        "Tom" in text,
        "Of 3 people introduced, 2 answered and 2 met" in text,
    ) == (
        True,
        showing is Showing.WITH_NAME,
        False,
        True,
    )


def test_a_digest_shows_only_what_an_organiser_published(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    say(world, three[1], words="Not looked at.", showing=Showing.WITH_NAME)
    publish(world)
    assert "Not looked at" not in digest_text(world, three)


def test_while_what_people_learned_is_shown_to_nobody_a_digest_has_none_of_it(
    world: World, three: list[str]
) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    world.change(wall_is_open=False)
    world.clock.turn(days=30)
    text = digest_text(world, three)
    told = [WORDS in text, "/learning" in text, "Nobody has shared" in text, "introduced" in text]
    assert told == [False, False, False, True]


def test_while_it_is_shown_to_nobody_nothing_published_makes_a_digest(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    world.change(wall_is_open=False)
    with world.write() as session, pytest.raises(NothingToSend):
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)


def test_there_is_a_digest_once_the_round_is_over_or_something_is_published(
    world: World, three: list[str]
) -> None:
    with world.write() as session, pytest.raises(NothingToSend):
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)
    world.clock.turn(days=40)
    assert "Nobody has shared a learning from round 1" in digest_text(world, three)


def test_an_earlier_round_can_still_have_its_digest_until_somebody_has_had_it(
    world: World, three: list[str]
) -> None:
    for _ in range(2):
        world.clock.turn(days=22)
        world.round()
    organiser = world.organiser().open("/organise/councils/learning")
    offered = [button for button in organiser.buttons if "digest" in button]
    assert offered == ["Send the digest of round 2 to 3 people", "Send the digest of round 1"]
    organiser.press("Send the digest of round 1")
    assert "The digest is on its way to 3 people." in organiser.text
    assert [button for button in organiser.buttons if "digest" in button] == offered[:1]


def test_who_is_away_or_cannot_be_reached_gets_no_digest(world: World, three: list[str]) -> None:
    say(world, three[0], words=WORDS, showing=Showing.WITH_NAME)
    publish(world)
    with world.write() as session:
        programme = world.programme(session)
        session.get_one(Membership, (programme.id, three[0])).silent_since = world.now.date()
        session.get_one(Person, three[1]).unreachable = "it bounced"
        session.flush()
        found = digests.ready(session, programme, now=world.now)
        digests.send(session, programme, 1, by=BY, now=world.now)
    world.work()
    assert found
    assert found.people == 1
    assert [one.to for one in world.inbox(kind="digest")] == [world.person(three[2]).email]


def test_a_paused_programme_sends_no_digest(world: World, three: list[str]) -> None:
    world.clock.turn(days=40)
    world.change(paused_at=world.now)
    with world.read() as session:
        assert digests.ready(session, world.programme(session), now=world.now) is None
