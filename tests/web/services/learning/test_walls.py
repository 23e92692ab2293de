"""Somebody looks for something on the wall, and finds what is shown to everybody."""

import pytest

from tests.support.world import BY, World
from web.models import Answer, Learning, LearningState, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.fetching.card import Card
from web.services.learning import learnings, previews, walls
from web.services.learning.walls import WallSearch

WALL = "/p/councils/learning"


@pytest.fixture
def told(world: World, request: pytest.FixtureRequest) -> World:
    """Three learnings of two rounds: of Leeds with a link, of Kirklees without a name, of Leeds again."""
    people = [world.join("Amina Smith", "Leeds City Council"), world.join("Tom Field", "Kirklees Council")]
    world.round()
    _say(world, people[0], "Vans are for Fridays.", "https://jo.example.org/a", Showing.WITH_NAME)
    _say(world, people[1], "Ask the bin crews.", "", Showing.WITHOUT_NAME)
    world.clock.turn(days=30)
    world.round()
    _say(world, people[0], "100% of letters are read.", "", Showing.WITH_NAME, 2)
    return world


def _say(world: World, person: str, text: str, link: str, showing: Showing, number: int = 1) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person, number), person)
        conversations.check_in(session, talk, Said(Answer.MET, text, link, showing), now=world.now)
        while due := previews.claim(session, now=world.now):
            previews.settle(session, due, Card(title="Gŵyl y faniau"), now=world.now)
        found = learnings.of_programme(session, world.programme(session), LearningState.WAITING)[-1]
        learnings.publish(
            session, session.get_one(Learning, found.learning.id), text=text, version=1, by=BY,
            now=world.now, page_says=found.behind.mark,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (WallSearch(), 3),
        (WallSearch("vans"), 1),
        (WallSearch("gŵyl"), 1),
        (WallSearch("EXAMPLE.org"), 1),
        (WallSearch("%"), 1),
        (WallSearch("_"), 0),
        (WallSearch("title"), 0),
        (WallSearch("'; drop table learning"), 0),
        (WallSearch(round_number=1), 2),
        (WallSearch(round_number=2), 1),
        (WallSearch(round_number=9), 0),
        (WallSearch(organisation=1), 2),
        (WallSearch(organisation=2), 0),
        (WallSearch("letters", 2, 1), 1),
        (WallSearch("letters", 1, 1), 0),
    ],
)
@pytest.mark.usefixtures("both_databases")
def test_what_is_looked_for_is_found(told: World, wanted: WallSearch, fits: int) -> None:
    with told.read() as session:
        programme = told.programme(session)
        shown, _ = walls.wall(session, programme, wanted)
        assert (len(shown), walls.count(session, programme, wanted)) == (fits, fits)


def test_only_where_there_is_something_is_offered(told: World) -> None:
    with told.read() as session:
        offered = walls.choices(session, told.programme(session))
    assert (offered.rounds, offered.organisations) == ([2, 1], [(1, "Leeds City Council")])


def test_the_page_says_how_many_fit(told: World) -> None:
    page = told.visitor().open(f"{WALL}?search=crews&round=1&organisation=")
    assert ("1 learning fits" in page.text, "Vans are" in page.text) == (True, False)


def test_the_way_to_older_ones_keeps_what_was_looked_for(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walls.wall, "__kwdefaults__", {"page": 1, "size": 1})
    page = told.visitor().open(f"{WALL}?organisation=1")
    assert f'href="{WALL}?search=&amp;round=&amp;organisation=1&amp;page=2" rel="next"' in page.answer.text


@pytest.mark.parametrize("asked", ["round=x", "round=-1", "round=99999999999999", "page=0"])
def test_nonsense_is_no_error(told: World, asked: str) -> None:
    assert told.visitor().open(f"{WALL}?{asked}").status == 200
