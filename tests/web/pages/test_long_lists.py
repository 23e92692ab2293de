"""What waits for organisers is read a page at a time, however much it is: each once, and nothing is lost."""

import re
from collections.abc import Callable, Iterator

import pytest

from notifications.keywords import Word
from notifications.messages import Channel
from notifications.tables import Reply
from tests.support.consenting import take_part
from tests.support.statements import statements
from tests.support.world import World
from web.models import AgendaItem, Learning, Organisation, Raised, Report, Showing
from web.models.complaints import Complaint, Matter

MANY = 120
MARK = re.compile(r"Number (\d{3})")
OF_A_COMPLAINT = re.compile(r"/complaints/(\d+)\"")
Made = Iterator[Reply | Report | AgendaItem | Complaint]


def replies(world: World, programme: int, people: list[str]) -> Made:
    for number in range(MANY):
        yield Reply(
            channel=Channel.SMS,
            source_id=f"{number}",
            person=people[0],
            text=f"Number {number:03}",
            word=Word.UNCLEAR,
            to_read=True,
            received_at=world.now,
        )


def reports(world: World, programme: int, people: list[str]) -> Made:
    group = world.group_of(people[0])
    for number in range(MANY):
        yield Report(
            programme_id=programme,
            group_id=group,
            person_id=people[0],
            about_id=world.partners_of(people[0])[0],
            text=f"Number {number:03}",
            created_at=world.now,
        )


def agenda(world: World, programme: int, people: list[str]) -> Made:
    for number in range(MANY):
        words = f"Number {number:03}"
        yield AgendaItem(programme_id=programme, raised=Raised.SAID, words=words, raised_at=world.now)


def complaints(world: World, programme: int, people: list[str]) -> Made:
    for number in range(MANY):
        yield Complaint(programme_id=programme, about=Matter.OTHER, text=f"{number}", received_at=world.now)


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(
    ("made", "mark"),
    [(replies, MARK), (reports, MARK), (agenda, MARK), (complaints, OF_A_COMPLAINT)],
)
def test_a_long_list_is_read_page_by_page(
    world: World, made: Callable[[World, int, list[str]], Made], mark: re.Pattern[str]
) -> None:
    fill(world, made)
    visitor = world.organiser().open(f"/organise/councils/{made.__name__}")
    seen = [mark.findall(visitor.answer.text)]
    while (after := re.search(r'href="([^"]+)" rel="next"', visitor.answer.text)) and len(seen) < MANY:
        seen.append(mark.findall(visitor.open(after[1]).answer.text))
    found = [list(dict.fromkeys(page)) for page in seen]
    assert (len(found) > 2, len({one for page in found for one in page})) == (True, MANY)


def test_who_deals_with_one_is_led_back_to_the_page_it_stood_on(world: World) -> None:
    fill(world, replies)
    visitor = world.organiser().open("/organise/councils/replies?page=3").press("Dealt with")
    assert "Number 041" in visitor.answer.text


def test_the_page_of_learnings_looks_only_at_those_it_shows(world: World) -> None:
    person, _ = world.join_many(2)
    world.round()
    group = world.group_of(person)
    visitor, asked = world.organiser(), []
    for _ in range(2):
        world.clock.turn(minutes=1)
        learned(world, group, 20)
        with statements(world.database) as said:
            visitor.open("/organise/councils/learning")
        asked.append(len(said))
    assert asked[0] == asked[1]


def learned(world: World, group: int, people: int) -> None:
    """So many wait, each of somebody else and without a name."""
    facts = {"group_id": group, "showing": Showing.WITHOUT_NAME, "created_at": world.now}
    with world.write() as session:
        programme = world.programme(session)
        for person in take_part(session, programme, people, now=world.now, begin=world.now.minute * 100):
            session.add(Learning(programme_id=programme.id, person_id=person, text="Vans.", **facts))


def fill(world: World, made: Callable[[World, int, list[str]], Made]) -> None:
    people = world.join_many(2)
    world.round()
    with world.read() as session:
        programme = world.programme(session).id
    rows = list(made(world, programme, people))
    with world.write() as session:
        session.add_all(rows)


def test_organisations_beyond_five_hundred_stand_on_a_page_of_their_own(world: World) -> None:
    with world.write() as session:
        programme = world.programme(session).id
        for number in range(501):
            name = f"Council {number:03}"
            session.add(Organisation(programme_id=programme, name=name, key=name.casefold()))
    visitor, here = world.organiser(), "/organise/councils/organisations"
    first, second = (visitor.open(f"{here}?page={page}").answer.text for page in (1, 2))
    names = [set(re.findall(r"Council \d{3}", text)) for text in (first, second)]
    assert (len(names[0]), names[1], "501 organisations" in second) == (500, {"Council 500"}, True)
