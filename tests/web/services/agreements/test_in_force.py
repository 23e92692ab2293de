"""How we match is written from the settings in force."""

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


def test_the_version_is_said(world: World) -> None:
    world.change(agreement_version=4)
    assert "4" in page(world)


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
