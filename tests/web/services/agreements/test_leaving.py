"""What becomes of somebody's arguments when they are erased, or turn out to be somebody else as well."""

import pytest
from sqlmodel import select

from tests.support.consenting import Consent, said
from tests.support.world import BY, World
from web.models import Objection, ObjectionState, Person, ProposalAnswer, Stance
from web.services.agreements.proposals import Proposer
from web.services.people import data_export, merging

WORDS = "I, Persephone, live too far away."


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def merge(world: World, kept: str, gone: str) -> None:
    with world.write() as session:
        here = world.programme(session)
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        merging.merge(session, here, one, other, by=BY, now=world.now)


def answer_of(world: World, person: str) -> Stance | None:
    with world.read() as session:
        row = session.exec(select(ProposalAnswer).where(ProposalAnswer.person_id == person)).one_or_none()
        return row.stance if row else None


def test_the_words_of_somebody_erased_are_gone_from_every_table(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], WORDS)
    consent.answer(number, consent.people[1], Stance.CONCERN, WORDS)
    world.erase(*consent.people[:2])
    assert "Persephone" not in str(world.dump())


def test_an_objection_of_somebody_erased_is_taken_back(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], WORDS)
    world.erase(consent.people[0])
    assert consent.objections(number) == [ObjectionState.TAKEN_BACK]


def draft(consent: Consent) -> int:
    return consent.propose(said("Calls at night", WORDS), Proposer(consent.people[0], participates=True))


def test_a_draft_of_somebody_erased_is_gone_from_every_table(consent: Consent, world: World) -> None:
    draft(consent)
    world.erase(consent.people[0])
    assert "Persephone" not in str(world.dump())


def test_a_draft_of_somebody_erased_is_looking_for_support_no_more(consent: Consent, world: World) -> None:
    draft(consent)
    world.erase(consent.people[0])
    page = world.visitor().open(f"{world.page_of(consent.people[1])}/councils/agreements")
    assert "Looking for support" not in page.text


def test_organisers_read_of_such_a_draft_that_it_is_erased(consent: Consent, world: World) -> None:
    number = draft(consent)
    world.erase(consent.people[0])
    assert "Its author has erased" in world.organiser().open(f"/organise/councils/proposals/{number}").text


def test_what_everybody_was_asked_stays_when_its_author_is_erased(consent: Consent, world: World) -> None:
    number = draft(consent)
    consent.second(number, consent.organiser)
    consent.look()
    world.erase(consent.people[0])
    assert "Calls at night" in world.visitor().open("/p/councils/agreements").text


def test_others_words_lose_the_name_of_somebody_erased(consent: Consent, world: World) -> None:
    number = consent.open()
    with world.write() as session:
        session.get_one(Person, consent.people[1]).name = "Persephone Unwin"
    consent.object(number, consent.people[0], "Persephone Unwin said so.")
    world.erase(consent.people[1])
    with world.read() as session:
        assert session.exec(select(Objection.words)).one() == "somebody who has left said so."


def test_letters_about_a_change_lose_the_name_of_somebody_erased(consent: Consent, world: World) -> None:
    with world.write() as session:
        session.get_one(Person, consent.people[1]).name = "Persephone Unwin"
    consent.open(said("Who is asked", "Nobody but Persephone Unwin.", "“Persephone Unwin” knows."))
    world.erase(consent.people[1])
    assert "Persephone" not in str(world.dump()["outbox_message"])


def test_of_two_entries_the_later_answer_counts(consent: Consent, world: World) -> None:
    number = consent.open()
    kept, gone = consent.people[:2]
    consent.agree(number, kept)
    world.clock.turn(hours=1)
    consent.answer(number, gone, Stance.CONCERN, WORDS)
    merge(world, kept, gone)
    assert (answer_of(world, kept), answer_of(world, gone)) == (Stance.CONCERN, None)


def test_of_two_entries_one_is_counted_as_told(consent: Consent, world: World) -> None:
    number = consent.open()
    merge(world, *consent.people[:2])
    counted = consent.counted(number)
    assert (counted["asked"], counted["delivered"]) == (7, 7)


def test_of_two_entries_one_objection_stays(consent: Consent, world: World) -> None:
    number = consent.open()
    kept, gone = consent.people[:2]
    consent.object(number, kept, "Too far.")
    world.clock.turn(hours=1)
    consent.object(number, gone, WORDS)
    merge(world, kept, gone)
    assert consent.objections(number) == [ObjectionState.TAKEN_BACK, ObjectionState.OPEN]


@pytest.mark.parametrize("who", ["objects", "proposed"])
def test_of_two_entries_none_judges_what_the_other_objects_to_or_proposed(world: World, who: str) -> None:
    consent = Consent.among(world, 9)
    author, objector = consent.people[:2]
    number = consent.propose(said("Who may organise"), Proposer(author, participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    consent.object(number, objector)
    drawn, *others = consent.panel(number)
    consent.find(number, drawn, holds=False)
    merge(world, objector if who == "objects" else author, drawn)
    consent.find(number, others[0], holds=False)
    one_answer = consent.objections(number)
    consent.find(number, others[1], holds=False)
    assert (one_answer, consent.objections(number)) == ([ObjectionState.OPEN], [ObjectionState.DOES_NOT_HOLD])


def test_what_somebody_said_is_in_their_data(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0], WORDS)
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, consent.people[0]))
    assert [row["words"] for row in held["objections"]] == [WORDS]


def test_what_somebody_proposed_is_in_their_data(consent: Consent, world: World) -> None:
    author = Proposer(consent.people[0], participates=True)
    number = consent.propose(said("Who may organise", "Anybody."), author)
    consent.second(number, consent.organiser)
    consent.look()
    consent.amend(number, said("Who may organise", "Two at a time."), author)
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, consent.people[0]))
    assert [row["text"] for row in held["proposals"]] == ["Anybody.", "Two at a time."]


def test_what_somebody_else_proposed_is_not(consent: Consent, world: World) -> None:
    consent.propose(said("Who may organise"), Proposer(consent.people[1], participates=True))
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, consent.people[0]))
    assert held["proposals"] == []
