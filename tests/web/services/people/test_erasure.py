"""Erasure is real: nothing that could tell who it was is left in any table, file or log."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from notifications.tables import OutboxMessage, State
from tests.support.canary import CANARY, SIGNS, columns_with_signs, plant, rows_with_signs, signs_in
from tests.support.kept import KEPT, Kept
from tests.support.world import BY, World
from web.models import Answer, LearningState, Person, Purpose, Showing
from web.services.common import contacts
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.learning import digests
from web.services.organisers import accounts
from web.services.people import erasure
from web.services.rounds import dropouts


@pytest.fixture
def canary(world: World) -> str:
    return plant(world)


def erase(world: World, person: str) -> None:
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by=BY, now=world.now)


def deliver_farewell(world: World) -> None:
    """The last word goes out; the reader's own mailbox is theirs to empty."""
    world.work()
    with world.write() as session:
        session.execute(text("DELETE FROM local_message WHERE kind = 'erased'"))


def raw_files(world: World) -> Iterator[Path]:
    file = world.database.engine.url.database
    assert file
    yield from Path(file).parent.glob("*.db*")


def test_the_canary_was_everywhere(world: World, canary: str) -> None:
    rows = rows_with_signs(world)
    wanted = {"person", "outbox_message", "learning", "local_message", "request"}
    assert wanted | {"reply", "report", "rathernot", "membership"} <= set(rows)
    assert set().union(*rows.values()) == set(SIGNS)


def test_nothing_of_theirs_stands_in_a_column_that_is_to_hold_nothing(world: World, canary: str) -> None:
    decided = {f"{table}.{column}" for table, kept in KEPT.items() for column in kept}
    innocent = {
        f"{table}.{column}" for table, kept in KEPT.items() for column, why in kept.items() if why is Kept.ID
    }
    found = columns_with_signs(world)
    assert (found & innocent, found - decided) == (set(), set())


@pytest.mark.usefixtures("both_databases")
def test_no_row_of_any_table_tells_who_it_was(world: World, canary: str) -> None:
    erase(world, canary)
    deliver_farewell(world)
    assert rows_with_signs(world) == {}


def test_no_raw_byte_of_any_file_tells_who_it_was(world: World, canary: str) -> None:
    erase(world, canary)
    deliver_farewell(world)
    world.worker.scrub()
    found = {file.name: signs_in(file.read_bytes().decode("latin-1")) for file in raw_files(world)}
    assert {name: signs for name, signs in found.items() if signs} == {}


def test_no_log_line_tells_who_it_was(
    world: World, canary: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    visitor = world.visitor().open(world.page_of(canary, full=True))
    visitor.open(visitor.path + "/erase").press("Erase everything about me")
    deliver_farewell(world)
    written = capsys.readouterr()
    assert signs_in(written.out + written.err + caplog.text) == set()


def test_no_log_line_holds_a_token(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    door = world.page_of(world.join())
    world.visitor().open(door)
    assert door.rpartition("/")[2] not in capsys.readouterr().out


def test_a_blank_fact_that_they_met_stays(world: World, canary: str) -> None:
    before = world.groups()
    erase(world, canary)
    assert world.groups() == before


def test_erasing_twice_changes_nothing(world: World, canary: str) -> None:
    erase(world, canary)
    world.work()
    before = world.dump()
    erase(world, canary)
    assert world.dump() == before


def test_who_comes_back_is_somebody_new(world: World, canary: str) -> None:
    erase(world, canary)
    world.clock.turn(days=1)
    assert world.join(email=CANARY["email"]) != canary


def test_no_link_of_theirs_opens_anything(world: World, canary: str) -> None:
    doors = [world.page_of(canary), world.page_of(canary, full=True), world.door(Purpose.CONFIRM, canary, 1)]
    erase(world, canary)
    assert {world.visitor().open(door).status for door in doors} == {404}


def test_a_partner_s_page_still_opens(world: World, canary: str) -> None:
    partner = world.partners_of(canary)[0]
    erase(world, canary)
    assert "somebody who has left" in world.visitor().open(world.page_of(partner)).text


def test_an_organiser_s_round_still_opens(world: World, canary: str) -> None:
    erase(world, canary)
    page = world.organiser().open("/organise/councils/rounds/1")
    assert (page.status, signs_in(page.answer.text)) == (200, set())


def test_who_is_an_organiser_too_stays_one(world: World, canary: str) -> None:
    world.appoint(CANARY["email"])
    erase(world, canary)
    with world.read() as session:
        assert accounts.by_email(session, CANARY["email"])


def test_somebody_s_last_word_from_us_says_that_it_is_the_last(world: World, canary: str) -> None:
    erase(world, canary)
    assert world.letter(CANARY["email"]).kind == "erased"


def test_an_address_can_be_counted_without_being_kept(world: World, canary: str) -> None:
    assert CANARY["email"] not in contacts.address_key(world.worker.signer, CANARY["email"])


def farewell(world: World, person: str) -> str:
    address = str(world.person(person).email)
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by=person, now=world.now)
    return world.letter(address, "erased").text


def test_the_last_letter_speaks_of_a_conversation_only_if_one_counts(world: World) -> None:
    one, other = world.join_many(2)
    stays = "a conversation took place"
    before = stays in farewell(world, world.join())
    world.round()
    in_time = stays in farewell(world, one)
    world.join()
    world.clock.turn(days=20)
    world.round()
    world.clock.turn(days=20)
    assert (before, in_time, stays in farewell(world, other)) == (False, False, True)


def test_only_who_asked_is_told_that_they_did(world: World) -> None:
    person = world.join(email="asked@example.org")
    with world.write() as session:
        key = world.worker.signer.suppression_key()
        found = session.get_one(Person, person)
        erasure.erase_as_asked(session, found, by=person, key=key, now=world.now)
    letters = world.letter("asked@example.org", "erased").text, farewell(world, world.join())
    asked = [("As you asked" in letter, "a code that only recognises" in letter) for letter in letters]
    assert asked == [(True, True), (False, False)]


def drop_out(world: World, person: str) -> None:
    """Nobody has been told yet."""
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(person), person, now=world.now)


@pytest.mark.usefixtures("both_databases")
def test_who_goes_and_is_erased_before_word_of_it_went_out_leaves_nobody_unaware(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, stays = world.groups()[0]
    name = world.person(gone).name
    drop_out(world, gone)
    erase(world, gone)
    letter = world.letter(str(world.person(stays).email), "partner_gone")
    assert (letter.subject, name in letter.text) == ("Your partner can’t make this round", False)


def test_what_a_worker_has_in_hand_then_names_nobody_either(world: World) -> None:
    world.join_many(2)
    world.round()
    gone, stays = world.groups()[0]
    drop_out(world, gone)
    with world.write() as session:
        told = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "partner_gone")).one()
        told.state, told.attempt, told.lease_until = State.CLAIMED, 1, world.now + timedelta(seconds=10)
    erase(world, gone)
    letter = world.letter(str(world.person(stays).email), "partner_gone")
    assert letter.subject == "Your partner can’t make this round"


def test_two_who_stay_of_a_three_hear_that_somebody_went(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, _ = world.groups()[0]
    name = world.person(gone).name
    drop_out(world, gone)
    erase(world, gone)
    text = world.letter(str(world.person(one).email), "introduction").text
    assert ("There is a change: you are now talking with" in text, name in text) == (True, False)


def test_of_three_who_met_the_others_are_still_asked(world: World) -> None:
    world.join_many(3)
    world.round()
    gone, one, other = world.groups()[0]
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(gone), gone)
        conversations.say(session, talk, Answer.MET, now=world.now)
    erase(world, gone)
    world.clock.turn(days=14)
    text = world.letter(str(world.person(one).email), "check_in").text
    assert f"Did you talk with {world.person(other).name}?" in text


def test_a_digest_that_waits_goes_out_without_what_they_said(world: World) -> None:
    world.join_many(3)
    world.round()
    authors = world.groups()[0][:2]
    with world.write() as session:
        for author in authors:
            talk = conversations.conversation(session, world.group_of(author), author)
            said = Said(Answer.MET, f"Line of {author}", showing=Showing.WITH_NAME)
            conversations.check_in(session, talk, said, now=world.now)
            learning = conversations.learning_of(session, world.group_of(author), author)
            assert learning
            learning.state, learning.decided_at = LearningState.PUBLISHED, world.now
    with world.write() as session:
        digests.send(session, world.programme(session), 1, by=BY, now=world.now)
    erase(world, authors[0])
    text = world.letter(str(world.person(authors[1]).email), "digest").text
    assert [f"Line of {author}" in text for author in authors] == [False, True]
