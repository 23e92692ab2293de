"""The story of a round: what it tells, to whom, and what never stands in it."""

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from notifications.tables import OutboxMessage
from tests.support.talks import Talker, add_round
from tests.support.world import BY, World
from web.models import (
    Answer,
    Learning,
    LearningState,
    Organisation,
    Round,
    RoundStory,
    Showing,
)
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.evidence import counting
from web.services.learning import digests, learnings, stories
from web.services.learning.stories import StoryShown, StoryWords
from web.services.organisations import organisations
from web.services.programmes import closings
from web.services.rounds import rounds

MET, NO_REPLY = Answer.MET, Answer.NO_REPLY
NAME = "Zebedee Quillfeather"


@pytest.fixture
def talked(world: World) -> World:
    """Eight people in a round; they are in `world.groups()`."""
    world.join(NAME)
    world.join_many(7)
    world.round()
    return world


def the_round(world: World, session: Session, number: int = 1) -> Round:
    return rounds.by_number(session, world.programme(session), number)


def learned(
    world: World, person: str, text: str, showing: Showing = Showing.WITH_NAME, *, published: bool = True
) -> int:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.check_in(session, talk, Said(MET, text, "", showing), now=world.now)
        row = session.exec(select(Learning).where(Learning.person_id == person)).one()
        if published:
            learnings.publish(session, row, text=text, version=row.version, by=BY, now=world.now)
        return row.id


def story(world: World) -> StoryShown:
    with world.read() as session:
        found = the_round(world, session)
        return stories.of_round(session, world.programme(session), found, now=world.now)


def edit(
    world: World, went: str = "", changes: str = "", picked: Sequence[int] = (), version: int = 0
) -> None:
    with world.write() as session:
        words = StoryWords(went, changes, picked)
        programme, round_ = world.programme(session), the_round(world, session)
        stories.edit(session, programme, round_, words, version, by=BY, now=world.now)


def publish(world: World, version: int = 0) -> None:
    with world.write() as session:
        programme, round_ = world.programme(session), the_round(world, session)
        stories.publish(session, programme, round_, version, by=BY, now=world.now)


def read(world: World) -> StoryShown:
    with world.read() as session:
        return stories.public(session, world.programme(session), 1)


def texts(found: StoryShown) -> list[str]:
    return [one.learning.text for one in found.learned]


# Making and editing


@pytest.mark.usefixtures("both_databases")
def test_the_program_makes_it_and_an_organiser_lets_it_out(talked: World) -> None:
    learned(talked, talked.groups()[0][0], "Vans can be shared.")
    publish(talked)
    found = read(talked)
    told = (found.told.introduced, found.told.answered, found.told.met, found.told.hours)
    assert (told, texts(found)) == ((8, 1, 1, 0.5), ["Vans can be shared."])


def test_an_organiser_s_words_stand_in_place_of_ours(talked: World) -> None:
    edit(talked, "We were many.", "Texts too.")
    assert story(talked).words == StoryWords("We were many.", "Texts too.", [])


def test_what_was_counted_stays_until_it_is_saved_again(talked: World) -> None:
    """Who watches a number that moves learns who has just answered."""
    publish(talked)
    learned(talked, talked.groups()[0][0], "Vans.")
    before = read(talked).told.met
    edit(talked, version=1)
    assert (before, read(talked).told.met) == (0, 1)


def test_what_somebody_else_has_saved_is_not_written_over(talked: World) -> None:
    edit(talked, "One.")
    with pytest.raises(stories.StoryChanged):
        edit(talked, "Two.", version=0)


def test_what_changed_after_it_was_shown_is_not_let_out(talked: World) -> None:
    edit(talked, "One.")
    with pytest.raises(stories.StoryChanged):
        publish(talked, version=0)


def test_a_round_of_four_is_told_to_nobody(world: World) -> None:
    world.join_many(4)
    world.round()
    with pytest.raises(stories.TooFewToTell):
        publish(world)


def test_nobody_reads_what_was_never_let_out(talked: World) -> None:
    edit(talked, "Draft.")
    with pytest.raises(stories.NoSuchStory):
        read(talked)


def test_what_is_taken_back_is_gone(talked: World) -> None:
    publish(talked)
    with talked.write() as session:
        programme, round_ = talked.programme(session), the_round(talked, session)
        stories.withdraw(session, programme, round_, by=BY, now=talked.now)
    with pytest.raises(stories.StoryGone):
        read(talked)


# What people learned


def test_only_three_things_are_told_and_those_that_were_picked(talked: World) -> None:
    people = [person for group in talked.groups() for person in group]
    ids = [learned(talked, person, f"Thing {place}.") for place, person in enumerate(people[:5])]
    newest = texts(story(talked))
    edit(talked, picked=[ids[1], ids[0], *ids[2:]])
    assert (newest, texts(story(talked))) == (
        ["Thing 4.", "Thing 3.", "Thing 2."],
        ["Thing 1.", "Thing 0.", "Thing 2."],
    )


def test_a_learning_of_another_round_cannot_be_picked(talked: World) -> None:
    other = learned(talked, talked.groups()[0][0], "Of the first.")
    talked.round()
    with talked.write() as session:
        programme, round_ = talked.programme(session), the_round(talked, session, 2)
        words = StoryWords("", "", [other])
        stories.edit(session, programme, round_, words, 0, by=BY, now=talked.now)
        assert session.get_one(RoundStory, round_.id).picked == []


def test_while_the_wall_is_shut_a_story_tells_nothing_of_what_was_learned(talked: World) -> None:
    learned(talked, talked.groups()[0][0], "Vans.")
    publish(talked)
    talked.change(wall_is_open=False)
    assert texts(read(talked)) == []


ACTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["say", "publish", "decline", "contest", "keep", "edit"])),
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_nothing_unpublished_or_unticked_is_ever_told(talked: World, acts: list[tuple[int, str]]) -> None:
    """Random histories of six people's learnings: the story, and the digest, have what the wall has."""
    people = [person for group in talked.groups() for person in group]
    with talked.write() as session:
        programme, round_ = talked.programme(session), the_round(talked, session)
        for place, act in acts:
            do(talked, session, people[place], act)
        told = stories.choices(session, programme, round_)
        shown = stories.of_round(session, programme, round_, now=talked.now).learned
        sent = digests._published(session, round_, ())
        rows = session.exec(select(Learning)).all()
        allowed = {
            row.id for row in rows if row.state is LearningState.PUBLISHED and row.showing is not Showing.NO
        }
        named = {row.id for row in rows if row.showing is Showing.WITH_NAME}
        everything = [*told, *shown, *sent]
        assert {one.learning.id for one in everything} <= allowed
        assert {one.learning.id for one in everything if one.author} <= named
        session.rollback()


def do(world: World, session: Session, person: str, act: str) -> None:
    talk = conversations.conversation(session, world.group_of(person), person)
    if act in ("say", "keep"):
        showing = Showing.NO if act == "keep" else Showing.WITHOUT_NAME
        conversations.check_in(session, talk, Said(MET, "Vans.", "", showing), now=world.now)
        return
    row = session.exec(select(Learning).where(Learning.person_id == person)).one_or_none()
    if row is None:
        return
    if act == "publish" and row.showing is not Showing.NO:
        learnings.publish(session, row, text="Vans.", version=row.version, by=BY, now=world.now)
    elif act == "decline":
        learnings.decline(session, row, version=row.version, by=BY, now=world.now)
    elif act == "contest" and row.state is LearningState.PUBLISHED:
        learnings.contest(session, learnings.with_pages(session, [row])[0], "Mine.", now=world.now)
    elif act == "edit":
        said = Said(MET, "Vans, rather.", "", Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)


# The map that everybody sees


def everybody_s(world: World, groups: Sequence[Sequence[Talker]]) -> tuple[list[str], set[frozenset[str]]]:
    with world.write() as session:
        add_round(session, world.programme(session), groups, number=1, sent_at=world.now)
        found = counting.count(session, world.programme(session), now=world.now).for_everybody()
    names = found.names
    return [one.name for one in found.organisations], {
        frozenset((names[t.a], names[t.b])) for t in found.ties
    }


def test_an_organisation_of_four_is_not_on_the_map(world: World) -> None:
    groups: list[list[Talker]] = [[("Arun", MET), ("Brent", MET)]] * 5 + [[("Arun", MET), ("Cork", MET)]] * 4
    assert everybody_s(world, groups) == (["Arun", "Brent"], {frozenset(("Arun", "Brent"))})


def test_small_organisations_stand_together_when_they_are_five(world: World) -> None:
    groups: list[list[Talker]] = [[("Arun", MET), (f"Ward {one}", MET)] for one in range(5)]
    assert everybody_s(world, groups)[0] == ["Arun", "5 smaller ones together"]


def test_who_has_not_met_is_not_on_the_map(world: World) -> None:
    groups: list[list[Talker]] = [[("Arun", NO_REPLY), ("Brent", None)]] * 5
    assert everybody_s(world, groups) == (["Arun", "Brent"], set())


def test_the_map_does_not_say_how_often(world: World) -> None:
    groups: list[list[Talker]] = [[("Arun", MET), ("Brent", MET)]] * 7
    with world.write() as session:
        add_round(session, world.programme(session), groups, number=1, sent_at=world.now)
        found = counting.count(session, world.programme(session), now=world.now).for_everybody()
    assert [(tie.introduced, tie.met, tie.missed) for tie in found.ties] == [(1, 1, 0)]


# Who goes, goes from it


def test_an_erased_person_s_learning_goes_from_the_story(talked: World) -> None:
    person = talked.groups()[0][0]
    learned(talked, person, "Vans.")
    publish(talked)
    talked.erase(person)
    assert texts(read(talked)) == []


def zebedee(world: World) -> str:
    return next(p for group in world.groups() for p in group if world.person(p).name == NAME)


def test_an_erased_person_s_name_goes_out_of_the_words_and_the_digest(talked: World) -> None:
    learned(talked, talked.groups()[1][0], "Vans.")
    edit(talked, f"{NAME} found vans.", f"Ask {NAME}.")
    with talked.write() as session:
        digests.send(session, talked.programme(session), 1, by=BY, now=talked.now)
    talked.erase(zebedee(talked))
    with talked.read() as session:
        kept = session.exec(select(OutboxMessage.payload).where(OutboxMessage.kind == "digest")).all()
        told = session.exec(select(RoundStory)).one()
        said = json.dumps([told.went, told.changes, *filter(None, kept)])
    assert "Quillfeather" not in said


def test_what_was_copied_of_their_learning_goes_too(talked: World) -> None:
    person = talked.groups()[0][0]
    learned(talked, person, "Buses can be borrowed.")
    edit(talked, "Somebody said: Buses can be borrowed. Good.")
    talked.erase(person)
    assert story(talked).words.went == "Somebody said: … Good."


def test_a_story_with_their_first_name_is_public_no_more(talked: World) -> None:
    edit(talked, "Zebedee found vans.")
    publish(talked, version=1)
    talked.erase(zebedee(talked))
    with pytest.raises(stories.StoryGone):
        read(talked)


@pytest.mark.parametrize(("wall_stays", "left"), [(True, 1), (False, 0)])
def test_what_was_public_outlives_its_programme_with_the_wall(
    talked: World, wall_stays: bool, left: int
) -> None:
    publish(talked)
    with talked.write() as session:
        programme = talked.programme(session)
        on = talked.now.date() + timedelta(days=40)
        closings.announce(session, programme, on, wall_stays=wall_stays, by=BY, now=talked.now)
    talked.clock.turn(days=42)
    talked.worker.sweep()
    with talked.read() as session:
        assert len(session.exec(select(RoundStory)).all()) == left


# Hours of organisers


def test_hours_of_an_organisation_that_is_merged_go_with_it(talked: World) -> None:
    with talked.write() as session:
        round_ = the_round(talked, session)
        kept, gone = session.exec(select(Organisation).order_by(Organisation.id).limit(2)).all()
        stories.note_time(session, round_, 90, gone, by=BY, now=talked.now)
        organisations.merge(session, kept, gone, by=BY, now=talked.now)
        session.expire_all()
        assert stories.noted(session, round_, BY).organisation_id == kept.id


def test_hours_noted_again_stand_in_place_of_the_first(talked: World) -> None:
    with talked.write() as session:
        round_ = the_round(talked, session)
        for minutes in (90, 30):
            stories.note_time(session, round_, minutes, None, by=BY, now=talked.now)
        programme = talked.programme(session)
        assert counting.count(session, programme, now=talked.now).hours_organised == 0.5


def test_hours_can_be_taken_back(talked: World) -> None:
    with talked.write() as session:
        round_ = the_round(talked, session)
        for minutes in (90, 0):
            stories.note_time(session, round_, minutes, None, by=BY, now=talked.now)
        assert stories.noted(session, round_, BY) is None


# The digest


def digest(world: World) -> str:
    with world.write() as session:
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)
    world.work()
    return world.inbox(kind="digest")[0].text


def test_the_digest_has_both_shares_the_words_and_the_way_to_the_story(talked: World) -> None:
    learned(talked, talked.groups()[0][0], "Vans.")
    edit(talked, "We were many.", "Texts too.")
    publish(talked, version=1)
    text = digest(talked)
    said = [
        "We were many.",
        "100% of those who answered, and 12% of everyone",
        "Texts too.",
        "rounds/1/story",
    ]
    assert [one for one in said if one not in text] == []


def test_the_digest_leads_to_no_story_that_only_organisers_read(talked: World) -> None:
    learned(talked, talked.groups()[0][0], "Vans.")
    edit(talked, "We were many.")
    assert "/story" not in digest(talked)


def test_the_digest_has_what_was_picked_and_nothing_else(talked: World) -> None:
    one = learned(talked, talked.groups()[0][0], "Vans.")
    learned(talked, talked.groups()[1][0], "Buses.")
    edit(talked, picked=[one])
    text = digest(talked)
    assert ("Vans." in text, "Buses." in text) == (True, False)
