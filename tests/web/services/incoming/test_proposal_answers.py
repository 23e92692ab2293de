"""Answering a proposal by text."""

from datetime import timedelta

import pytest
from sqlmodel import select

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.consenting import Consent
from tests.support.world import BY, World
from web.models import Learning, Person, Subject
from web.services.agreements import agreements
from web.services.common import times
from web.services.incoming import replies
from web.services.people import merging

PHONE = "+447700900111"


@pytest.fixture
def consent(world: World) -> Consent:
    """The first has a phone and no email address."""
    made = Consent.among(world, 8)
    by_text = {"phone": PHONE, "phone_verified_at": world.now, "channel": Channel.SMS}
    with world.write() as session:
        session.get_one(Person, made.people[0]).sqlmodel_update(by_text | {"email": None, "email_key": None})
    return made


def text(world: World, words: str) -> str:
    """What it is answered with."""
    with world.write() as session:
        texted = Inbound(Channel.SMS, f"SM{words}{world.now}", PHONE, words)
        replies.take(session, texted, signer=world.worker.signer, now=world.now)
    return str(world.letter(PHONE, "text_answer").sms)


@pytest.mark.parametrize(
    "words", ["NO OBJECTION", "No objections.", "no objection, thanks", "No objection at all from me. Tom"]
)
def test_no_objection(consent: Consent, world: World, words: str) -> None:
    number = consent.open()
    text(world, words)
    assert consent.counted(number)["no objection"] == 1


@pytest.mark.parametrize("words", ["OBJECT it shuts out carers", "I object: it shuts out carers"])
def test_an_objection(consent: Consent, world: World, words: str) -> None:
    number = consent.open()
    answer = text(world, words)
    assert ("thank you, kept" in answer, consent.objections(number)) == (True, ["open"])


@pytest.mark.parametrize("told", [True, False])
def test_who_was_two_entries_answers_what_the_one_that_went_was_told(
    consent: Consent, world: World, told: bool
) -> None:
    """`told`: so was the other, by email."""
    number = consent.open()
    kept = consent.people[1] if told else world.join()
    with world.write() as session:
        one, other = session.get_one(Person, kept), session.get_one(Person, consent.people[0])
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)
    text(world, "I object: it shuts out carers")
    assert consent.objections(number) == ["open"]


def test_a_concern(consent: Consent, world: World) -> None:
    number = consent.open()
    text(world, "CONCERN three is a crowd")
    assert consent.counted(number)["concern"] == 1


@pytest.mark.parametrize("words", ["NO OBJECTION, but not in August", "no objection but not in August"])
def test_what_follows_no_objection_is_kept_as_a_concern(consent: Consent, world: World, words: str) -> None:
    number = consent.open()
    answer = text(world, words)
    counted = consent.counted(number)
    assert ("kept as a concern" in answer, counted.get("concern"), counted.get("no objection")) == (
        True,
        1,
        None,
    )


def test_a_review_is_answered_on_its_page(consent: Consent, world: World) -> None:
    with world.write() as session:
        version = agreements.about(session, world.programme(session), Subject.SHOWING).version
        version.review_on = times.today(world.now)
        session.add(version)
    consent.look()
    answer = text(world, "Keep it")
    with world.read() as session:
        learned = session.exec(select(Learning)).all()
    assert ("answered on this page" in answer, learned) == (True, [])


def test_an_objection_needs_its_reason(consent: Consent, world: World) -> None:
    number = consent.open()
    answer = text(world, "OBJECT")
    assert ("please say why" in answer, consent.objections(number)) == (True, [])


@pytest.mark.parametrize(
    "words",
    [
        "No",
        "Yes",
        "Threes are nice",
        "Objection: none",
        "I object to nothing",
        "Object? Who, me?",
        "Concern: no",
    ],
)
def test_other_words_are_no_answer_and_nothing_learned(consent: Consent, world: World, words: str) -> None:
    number = consent.open()
    answer = text(world, words)
    with world.read() as session:
        learned = session.exec(select(Learning)).all()
    said = "to answer the proposed change" in answer
    assert (said, consent.counted(number)["answered"], learned) == (True, 0, [])


def test_an_answer_too_late_is_said_to_be(consent: Consent, world: World) -> None:
    consent.open()
    consent.later(days=7)
    assert "has been decided" in text(world, "OBJECT it shuts out carers")


def test_the_link_in_the_answer_opens_the_proposal(consent: Consent, world: World) -> None:
    consent.open()
    text(world, "NO OBJECTION")
    letter = world.letter(PHONE, "text_answer")
    page = world.visitor().open(world.link_in(letter, "/m/"))
    assert "You said: no objection" in page.text


def text_of_before(world: World, words: str, **ago: float) -> None:
    """One that is read from the provider's list only now."""
    with world.write() as session:
        texted = Inbound(Channel.SMS, f"SM{words}", PHONE, words, at=world.now - timedelta(**ago))
        replies.take(session, texted, signer=world.worker.signer, now=world.now)


def test_a_text_read_late_agrees_to_nothing_that_was_sent_after_it(consent: Consent, world: World) -> None:
    number = consent.open()
    text_of_before(world, "NO OBJECTION", hours=1)
    assert consent.counted(number).get("no objection", 0) == 0


def test_one_that_was_written_after_it_does(consent: Consent, world: World) -> None:
    number = consent.open()
    world.clock.turn(hours=2)
    text_of_before(world, "NO OBJECTION", hours=1)
    assert consent.counted(number)["no objection"] == 1
