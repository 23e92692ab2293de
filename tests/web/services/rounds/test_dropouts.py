"""When somebody drops out in the middle of a round, nobody who stays is left without a word."""

from datetime import time

import icalendar
import pytest
from sqlmodel import select

from notifications import suppression
from notifications.messages import Channel
from notifications.tables import OutboxMessage, State
from tests.support.world import BY, World
from web.models import Answer, Group, GroupMember, Membership, Person, Purpose
from web.services.common import times
from web.services.conversations import conversations
from web.services.people import erasure, participation, reachability
from web.services.programmes import programme_settings
from web.services.rounds import dropouts, pots
from web.worker import Worker

both = pytest.mark.usefixtures("both_databases")


def drop_out(world: World, person: str) -> None:
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(person), person, now=world.now)
    world.work()


def say(world: World, person: str, answer: Answer) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.say(session, talk, answer, now=world.now)


def a_pair(world: World) -> list[str]:
    world.join_many(2)
    world.round()
    return world.groups()[0]


def kinds(world: World, person: str) -> list[str]:
    return [letter.kind for letter in world.inbox(str(world.person(person).email))]


def have_met(world: World) -> int:
    """How many pairs the next draw takes to have met."""
    with world.read() as session:
        return len(pots.gather(session, world.programme(session), times.today(world.now)).pot.met)


# I can't make this round


def test_the_partner_is_told_kindly_and_by_when_there_is_news(world: World) -> None:
    gone, stays = a_pair(world)
    drop_out(world, gone)
    letter = world.letter(str(world.person(stays).email), "partner_gone")
    by = times.today(world.now).replace(day=times.today(world.now).day + 8)
    assert (world.person(gone).name in letter.subject, f"{by:%A} {by.day}" in letter.text) == (True, True)


def test_the_calendar_entry_is_taken_back(world: World) -> None:
    gone, stays = a_pair(world)
    first = icalendar.Calendar.from_ical(world.letter(str(world.person(stays).email)).calendar).walk("VEVENT")
    drop_out(world, gone)
    last = icalendar.Calendar.from_ical(world.letter(str(world.person(stays).email)).calendar)
    event = last.walk("VEVENT")[0]
    assert (last["METHOD"], event["UID"], event["SEQUENCE"]) == ("CANCEL", first[0]["UID"], 1)


def test_an_introduction_taken_back_in_time_does_not_count_as_met(world: World) -> None:
    gone, _ = a_pair(world)
    before = have_met(world)
    drop_out(world, gone)
    assert (before, have_met(world)) == (1, 0)


def test_two_of_a_three_still_count_as_met(world: World) -> None:
    world.join_many(3)
    world.round()
    drop_out(world, world.groups()[0][0])
    assert have_met(world) == 1


@both
def test_a_second_press_changes_nothing(world: World) -> None:
    gone, _ = a_pair(world)
    drop_out(world, gone)
    before = world.dump()
    drop_out(world, gone)
    assert world.dump() == before


def test_nobody_is_asked_about_a_conversation_that_was_called_off(world: World) -> None:
    gone, stays = a_pair(world)
    drop_out(world, gone)
    world.clock.turn(days=20)
    world.work()
    assert {"nudge", "check_in"}.isdisjoint(kinds(world, gone) + kinds(world, stays))


def test_when_both_drop_out_nobody_waits(world: World) -> None:
    for person in a_pair(world):
        drop_out(world, person)
    with world.read() as session:
        rows = [session.get_one(GroupMember, (1, person)).withdrew_at for person in world.groups()[0]]
    assert None not in rows


@both
def test_the_second_to_drop_out_is_not_told_of_the_first_any_more(world: World) -> None:
    first, second = a_pair(world)
    with world.write() as session:
        dropouts.cannot_make_it(session, 1, first, now=world.now)
        dropouts.cannot_make_it(session, 1, second, now=world.now)
    world.work()
    assert kinds(world, second) == ["introduction", "welcome", "confirm"]


@both
def test_of_a_three_two_talk_on_and_know_who_is_gone(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, other = world.groups()[0]
    drop_out(world, gone)
    text = world.letter(str(world.person(one).email), "introduction").text
    assert f"{world.person(gone).name} can’t make this round. You are now talking with" in text
    assert world.person(other).name in text


@both
def test_what_is_kept_of_a_three_is_counted_anew_for_the_two_who_stay(world: World) -> None:
    world.join_many(3)
    for number in (1, 2):
        assert world.round() == number
    [[gone, *stay]] = world.groups(2)
    group = world.group_of(gone, 2)
    with world.write() as session:
        assert session.get_one(Group, group).repeats == 3
        dropouts.cannot_make_it(session, group, gone, now=world.now)
    with world.read() as session:
        kept = session.get_one(Group, group)
    one, other = (f"{{{person}}}" for person in stay)
    assert (kept.repeats, kept.crossing) == (1, 1)
    assert kept.why.startswith(f"{one} and {other} have met before. From ")


def test_when_two_of_a_three_drop_out_the_third_is_told(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, too, stays = world.groups()[0]
    drop_out(world, gone)
    drop_out(world, too)
    newest = world.letter(str(world.person(stays).email))
    assert (newest.kind, world.person(too).name in newest.subject) == ("partner_gone", True)


@both
def test_of_two_who_go_before_anybody_hears_of_the_first_both_are_named(world: World) -> None:
    world.join_many(3)
    world.round()
    first, second, stays = world.groups()[0]
    with world.write() as session:
        for gone in (first, second):
            dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    letter = world.letter(str(world.person(stays).email), "partner_gone")
    names = [world.person(gone).name in letter.subject for gone in (first, second)]
    assert (names, letter.calendar is not None) == ([True, True], True)


def test_who_stays_with_somebody_hears_of_both_who_went_before_a_letter_did(world: World) -> None:
    world.change(group_size=3)
    world.join_many(4)
    world.round()
    first, second, stays, too = world.groups()[0]
    with world.write() as session:
        for gone in (first, second):
            dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    text = world.letter(str(world.person(stays).email), "introduction").text
    assert f"can’t make this round. You are now talking with {world.person(too).name}" in text
    assert all(world.person(gone).name in text for gone in (first, second))


def test_who_is_to_write_first_is_somebody_still_there(world: World) -> None:
    world.join_many(3)
    world.round()
    with world.read() as session:
        first = session.get_one(Group, 1).first_mover or ""
    drop_out(world, first)
    with world.read() as session:
        assert session.get_one(Group, 1).first_mover in set(world.groups()[0]) - {first}


def test_after_the_cut_off_it_is_too_late(world: World) -> None:
    gone, _ = a_pair(world)
    world.clock.turn(days=8)
    with world.write() as session, pytest.raises(dropouts.CutOffPassed):
        dropouts.cannot_make_it(session, 1, gone, now=world.now)


def test_the_cut_off_is_the_end_of_its_day_in_london(world: World) -> None:
    gone, _ = a_pair(world)
    world.clock.now = times.london(times.today(world.now), time(23, 59))
    world.clock.turn(days=7)
    drop_out(world, gone)
    assert not have_met(world)


def test_who_has_met_cannot_drop_out_any_more(world: World) -> None:
    gone, stays = a_pair(world)
    say(world, stays, Answer.MET)
    with world.write() as session, pytest.raises(dropouts.CutOffPassed):
        dropouts.cannot_make_it(session, 1, gone, now=world.now)


# Leaving, and being out of reach


def test_whose_partner_leaves_is_told(world: World) -> None:
    gone, stays = a_pair(world)
    with world.write() as session:
        membership = session.get_one(Membership, (1, gone))
        participation.leave(session, membership, now=world.now)
    assert world.letter(str(world.person(stays).email)).kind == "partner_gone"


def test_who_is_left_after_the_cut_off_comes_first_next_time(world: World) -> None:
    gone, stays = a_pair(world)
    world.clock.turn(days=8)
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, gone)), now=world.now)
    letter = world.letter(str(world.person(stays).email))
    assert ("first in line" in letter.text, world.membership(stays).let_down) == (True, True)


def unsubscribe(world: World, person: str) -> None:
    key = world.worker.signer.suppression_key()
    with world.write() as session:
        reachability.stop(session, session.merge(world.person(person)), Channel.EMAIL, key=key, now=world.now)
    world.work()


@both
def test_whose_partner_wants_no_messages_is_looked_after(world: World) -> None:
    gone, stays = a_pair(world)
    unsubscribe(world, gone)
    assert kinds(world, stays)[0] == "partner_gone"


def test_whose_partner_cannot_be_written_to_is_looked_after(world: World) -> None:
    gone, stays = a_pair(world)
    key, address = world.worker.signer.suppression_key(), str(world.person(gone).email)
    with world.write() as session:
        suppression.suppress(session, Channel.EMAIL, address, suppression.Why.BOUNCED, key=key, now=world.now)
    world.worker.sweep()
    assert kinds(world, stays)[0] == "partner_gone"


@both
def test_whose_partner_s_letter_came_back_while_no_worker_ran_is_looked_after(world: World) -> None:
    gone, stays = a_pair(world)
    with world.write() as session:
        address, key = str(world.person(gone).email), world.worker.providers.key
        suppression.suppress(session, Channel.EMAIL, address, suppression.Why.BOUNCED, key=key, now=world.now)
    world.clock.turn(days=2)
    Worker(world.worker.settings, world.database, world.clock).sweep()
    assert (kinds(world, stays)[0], world.person(gone).unreachable) == (
        "partner_gone",
        suppression.Why.BOUNCED,
    )


def test_a_date_is_kept_by_somebody_who_wants_no_more_messages(world: World) -> None:
    gone, stays = a_pair(world)
    say(world, stays, Answer.BOOKED)
    unsubscribe(world, gone)
    assert "partner_gone" not in kinds(world, stays)


def test_a_conversation_of_another_programme_goes_on(world: World) -> None:
    a_pair(world)
    world.start("charities", "Charities Unmentoring")
    with world.write() as session:
        dropouts.withdraw_everywhere(session, world.groups()[0][0], programme=2, now=world.now)
    assert have_met(world) == 1


# Erasing


def erase(world: World, person: str) -> None:
    with world.write() as session:
        erasure.erase(session, session.merge(world.person(person)), by="a test", now=world.now)
    world.work()


@both
def test_the_one_who_stays_is_told_and_comes_first_next_time(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, stays = world.groups()[0]
    erase(world, gone)
    assert world.letter(str(world.person(stays).email)).kind == "partner_gone"
    assert world.membership(stays).let_down


@both
def test_two_who_stay_of_a_three_are_introduced_anew(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, other = world.groups()[0]
    erase(world, gone)
    letter = world.letter(str(world.person(one).email), "introduction")
    assert world.person(other).name in letter.text
    assert "There is a change" in letter.text


@both
def test_they_are_asked_once_for_all_whether_they_met(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, _ = world.groups()[0]
    erase(world, gone)
    world.clock.turn(days=14, hours=1)
    world.work()
    assert len(world.inbox(str(world.person(one).email), "check_in")) == 1


@both
def test_their_page_shows_the_conversation_as_it_is_now(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, other = world.groups()[0]
    erase(world, gone)
    page = world.visitor().open(world.door(Purpose.CONVERSATION, one, world.group_of(one)))
    assert world.person(other).name in page.text


@both
def test_whoever_met_and_was_erased_is_not_told_of_a_partner_who_leaves(world: World) -> None:
    erased, stays = a_pair(world)
    say(world, erased, Answer.MET)
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, erased), by="a test", now=world.now)
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, stays)), now=world.now)
    world.work()
    assert (kinds(world, stays)[0], have_met(world)) == ("left", 0)


def test_whom_they_never_knew_erased_before_the_introduction_arrived(world: World) -> None:
    world.join_many(2)
    world.send(world.draw())
    gone, stays = world.groups()[0]
    erase(world, gone)
    newest = world.inbox(str(world.person(stays).email))[0]
    assert newest.kind == "partner_gone"


def test_who_was_not_introduced_yet_hears_of_no_partner_and_of_no_calendar(world: World) -> None:
    one, other = world.join_many(2)
    world.send(world.draw())
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(one), one, now=world.now)
    letter = world.letter(str(world.person(other).email), "partner_gone")
    assert (letter.subject, letter.calendar) == ("We have nobody for you to meet yet", None)


def test_who_may_have_been_introduced_hears_that_their_partner_is_gone(world: World) -> None:
    one, other = world.join_many(2)
    world.send(world.draw())
    cut_off_while_sending(world, other)
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(one), one, now=world.now)
    letter = world.letter(str(world.person(other).email), "partner_gone")
    assert (world.person(one).name in letter.subject, letter.calendar is not None) == (True, True)


@both
@pytest.mark.parametrize(("day_of_leaving", "told"), [(9, ["partner_gone"]), (3, ["not_this_time"])])
def test_who_was_left_alone_in_a_long_break_hears_of_it_once_after_it(
    world: World, day_of_leaving: int, told: list[str]
) -> None:
    gone, stays = a_pair(world)
    world.clock.turn(days=day_of_leaving)
    world.worker.sweep()
    before = kinds(world, stays)
    with world.write() as session:
        programme_settings.pause(session, world.programme(session), by=BY, now=world.now)
        participation.leave(session, session.get_one(Membership, (1, gone)), now=world.now)
    for _ in range(6):
        world.clock.turn(days=1)
        world.worker.sweep()
    world.go_on()
    world.worker.sweep()
    assert kinds(world, stays)[: -len(before)] == told


def cut_off_while_sending(world: World, person: str) -> None:
    """Nobody knows whether their introduction went out."""
    with world.write() as session:
        theirs = (OutboxMessage.kind == "introduction", OutboxMessage.person == person)
        message = session.exec(select(OutboxMessage).where(*theirs)).one()
        for state in (State.CLAIMED, State.SENDING, State.UNCERTAIN):
            message.state = state
            session.flush()
