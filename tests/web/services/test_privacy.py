"""Erasure is real: nothing that could tell who it was is left in any table, file or log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from notifications import replies as replies_of
from notifications.messages import Channel
from notifications.replies import Inbound
from notifications.tables import OutboxMessage
from tests.support.world import BY, World
from web.models import Answer, Learning, Membership, NeverPair, Person, Purpose, Showing, VideoKind
from web.services import (
    avoiding,
    conversations,
    joining,
    learnings,
    organisers,
    participation,
    privacy,
    replies,
    reports,
)
from web.services.conversations import Said
from web.services.joining import Details

CANARY = {
    "name": "Zebedee Quillfeather",
    "email": "zebedee.quillfeather@example.org",
    "phone": "+447700900987",
    "video_kind": VideoKind.TEAMS,
    "video_handle": "zq-handle-canary",
    "about": "I keep canaries in the attic.",
    "shares_phone": True,
    "shares_video": True,
}
# Twenty canaries, each planted by another hand or in another place.
SIGNS = (
    "zebedee",  # the name, in every message that names them
    "quillfeather",
    "zebedee.quillfeather@",  # the address
    "900987",  # the number, as we keep it
    "07700 900987",  # and as people say it
    "zq-handle",
    "canaries",  # the line about them
    "attic",
    "moorhen",  # what they learned
    "wagtail",  # the link they gave
    "lapwing",  # a text they sent
    "bittern",  # a mail they sent
    "plover",  # somebody they would rather not meet
    "heron",  # what they told the organisers
    "dunlin",  # what a partner told the organisers about them
    "curlew",  # why an organiser suspended them
    "new-canary",  # an address they wanted to move to
    "siskin",  # what a form for another programme said, which nobody confirmed
    "redshank",  # and a third, that nobody has looked at
    "nightjar",  # a name they had for a while
)


@pytest.fixture
def canary(world: World) -> str:
    """Somebody whose traces are everywhere."""
    person = world.join(channel=Channel.SMS, verified=True, **CANARY)
    world.join_many(4)
    world.round()
    world.work()
    with world.write() as session:
        them = session.get_one(Person, person)
        talk = conversations.conversation(session, world.group_of(person), person)
        said = Said(
            Answer.MET, "The moorhen told me.", "https://example.org/wagtail", Showing.WITH_NAME, True
        )
        conversations.check_in(session, talk, said, now=world.now)
        learning = session.get_one(Learning, 1)
        learnings.publish(session, learning, text=learning.text, version=1, by=BY, now=world.now)
        one, other = sorted([person, world.partners_of(person)[0]])
        session.add(NeverPair(programme_id=1, person_1=one, person_2=other, created_at=world.now))
        participation.send_code(
            session, them, world.programme(session), signer=world.worker.signer, now=world.now
        )
        participation.ask_for_link(session, CANARY["email"], signer=world.worker.signer, now=world.now)
    world.work()
    # A form for another programme, answered and not confirmed, and one nobody has looked at.
    _write_back(world, person)
    _tell_tales(world, person)
    _change_details(world, person)
    world.clock.turn(hours=2)
    world.start("charities", "Charities Unmentoring")
    _ask_again(world, "I am a siskin.", "charities")
    world.work()
    world.clock.turn(hours=2)
    _ask_again(world, "I am a redshank.")
    return person


def _ask_again(world: World, about: str, slug: str | None = None) -> None:
    values = {name: CANARY[name] for name in ("name", "email", "phone", "video_handle")}
    world.ask(Details(organisation="Leeds City Council", about=about, **values), slug)


def _write_back(world: World, person: str) -> None:
    """A text and a mail of theirs come in."""
    with world.read() as session:
        asked = session.scalars(select(OutboxMessage).where(OutboxMessage.person == person)).first()
        assert asked
        assert asked.id
    key = world.worker.signer.reply_keys()[0]
    to = replies_of.reply_address(asked.id, person, key=key, domain="in.example")
    texted = Inbound(Channel.SMS, "SM1", CANARY["phone"], "The lapwing says hello")
    mailed = Inbound(Channel.EMAIL, "<1@x>", CANARY["email"], "The bittern booms", to=(to,))
    with world.write() as session:
        for inbound in (texted, mailed):
            replies.take(session, inbound, signer=world.worker.signer, now=world.now)


def _tell_tales(world: World, person: str) -> None:
    """They report their partner, the partner reports them, and they wish not to meet somebody."""
    partner = world.partners_of(person)[0]
    with world.write() as session:
        group = world.group_of(person)
        for reader, about, said in ((person, partner, "He is a heron."), (partner, person, "A dunlin.")):
            talk = conversations.conversation(session, group, reader)
            reports.report(session, talk, session.get_one(Person, about), said, now=world.now)
        avoiding.add(session, session.get_one(Person, person), "", "plover@example.org", now=world.now)
        session.get_one(Membership, (1, person)).suspended_because = "A curlew."


def _change_details(world: World, person: str) -> None:
    """They take another name, and begin to move to another address."""
    visitor = world.visitor().open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", name="Nightjar Quillfeather")
    world.visitor().open(world.page_of(person)).press("Send me a fresh link")
    world.work()
    visitor.open(world.page_of(person, full=True) + "/details")
    visitor.press("Save my details", name=CANARY["name"], email="new-canary@example.org")
    world.work()


def erase(world: World, person: str) -> None:
    with world.write() as session:
        privacy.erase(session, session.get_one(Person, person), by=BY, now=world.now)


def deliver_farewell(world: World) -> None:
    """The last word goes out; the reader's own mailbox is theirs to empty."""
    world.work()
    with world.write() as session:
        session.execute(text("DELETE FROM local_message WHERE kind = 'erased'"))


def signs_in(haystack: str) -> set[str]:
    return {sign for sign in SIGNS if sign in haystack.casefold()}


def rows_with_signs(world: World) -> dict[str, set[str]]:
    found = {table: signs_in(str(rows)) for table, rows in world.dump().items()}
    return {table: signs for table, signs in found.items() if signs}


def checkpoint(world: World) -> None:
    with closing(sqlite3.connect(world.database.engine.url.database or "")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def raw_files(world: World) -> Iterator[Path]:
    file = world.database.engine.url.database
    assert file
    yield from Path(file).parent.glob("*.db*")


def test_the_canary_was_everywhere(world: World, canary: str) -> None:
    rows = rows_with_signs(world)
    wanted = {"person", "outbox_message", "learning", "local_message", "request"}
    assert wanted | {"reply", "report", "rathernot", "membership"} <= set(rows)
    assert set().union(*rows.values()) == set(SIGNS)


@pytest.mark.usefixtures("both_databases")
def test_no_row_of_any_table_tells_who_it_was(world: World, canary: str) -> None:
    erase(world, canary)
    deliver_farewell(world)
    assert rows_with_signs(world) == {}


def test_no_raw_byte_of_any_file_tells_who_it_was(world: World, canary: str) -> None:
    erase(world, canary)
    deliver_farewell(world)
    checkpoint(world)
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
        assert organisers.by_email(session, CANARY["email"])


def test_somebody_s_last_word_from_us_says_that_it_is_the_last(world: World, canary: str) -> None:
    erase(world, canary)
    assert world.letter(CANARY["email"]).kind == "erased"


def test_an_address_can_be_counted_without_being_kept(world: World, canary: str) -> None:
    assert CANARY["email"] not in joining.address_key(world.worker.signer, CANARY["email"])


def farewell(world: World, person: str) -> str:
    address = str(world.person(person).email)
    with world.write() as session:
        privacy.erase(session, session.get_one(Person, person), by=person, now=world.now)
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
