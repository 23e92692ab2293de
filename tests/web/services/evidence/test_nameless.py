"""Where somebody was from can be their name in other words: it goes with them."""

import pytest
from sqlmodel import select

from tests.support import importing
from tests.support.world import BY, World
from web.models import Organisation, Person
from web.services.evidence import counting, nameless
from web.services.organisations import organisations
from web.services.people import invitations, participation

NEWTOWN = "Newtown Parish Council"


def tables_with(world: World, words: str) -> set[str]:
    return {table for table, rows in world.dump().items() if words in str(rows)}


def round_page(world: World) -> str:
    return world.organiser().open("/organise/councils/rounds/1").text


@pytest.fixture
def clerk(world: World) -> str:
    """The only one from Newtown, introduced to somebody from Leeds, whom others know."""
    person = world.join("Ada Clerk", NEWTOWN)
    world.join("Tom Field", "Leeds City Council")
    world.join("Siân Rees", "Leeds City Council")
    world.join("Bo Lind", "Kirklees Council")
    world.round()
    return person


@pytest.mark.usefixtures("both_databases")
def test_no_table_names_the_organisation_whose_last_person_was_erased(world: World, clerk: str) -> None:
    before = tables_with(world, NEWTOWN)
    world.erase(clerk)
    assert (before >= {"organisation", "conversation_group"}, tables_with(world, NEWTOWN)) == (True, set())


def test_the_join_form_offers_it_no_more(world: World, clerk: str) -> None:
    world.erase(clerk)
    assert NEWTOWN not in world.visitor().open("/p/councils/join").answer.text


def test_who_writes_its_name_again_makes_a_new_one(world: World, clerk: str) -> None:
    world.erase(clerk)
    world.join("Cy New", NEWTOWN)
    assert NEWTOWN in world.visitor().open("/p/councils/join").answer.text


def test_what_was_counted_of_it_stays(world: World, clerk: str) -> None:
    def ties() -> list[tuple[int, int]]:
        with world.read() as session:
            counted = counting.count(session, world.programme(session), now=world.now)
        return [(tie.a, tie.b) for tie in counted.ties]

    world.clock.turn(days=30)  # the round is over: whoever leaves now has met
    before = ties()
    world.erase(clerk)
    assert ties() == before


def test_evidence_that_was_kept_names_it_no_more(world: World, clerk: str) -> None:
    with world.write() as session:
        counted = counting.count(session, world.programme(session), now=world.now)
        counting.keep(session, 1, counted)
    world.erase(clerk)
    with world.write() as session:
        kept = counting.kept(session, world.programme(session))
        counting.keep(session, 1, counted)  # by a worker that began to count before
    assert kept
    assert (NEWTOWN in str(kept), "keptevidence" in tables_with(world, NEWTOWN)) == (False, False)


def test_a_round_says_of_nobody_erased_where_they_were_from(world: World, clerk: str) -> None:
    with world.read() as session:
        tom = session.exec(select(Person.id).where(Person.name == "Tom Field")).one()
    world.erase(tom)
    page = round_page(world)
    assert ("somebody who has left" in page, "somebody who has left, " in page) == (True, False)


def test_an_organisation_somebody_is_still_in_keeps_its_name(world: World, clerk: str) -> None:
    with world.read() as session:
        tom = session.exec(select(Person.id).where(Person.name == "Tom Field")).one()
    world.erase(tom)
    assert "organisation" in tables_with(world, "Leeds City Council")


@pytest.mark.parametrize(("many", "named"), [(4, False), (5, True)])
def test_a_name_that_five_people_had_tells_of_none_of_them(world: World, many: int, named: bool) -> None:
    people_ = [world.join(organisation=NEWTOWN) for _ in range(many)]
    world.erase(*people_)
    assert bool(tables_with(world, NEWTOWN)) == named


def test_an_organisation_left_for_another_one_goes(world: World) -> None:
    person = world.join(organisation="Jane Smith Consulting")
    with world.write() as session:
        membership = world.membership(person)
        participation.set_organisation(session, membership, NEWTOWN, now=world.now)
    assert "organisation" not in tables_with(world, "Jane Smith Consulting")


def test_who_declines_an_invitation_leaves_no_organisation_behind(world: World) -> None:
    file = f"name,organisation,email\nAda Clerk,{NEWTOWN},ada@example.org\n".encode()
    with world.write() as session:
        programme = world.programme(session)
        importing.import_people(session, programme, "people.csv", file, by=BY, now=world.now)
        ada = session.exec(select(Person).where(Person.name == "Ada Clerk")).one()
        invitations.decline_invitation(session, ada, programme, key=importing.KEY, now=world.now)
    assert tables_with(world, NEWTOWN) == set()


def test_one_whose_past_member_went_elsewhere_stays_in_their_history(world: World, clerk: str) -> None:
    with world.write() as session:
        participation.set_organisation(session, world.membership(clerk), "Brent Council", now=world.now)
    stayed = NEWTOWN in round_page(world)
    world.erase(clerk)
    assert (stayed, tables_with(world, NEWTOWN)) == (True, set())


def test_a_part_of_a_longer_name_stays(world: World) -> None:
    with world.write() as session:
        organisations.find_or_add(session, 1, "Newtown")
        organisations.find_or_add(session, 1, NEWTOWN)
        names = nameless._pattern(session, 1, {"Newtown"})
    assert names(f"Newtown has met {NEWTOWN} once.") == f"{nameless.CALLED} has met {NEWTOWN} once."


def test_organisers_neither_list_nor_open_what_has_no_name(world: World, clerk: str) -> None:
    with world.read() as session:
        number = session.exec(select(Organisation.id).where(Organisation.name == NEWTOWN)).one()
    world.erase(clerk)
    organiser = world.organiser()
    listed = organiser.open("/organise/councils/organisations").text
    opened = organiser.open(f"/organise/councils/organisations/{number}").status
    assert (nameless.CALLED in listed, opened) == (False, 404)
