"""Texts that Twilio could not hand over while the service was away, read from its list afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from notifications.messages import Channel
from notifications.providers.twilio import Twilio
from notifications.replies import Inbound
from notifications.tables import InboundRead, Reply
from tests.support.fake_provider import HTML
from tests.support.fake_twilio import FakeTwilio
from tests.support.world import World
from web.models import Answer, CheckIn, Group
from web.services.conversations import conversations
from web.services.incoming import missed_texts, replies

pytestmark = pytest.mark.usefixtures("both_databases")
OURS, PHONE, STRANGER = "+447700900001", "+447700900123", "+447700900999"


@pytest.fixture
def twilio(world: World) -> Iterator[FakeTwilio]:
    """Texts go out by Twilio, and its list has been read until now."""
    fake = FakeTwilio()
    with fake.serving():
        carrier = Twilio(FakeTwilio.account, "token", OURS, base_url=fake.url, timeout=2)
        world.worker.providers = replace(world.worker.providers, sms=carrier, texts_take_replies=True)
        world.worker.keep_up()
        yield fake


@pytest.fixture
def amina(world: World, twilio: FakeTwilio) -> str:
    """Introduced to somebody, and reached by text."""
    amina = world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field")
    world.round()
    return amina


def back_after(world: World, **time: float) -> None:
    world.clock.turn(**time)
    world.worker.keep_up()


def answer(world: World, person: str) -> Answer | None:
    with world.read() as session:
        said = conversations.conversation(session, world.group_of(person), person).check_in
    return said.answer if said else None


def taken(world: World) -> list[str]:
    with world.read() as session:
        return [reply.text for reply in session.exec(select(Reply).order_by(Reply.id)).all()]


def test_what_somebody_texted_while_we_were_away_counts(world: World, twilio: FakeTwilio, amina: str) -> None:
    twilio.receive(PHONE, OURS, "MET", world.now + timedelta(minutes=1))
    back_after(world, hours=5)
    assert answer(world, amina) is Answer.MET


def test_the_texts_of_a_longer_absence_are_heard_in_their_order(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    for minutes, words in enumerate(["NOT YET", "MET"]):
        twilio.receive(PHONE, OURS, words, world.now + timedelta(minutes=minutes))
    back_after(world, days=3)
    assert (taken(world), answer(world, amina)) == (["NOT YET", "MET"], Answer.MET)


def test_what_was_written_long_before_we_are_back_is_not_answered_any_more(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    """As where texts went by another provider for a year."""
    twilio.receive(PHONE, OURS, "SKIP", world.now)
    back_after(world, days=5)
    assert taken(world) == []


def test_what_was_handed_over_is_heard_once(world: World, twilio: FakeTwilio, amina: str) -> None:
    sid = twilio.receive(PHONE, OURS, "Bins are not boring.", world.now)
    with world.write() as session:
        text = Inbound(Channel.SMS, sid, PHONE, "Bins are not boring.")
        replies.take(session, text, signer=world.worker.signer, now=world.now)
    back_after(world, hours=1)
    assert taken(world) == ["Bins are not boring."]


def test_a_list_that_is_read_again_brings_nothing_twice(world: World, twilio: FakeTwilio, amina: str) -> None:
    since = world.now
    twilio.receive(PHONE, OURS, "Bins are not boring.", world.now)
    back_after(world, minutes=30)
    with world.write() as session:  # as by another worker, which has the same list in hand
        session.get_one(InboundRead, "twilio").until = since - timedelta(hours=1)
    back_after(world, minutes=1)
    assert taken(world) == ["Bins are not boring."]


def test_what_was_written_before_we_began_is_not_ours_to_hear(world: World, twilio: FakeTwilio) -> None:
    twilio.receive(PHONE, OURS, "MET", world.now - timedelta(days=1))
    world.join("Amina Yusuf", phone=PHONE, channel=Channel.SMS, verified=True)
    back_after(world, hours=1)
    assert taken(world) == []


def test_nothing_comes_back_of_a_stranger_or_of_whoever_was_erased(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    twilio.receive(STRANGER, OURS, "JOIN COUNCILS", world.now)
    twilio.receive(PHONE, OURS, "MET", world.now)
    world.visitor().open(world.page_of(amina, full=True) + "/erase").press("Erase everything about me")
    back_after(world, hours=1)
    assert taken(world) == []


def test_what_was_sent_since_is_not_what_they_answered(world: World, twilio: FakeTwilio, amina: str) -> None:
    back_after(world, days=20)
    twilio.receive(PHONE, OURS, "NOT YET", world.now)
    world.clock.turn(hours=1)
    world.round()
    world.worker.keep_up()
    with world.read() as session:
        said = session.exec(select(CheckIn)).one()
        assert session.get_one(Group, said.group_id).round_id == 1


def test_nobody_is_answered_at_night_to_what_they_wrote_by_day(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    world.worker.providers = replace(world.worker.providers, quiet_nights=True)
    twilio.receive(PHONE, OURS, "MET", world.now)
    world.clock.now = datetime(2026, 12, 2, 3, tzinfo=UTC)
    world.worker.keep_up()
    at_night = taken(world)
    world.clock.now = datetime(2026, 12, 2, 8, 1, tzinfo=UTC)
    world.worker.keep_up()
    assert (at_night, taken(world)) == ([], ["MET"])


def test_a_list_that_cannot_be_had_is_read_the_next_time(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    twilio.receive(PHONE, OURS, "MET", world.now)
    twilio.troubles.append(HTML)
    back_after(world, minutes=30)
    in_trouble = taken(world)
    back_after(world, minutes=1)
    assert (in_trouble, taken(world)) == ([], ["MET"])


def test_one_text_that_cannot_be_read_keeps_back_no_other(
    world: World, twilio: FakeTwilio, amina: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(session: object, text: Inbound, **facts: object) -> bool:
        if text.text == "poison":
            raise ValueError(text.text)
        return take(session, text, **facts)  # type: ignore[arg-type]

    take = replies.take
    monkeypatch.setattr(replies, "take", poisoned)
    for words in ("poison", "MET"):
        twilio.receive(PHONE, OURS, words, world.now)
    back_after(world, hours=1)
    assert answer(world, amina) is Answer.MET


def test_the_list_is_asked_for_at_most_once_in_ten_minutes(world: World, twilio: FakeTwilio) -> None:
    def asked() -> int:
        return len([call for call in twilio.calls if call.method == "GET"])

    for _ in range(9):
        back_after(world, minutes=1)
    before = asked()
    for _ in range(4):
        back_after(world, minutes=1)
    assert (before, asked()) == (0, 1)


def test_a_number_that_nobody_can_answer_has_no_list(world: World, twilio: FakeTwilio) -> None:
    world.worker.providers = replace(world.worker.providers, texts_take_replies=False)
    back_after(world, hours=1)
    assert twilio.calls == []


def test_a_restored_database_hears_nothing_of_before(world: World, twilio: FakeTwilio, amina: str) -> None:
    twilio.receive(PHONE, OURS, "MET", world.now)
    with world.write() as session:
        missed_texts.begin_anew(session)
    back_after(world, hours=1)
    back_after(world, hours=1)
    assert taken(world) == []


def says_live(world: World, words: str) -> None:
    with world.write() as session:
        text = Inbound(Channel.SMS, f"SM-{words}", PHONE, words)
        replies.take(session, text, signer=world.worker.signer, now=world.now)


@pytest.mark.parametrize(("missed", "later", "is_stopped"), [("YES", "STOP", True), ("STOP", "START", False)])
def test_what_was_missed_overrules_no_stop_or_start_that_was_texted_since(
    world: World, twilio: FakeTwilio, amina: str, missed: str, later: str, is_stopped: bool
) -> None:
    if missed == "STOP":
        says_live(world, "Stop.")
    twilio.receive(PHONE, OURS, missed, world.now + timedelta(minutes=1))
    world.clock.turn(minutes=5)
    says_live(world, later)
    back_after(world, minutes=30)
    assert (missed in taken(world), world.person(amina).unreachable != "") == (True, is_stopped)


def test_of_a_number_of_two_it_overrules_none_either(world: World, twilio: FakeTwilio) -> None:
    two = [world.join(name, phone=PHONE, channel=Channel.SMS, verified=True) for name in ("Amina", "Omar")]
    twilio.receive(PHONE, OURS, "START", world.now + timedelta(minutes=1))
    world.clock.turn(minutes=5)
    says_live(world, "STOP")
    back_after(world, minutes=30)
    assert ["START" in taken(world), *(world.person(one).unreachable != "" for one in two)] == [True] * 3


def test_what_was_missed_takes_back_no_answer_that_was_given_since(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    twilio.receive(PHONE, OURS, "NOT YET", world.now + timedelta(minutes=1))
    world.clock.turn(minutes=5)
    says_live(world, "MET")
    back_after(world, minutes=30)
    assert (taken(world), answer(world, amina)) == (["MET", "NOT YET"], Answer.MET)


def test_a_missed_stop_counts_whatever_else_was_texted_since(
    world: World, twilio: FakeTwilio, amina: str
) -> None:
    twilio.receive(PHONE, OURS, "STOP", world.now + timedelta(minutes=1))
    world.clock.turn(minutes=5)
    says_live(world, "MET")
    back_after(world, minutes=30)
    assert world.person(amina).unreachable != ""
