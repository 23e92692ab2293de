"""Who is in, and how many, as an organiser sees it."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.messages import Channel
from tests.support.world import BY, World
from web.models import Membership, Person
from web.services.common import names, times
from web.services.people import directory, directory_file, erasure, participation, reachability

pytestmark = pytest.mark.usefixtures("both_databases")


def tally(world: World) -> dict[str, int]:
    with world.read() as session:
        counts = directory.tally(session, world.programme(session), times.today(world.now))
    return {name: count for name, count in counts.items() if count}


def test_everybody_is_counted_once(world: World) -> None:
    _, skips, paused, silent, left = world.join_many(5)
    with world.write() as session:
        of = {person: session.get_one(Membership, (1, person)) for person in (skips, paused, left)}
        participation.skip_next(session, of[skips], True, now=world.now)
        participation.pause(session, of[paused], times.today(world.now) + timedelta(days=30), now=world.now)
        participation.leave(session, of[left], now=world.now)
        key = world.worker.signer.suppression_key()
        reachability.stop(session, session.get_one(Person, silent), Channel.EMAIL, key=key, now=world.now)
    assert tally(world) == {"in": 1, "skips": 1, "paused": 1, "unreachable": 1, "left": 1}


def test_people_are_found_by_a_part_of_their_address(world: World) -> None:
    world.join("Amina Yusuf", "Leeds", email="somebody@leeds.example.org")
    world.join("Ben Hughes")
    assert page(world, text="somebody@") == ["Amina Yusuf"]


@pytest.mark.parametrize("typed", ["07700 900123", "+44 7700 900123", "07700900123"])
def test_people_are_found_by_their_number(world: World, typed: str) -> None:
    """Somebody rang, and left no name."""
    world.join("Amina Yusuf", "Leeds", phone="+447700900123")
    world.join("Ben Hughes", phone="+447700900124")
    assert page(world, text=typed) == ["Amina Yusuf"]


def page(world: World, **wanted: object) -> list[str]:
    with world.read() as session:
        found = directory.search(
            session,
            world.programme(session),
            directory.Search(**wanted),
            today=times.today(world.now),
        )
    return [entry.name for entry in found.rows]


def test_people_are_found_in_the_order_asked_for(world: World) -> None:
    world.join("Zoë Park", "Brent Council")
    world.clock.turn(hours=1)
    world.join("Élodie Brown", "Leeds City Council")
    world.clock.turn(hours=1)
    world.join("amina Yusuf", "Leeds City Council")
    by_name, newest = page(world), page(world, order=directory.Order.NEWEST)
    assert by_name == ["amina Yusuf", "Élodie Brown", "Zoë Park"]
    assert newest == ["amina Yusuf", "Élodie Brown", "Zoë Park"]
    assert page(world, order=directory.Order.ORGANISATION) == ["Zoë Park", "amina Yusuf", "Élodie Brown"]
    assert page(world, text="leeds") == ["amina Yusuf", "Élodie Brown"]
    assert page(world, text="ELODIE") == ["Élodie Brown"]


def test_people_are_shown_by_what_the_dashboard_counts(world: World) -> None:
    names_ = ("Stays", "Skips", "Silent", "Unheard", "Away", "Rests")
    _, skips, silent, unheard, away, rests = (world.join(name) for name in names_)
    world.round()
    with world.write() as session:
        session.get_one(Membership, (1, unheard)).silent_since = world.now.date()
        session.get_one(Membership, (1, rests)).every = 2
        tomorrow = world.now.date() + timedelta(days=1)
        participation.pause(session, session.get_one(Membership, (1, away)), tomorrow, now=world.now)
        participation.skip_next(session, session.get_one(Membership, (1, skips)), True, now=world.now)
        session.get_one(Person, silent).unreachable = "bounced"
    shown = {each: page(world, showing=each) for each in directory.Showing if page(world, showing=each)}
    assert shown == {
        "": ["Away", "Rests", "Silent", "Skips", "Stays", "Unheard"],
        "in": ["Stays"],
        "skips": ["Skips"],
        "paused": ["Away", "Unheard"],
        "resting": ["Rests"],
        "unreachable": ["Silent"],
    }


def test_every_page_says_how_many_there_are(world: World) -> None:
    first = world.join("Person 0")
    with world.write() as session:
        place = session.get_one(Membership, (1, first)).organisation_id
        for number in range(1, directory.A_PAGE + 1):
            person = Person(name=f"Person {number}", created_at=world.now)
            session.add(person)
            session.flush()
            session.add(
                Membership(
                    programme_id=1,
                    person_id=person.id,
                    organisation_id=place,
                    joined_at=world.now,
                    name_key=names.filed_under(person.name),
                )
            )
    with world.read() as session:
        found = [
            directory.search(
                session,
                world.programme(session),
                directory.Search(page=number),
                today=times.today(world.now),
            )
            for number in (1, 2, 3)
        ]
    assert [(len(each.rows), each.total) for each in found] == [(50, 51), (1, 51), (0, 51)]


def test_a_new_name_is_found_and_an_erased_one_is_not(world: World) -> None:
    one, other = world.join("Ann Before"), world.join("Bo Gone")
    with world.write() as session:
        names.rename(session, session.get_one(Person, one), "Ann After")
        erasure.erase(session, session.get_one(Person, other), by=BY, now=world.now, farewell=False)
    assert (page(world), page(world, text="before")) == (["Ann After"], [])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter a name"),
        ("Nobody", "Nobody here is called Nobody"),
        ("Ann Park", "Several people are called Ann Park"),
    ],
)
def test_somebody_is_named_without_doubt_or_asked_again(world: World, typed: str, told: str) -> None:
    world.join("Ann Park")
    world.join("ANN  park")
    with world.read() as session, pytest.raises(directory.NobodySo, match=told):
        directory.called(session, world.programme(session), typed)


@pytest.mark.parametrize("typed", ["O'Neill", "o’neill", "sian o'neill-rees", "Siân O’Neill–Rees"])
def test_a_name_is_found_whichever_keyboard_wrote_it(world: World, typed: str) -> None:
    """Phones write ’ where a keyboard writes '."""
    for name in ("Siân O’Neill-Rees", "Owen D'Arcy", "Percy 100%"):
        world.join(name)
    with world.read() as session:
        programme = world.programme(session)
        wanted = directory.Search(text=typed)
        found = directory.search(session, programme, wanted, today=times.today(world.now))
    assert [entry.name for entry in found.rows] == ["Siân O’Neill-Rees"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Łukasz Kowal", "lukasz"),
        ("Małgorzata Mazur", "Malgorzata Mazur"),
        ("Małgorzata Mazur", "Małg"),
        ("Søren Kjær", "soren kjaer"),
        ("Đặng Thị Hoa", "dang thi"),
        ("Jürgen Groß", "jurgen gross"),
        ("Ayşe Yıldız", "yildiz"),
        ("Þóra Óðinsdóttir", "thora odins"),
        ("Elçin Əliyev", "eliyev"),
    ],
)
def test_a_name_is_found_by_the_plain_letters_of_a_british_keyboard(
    world: World, name: str, typed: str
) -> None:
    """Most of these are no letters with an accent, so taking accents off leaves them."""
    person = world.join(name)
    world.join("Luke Kowal")
    assert page(world, text=typed) == [name]
    with world.read() as session:
        assert directory.called(session, world.programme(session), name) == person


def test_a_name_is_called_by_plain_letters(world: World) -> None:
    person = world.join("Łukasz Kowal")
    with world.read() as session:
        assert directory.called(session, world.programme(session), "Lukasz Kowal") == person


@pytest.mark.usefixtures("both_databases")
def test_somebody_is_named_whichever_keyboard_wrote_it(world: World) -> None:
    person = world.join("Siân O’Neill-Rees")
    with world.read() as session:
        assert directory.called(session, world.programme(session), "Sian O'Neill-Rees") == person


@pytest.mark.parametrize("typed", ["%", "_", "/"])
def test_a_sign_stands_for_no_letter(world: World, typed: str) -> None:
    world.join("Percy Shelley")
    with world.read() as session:
        wanted = directory.Search(text=typed)
        programme = world.programme(session)
        assert directory.search(session, programme, wanted, today=times.today(world.now)).total == 0


def test_whoever_joins_in_the_first_hour_of_a_day_is_written_down_under_that_day(world: World) -> None:
    world.clock.now = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    world.join()
    with world.read() as session:
        _, line = directory_file.export(session, world.programme(session))
    assert "2027-07-01" in line.split(",")
