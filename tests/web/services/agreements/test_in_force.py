"""How we match is written from the settings in force."""

from datetime import UTC, datetime

from matcher import Pot, draw
from tests.support.consenting import Consent
from tests.support.world import World
from web.models import Priority


def page(world: World) -> str:
    return world.visitor().open("/p/councils/how-we-match").text


def test_the_order_of_the_wishes_follows_the_priority(world: World) -> None:
    orders = []
    for priority in (Priority.FRESH, Priority.CROSS):
        world.change(priority=priority)
        text = page(world)
        orders.append(
            text.index("further rounds without a repeat") < text.index("two different organisations")
        )
    assert orders == [True, False]


def test_the_size_of_groups_is_said(world: World) -> None:
    world.change(group_size=3)
    assert "Everyone is put into groups of three" in page(world)


def test_what_becomes_of_people_left_over_is_said_as_it_is(world: World) -> None:
    dealt, said = [], []
    for people, size in ((11, 3), (10, 4)):
        world.change(group_size=size)
        dealt.append(draw(Pot([0] * people), size=size).figures.sizes)
        said.append(page(world))
    assert ["eleven people are three threes and a pair" in said[0], dealt[0]] == [True, ((3, 3), (2, 1))]
    assert ["ten people are a four and two threes" in said[1], dealt[1]] == [True, ((4, 1), (3, 2))]


def test_the_version_is_said(world: World) -> None:
    Consent(world).propose()
    assert "Version 2" in page(world)


def test_nothing_is_promised_that_an_organiser_or_the_search_could_break(world: World) -> None:
    text = page(world)
    assert "unless an organiser puts them in" in text
    assert "or is the best that was found" in text


def test_the_front_page_says_how_large_the_groups_are(world: World) -> None:
    said = []
    for size in (2, 3, 4):
        world.change(group_size=size)
        said.append(world.visitor().open("/p/councils/").text)
    assert ["We pair people" in page for page in said] == [True, False, False]
    assert ["in threes and at random" in said[1], "in fours and at random" in said[2]] == [True, True]


def test_a_programme_that_begins_in_the_first_hour_of_a_day_agrees_on_that_day(world: World) -> None:
    world.clock.now = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    world.start("night", "Night Unmentoring")
    assert "adopted on 1 July 2027" in world.visitor().open("/p/night/how-we-match").text
