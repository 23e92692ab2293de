"""How pages say days."""

from datetime import date

from tests.support.world import World


def test_a_day_half_a_year_away_is_said_with_its_year(world: World) -> None:
    """As letters say it: a Tuesday in December may be any year's."""
    world.change(next_round_on=date(2028, 12, 12))
    far = world.visitor().open("/p/councils/").text
    world.change(next_round_on=date(2026, 12, 15))
    assert (
        "Tuesday 12 December 2028" in far,
        "December 2026" in world.visitor().open("/p/councils/").text,
    ) == (
        True,
        False,
    )


def test_what_was_long_ago_is_said_with_its_year(world: World) -> None:
    people = world.join_many(2)
    world.round()
    world.clock.turn(days=400)
    organiser = world.organiser()
    pages = [
        organiser.open(f"/organise/councils/{page}").text for page in ("rounds/1", f"people/{people[0]}")
    ]
    assert ["Tuesday 1 December 2026" in text for text in pages] == [True, True]
