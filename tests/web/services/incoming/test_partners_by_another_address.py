"""An organiser is a partner of whoever writes also by an address that their entry has no more."""

from collections.abc import Callable

import pytest

from tests.support.by_text import text
from tests.support.knocking import operator_in
from tests.support.world import BY, World
from web.models import Person, Request, RequestKind, Role
from web.services.conversations import conversations, reports
from web.services.organisers import team
from web.services.people import data_export, erasure, merging, own_details

PAGE, HERE = "/operate/replies", "/organise/councils/replies"
TOM, PRIYA, AT_HOME = "tom@example.org", "priya@example.org", "tf@home.example"
UNSAFE = "STOP. Tom made me feel unsafe"
HARM = "He was rude to me and I felt unsafe"


def erased_themselves(world: World, tom: str) -> None:
    with world.write() as session:
        key = world.worker.signer.suppression_key()
        person = session.get_one(Person, tom)
        erasure.erase_as_asked(session, person, by=tom, key=key, now=world.now)


def erased_for_being_silent(world: World, tom: str) -> None:
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, tom), by=BY, now=world.now)


def gave_another_address(world: World, tom: str) -> None:
    with world.write() as session:
        request = Request(
            kind=RequestKind.NEW_ADDRESS,
            address_key="of a test",
            person=tom,
            details={"email": AT_HOME},
            received_at=world.now,
            handled_at=world.now,
        )
        session.add(request)
        session.flush()
        person = session.get_one(Person, tom)
        assert own_details.confirm_new_address(session, person, request, now=world.now)


def became_another_entry(world: World, tom: str) -> None:
    other = world.join("Tom Field", "Kirklees Council", email=AT_HOME)
    with world.write() as session:
        kept, gone = session.get_one(Person, other), session.get_one(Person, tom)
        merging.merge(session, world.programme(session), kept, gone, by=BY, now=world.now)


GONE = [erased_themselves, erased_for_being_silent, gave_another_address, became_another_entry]
Goes = Callable[[World, str], None]
any_way = pytest.mark.parametrize("goes", GONE)


def shown_to(world: World, email: str, words: str) -> bool:
    return words in world.organiser(email).open(HERE).answer.text


@any_way
@pytest.mark.usefixtures("both_databases")
def test_who_was_told_of_it_is_known_still(world: World, asked: str, tom: str, goes: Goes) -> None:
    operator = operator_in(world)
    world.appoint(TOM)
    goes(world, tom)
    text(world, UNSAFE)
    assert (shown_to(world, TOM, UNSAFE), UNSAFE in operator.open(PAGE).answer.text) == (False, True)
    assert world.inbox(TOM, "read_soon") == []


@any_way
def test_another_organiser_reads_what_is_no_stop(world: World, asked: str, tom: str, goes: Goes) -> None:
    for email in (TOM, PRIYA):
        world.appoint(email)
    goes(world, tom)
    text(world, HARM)
    assert [shown_to(world, email, HARM) for email in (TOM, PRIYA)] == [False, True]
    assert world.inbox(TOM, "read_soon") == []


def test_who_became_another_entry_twice_is_too(world: World, asked: str, tom: str) -> None:
    world.appoint(TOM)
    became_another_entry(world, tom)
    with world.read() as session:
        first = session.get_one(Person, tom).merged_into or ""
    last = world.join("Tom Field", "Kirklees Council", email="third@example.org")
    with world.write() as session:
        kept, gone = session.get_one(Person, last), session.get_one(Person, first)
        merging.merge(session, world.programme(session), kept, gone, by=BY, now=world.now)
    text(world, UNSAFE)
    assert not shown_to(world, TOM, UNSAFE)


@pytest.mark.parametrize("goes", [gave_another_address, became_another_entry])
def test_a_report_is_kept_from_them_too(world: World, asked: str, tom: str, goes: Goes) -> None:
    for email in (TOM, PRIYA):
        world.appoint(email)
    goes(world, tom)
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(asked), asked)
        reports.report(session, talk, talk.partners[0], "He frightened me.", now=world.now)
    world.work()
    pages = [world.organiser(email).open("/organise/councils/reports").text for email in (TOM, PRIYA)]
    assert ["He frightened me." in page for page in pages] == [False, True]
    assert [len(world.inbox(email, "reported")) for email in (TOM, PRIYA)] == [0, 1]


def test_it_is_forgotten_with_who_organises(world: World, asked: str, tom: str) -> None:
    world.appoint(PRIYA)
    organiser = world.appoint(TOM, Role.ORGANISER)
    gave_another_address(world, tom)
    with world.write() as session:
        team.remove(session, world.programme(session), organiser, by=BY, now=world.now)
    assert world.dump()["organiser_was"] == []


def test_it_is_in_their_copy_of_their_data(world: World, asked: str, tom: str) -> None:
    world.appoint(TOM)
    gave_another_address(world, tom)
    with world.read() as session:
        copies = [data_export.everything(session, session.get_one(Person, one)) for one in (tom, asked)]
    assert [len(copy["organising"]) for copy in copies] == [1, 0]


# In doubt


def by_home(world: World, name: str = "Tom Field") -> str:
    """A round is drawn in which Amina talks with who is called so, by an address nobody organises with."""
    other = world.join(name, "Kirklees Council", email=AT_HOME)
    world.round()
    world.clock.turn(days=14, hours=1)
    world.work()
    return other


CALLED_SO = [
    "tom.field@kirklees.example",
    "tom@kirklees.example",
    "tf@kirklees.example",
    "Tom_Field@a.example",
]


@pytest.mark.usefixtures("both_databases", "amina")
@pytest.mark.parametrize("organises", CALLED_SO)
def test_an_address_that_says_a_partner_s_name_is_perhaps_theirs(world: World, organises: str) -> None:
    by_home(world)
    operator = operator_in(world)
    world.appoint(organises)
    text(world, UNSAFE)
    assert (shown_to(world, organises, UNSAFE), UNSAFE in operator.open(PAGE).answer.text) == (False, True)


@pytest.mark.usefixtures("amina")
@pytest.mark.parametrize("organises", ["info@kirklees.example", "tomas@kirklees.example", "field@a.example"])
def test_another_address_is_not(world: World, organises: str) -> None:
    by_home(world)
    operator = operator_in(world)
    world.appoint(organises)
    text(world, UNSAFE)
    assert (shown_to(world, organises, UNSAFE), UNSAFE in operator.open(PAGE).answer.text) == (True, False)


@pytest.mark.usefixtures("amina")
def test_where_nobody_else_could_read_it_who_is_perhaps_a_partner_does(world: World) -> None:
    by_home(world)
    world.appoint(CALLED_SO[0])
    text(world, UNSAFE)
    assert shown_to(world, CALLED_SO[0], UNSAFE)
    assert len(world.inbox(CALLED_SO[0], "read_soon")) == 1


@pytest.mark.usefixtures("both_databases")
def test_who_has_two_entries_of_one_name_is_perhaps_both(world: World, amina: str) -> None:
    """The other one takes part in another programme."""
    by_home(world)
    operator = operator_in(world)
    world.start("charities", "Charities Unmentoring")
    world.join("Tom Field", "Kirklees Mind", "charities", email="t@work.example")
    world.appoint("t@work.example")
    text(world, UNSAFE)
    read = operator.open(PAGE).answer.text
    assert (shown_to(world, "t@work.example", UNSAFE), UNSAFE in read) == (False, True)


def test_who_is_called_otherwise_by_their_own_entry_is_not(world: World, amina: str) -> None:
    by_home(world)
    operator = operator_in(world)
    world.start("charities", "Charities Unmentoring")
    world.join("Tom Brown", "Kirklees Mind", "charities", email=TOM)
    world.appoint(TOM)
    text(world, UNSAFE)
    assert (shown_to(world, TOM, UNSAFE), UNSAFE in operator.open(PAGE).answer.text) == (True, False)


@pytest.mark.usefixtures("both_databases")
def test_who_organises_since_a_partner_was_erased_is_perhaps_that_partner(
    world: World, asked: str, tom: str
) -> None:
    erased_themselves(world, tom)
    operator = operator_in(world)
    world.clock.turn(hours=1)
    world.appoint("new@councils.example")
    text(world, UNSAFE)
    read = operator.open(PAGE).answer.text
    assert (shown_to(world, "new@councils.example", UNSAFE), UNSAFE in read) == (False, True)


def test_who_takes_a_programme_over_reads_what_is_no_stop(world: World, asked: str, tom: str) -> None:
    """Of nearly everybody some partner was erased in a year, and whoever organised before may be gone."""
    world.appoint(PRIYA)
    erased_themselves(world, tom)
    world.clock.turn(hours=1)
    world.appoint("new@councils.example")
    text(world, HARM)
    assert shown_to(world, "new@councils.example", HARM)


def test_who_organised_before_without_being_them_is_not(world: World, asked: str, tom: str) -> None:
    world.appoint(PRIYA)
    operator = operator_in(world)
    world.clock.turn(hours=1)
    erased_themselves(world, tom)
    text(world, UNSAFE)
    assert (shown_to(world, PRIYA, UNSAFE), UNSAFE in operator.open(PAGE).answer.text) == (True, False)


def test_an_operator_in_doubt_reads_what_nobody_else_would(world: World, asked: str, tom: str) -> None:
    """She operates since somebody else whom Amina talked with was erased; Tom organises alone."""
    for name in ("Ivy Rao", "Ken Ode"):
        world.join(name, f"{name} Council")
    world.clock.turn(days=20)
    world.round(2)
    world.erase(*world.partners_of(asked, 2))
    world.clock.turn(hours=1)
    world.appoint(TOM)
    operator = operator_in(world)
    text(world, UNSAFE)
    assert (shown_to(world, TOM, UNSAFE), UNSAFE in operator.open(PAGE).answer.text) == (False, True)


# Whatever it answers


@pytest.fixture
def of_two_rounds(world: World, asked: str, tom: str) -> str:
    """Amina talked with Tom, and then with somebody else; the address of that one."""
    for name in ("Ivy Rao", "Ken Ode"):
        world.join(name, f"{name} Council")
    world.clock.turn(days=20)
    world.round(2)
    with world.read() as session:
        return session.get_one(Person, world.partners_of(asked, 2)[0]).email or ""


@pytest.mark.usefixtures("both_databases")
def test_harm_may_be_of_a_partner_of_an_earlier_round(world: World, of_two_rounds: str) -> None:
    for email in (TOM, PRIYA):
        world.appoint(email)
    text(world, HARM)
    assert [shown_to(world, email, HARM) for email in (TOM, PRIYA)] == [False, True]
    assert world.inbox(TOM, "read_soon") == []


@pytest.mark.usefixtures("both_databases")
def test_of_two_partners_the_earlier_reads_it(world: World, of_two_rounds: str) -> None:
    for email in (TOM, of_two_rounds):
        world.appoint(email)
    text(world, HARM)
    assert [shown_to(world, email, HARM) for email in (TOM, of_two_rounds)] == [True, False]
