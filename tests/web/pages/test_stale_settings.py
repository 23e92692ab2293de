"""A form over what holds already takes back nothing that somebody else has changed since it was opened."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Priority, Programme
from web.services.agreements import agreements

HOME = "/organise/councils"


def programme(world: World) -> Programme:
    with world.read() as session:
        return world.programme(session)


def settings(world: World, which: str) -> tuple[Visitor, Visitor]:
    """Two tabs over the same."""
    one, other = world.organiser(), world.organiser("priya@example.org")
    return one.open(f"{HOME}/settings/{which}"), other.open(f"{HOME}/settings/{which}")


def test_how_we_match_is_not_set_back(world: World) -> None:
    one, other = settings(world, "matching")
    one.press("Change how we match", size="3", driver="Pairs cancel.")
    other.press("Change how we match", priority="cross", driver="More of others.")
    found = programme(world)
    assert (found.group_size, found.priority) == (3, Priority.CROSS)


def test_of_two_sizes_the_second_is_asked_about(world: World) -> None:
    one, other = settings(world, "matching")
    one.press("Change how we match", size="3", driver="Pairs cancel.")
    other.press("Change how we match", size="4", driver="Threes cancel.")
    assert (other.mistakes, programme(world).group_size) == (
        ["Somebody has made it “Threes” meanwhile. Save again to have it as it is here"],
        3,
    )
    other.press("Change how we match")
    assert programme(world).group_size == 4


def test_the_same_sent_twice_is_no_question(world: World) -> None:
    for tab in settings(world, "matching"):
        assert tab.press("Change how we match", size="3", driver="Pairs cancel.").mistakes == []


NESTED, OF_ANOTHER_KIND = "[" * 15_000, '{"size": {}, "priority": null}'


@pytest.mark.parametrize(
    ("seen", "status"), [("", 200), ("{", 200), ("[]", 200), (NESTED, 200), (OF_ANOTHER_KIND, 422)]
)
def test_a_form_is_taken_whatever_it_says_of_how_it_stood(world: World, seen: str, status: int) -> None:
    tab = world.organiser().open(f"{HOME}/settings/matching")
    assert tab.press("Change how we match", size="3", driver="Pairs cancel.", seen=seen).status == status


def test_days_are_not_set_back(world: World) -> None:
    one, other = settings(world, "days")
    one.press("Save these days", nudge_days="6", consent_days="9")
    other.press("Save these days", heads_up_days="3")
    found = programme(world)
    assert (found.nudge_days, found.heads_up_days, found.consent_days) == (6, 3, 9)


def test_what_we_show_is_not_set_back(world: World) -> None:
    world.change(gathers=True)
    one, other = settings(world, "showing")
    one.press("Change what we show", wall="no")
    other.press("Change what we show", gathering="no")
    found = programme(world)
    assert (found.wall_is_open, found.gathers) == (False, False)


def test_words_of_an_agreement_are_not_set_back(world: World, organiser: Visitor) -> None:
    organiser.open(f"{HOME}/agreements/new").press(
        "Change it",
        title="Who may organise",
        text="Whoever asks.",
        driver="Nobody knows.",
    )
    with world.read() as session:
        rule = agreements.every(session, world.programme(session))[-1].agreement.id
    tabs = [world.organiser().open(f"{HOME}/agreements/{rule}/change") for _ in range(2)]
    tabs[0].press("Change it", text="Whoever asks two.", driver="One is few.")
    tabs[1].press("Change it", text="Whoever asks three.", driver="Two is few.")
    with world.read() as session:
        text = agreements.every(session, world.programme(session))[-1].version.text
    assert (text, "“Whoever asks two.”" in tabs[1].mistakes[0]) == ("Whoever asks two.", True)


# Somebody's own page


def two_tabs(world: World) -> tuple[str, Visitor, Visitor]:
    amina = world.join("Amina Yusuf", phone="+447700900123", shares_phone=True)
    page = world.page_of(amina, full=True) + "/details"
    return amina, world.visitor().open(page), world.visitor().open(page)


def test_a_number_that_is_shown_no_more_stays_hidden(world: World) -> None:
    amina, one, other = two_tabs(world)
    one.press("Save my details", shares=["email"])
    other.press("Save my details", about="I run libraries.")
    found = world.person(amina)
    assert (found.shares_phone, found.about) == (False, "I run libraries.")


def test_of_two_lines_about_oneself_the_second_is_asked_about(world: World) -> None:
    amina, one, other = two_tabs(world)
    one.press("Save my details", about="I run libraries.")
    other.press("Save my details", about="I ran libraries.")
    told = "It has been made “I run libraries.” meanwhile. Save again to have it as it is here"
    assert (other.mistakes, world.person(amina).about) == ([told], "I run libraries.")
    other.press("Save my details")
    assert world.person(amina).about == "I ran libraries."


def test_of_two_wishes_what_partners_see_the_second_is_asked_about(world: World) -> None:
    amina, one, other = two_tabs(world)
    one.press("Save my details", shares=["email"])
    other.press("Save my details", shares=["phone"])
    told = "It has been made “My email address” meanwhile. Save again to have it as it is here"
    assert (other.mistakes, world.person(amina).shares_phone) == ([told], False)


def test_a_name_that_an_organiser_has_put_right_stays_so(world: World) -> None:
    amina, one, _ = two_tabs(world)
    page = world.organiser().open(f"{HOME}/people/{amina}/name")
    page.press("Save these details", name="Amina Yusuf-Khan")
    one.press("Save my details", about="I run libraries.")
    assert world.person(amina).name == "Amina Yusuf-Khan"


def test_what_stood_in_a_form_is_not_shown_as_what_somebody_wrote(world: World) -> None:
    _, page, _ = two_tabs(world)
    values = {**dict(page.page.forms[0].form_values()), "csrf_token": "old", "about": "I run libraries."}
    page.post(page.path, values, headers={"Sec-Fetch-Site": "same-origin"})
    written = page.page.xpath("string(//textarea[@readonly])")
    assert ("I run libraries." in written, "known_as" in written) == (True, False)


def test_an_organiser_puts_no_name_back_that_somebody_has_changed(world: World) -> None:
    amina, one, _ = two_tabs(world)
    page = world.organiser().open(f"{HOME}/people/{amina}/name")
    one.press("Save my details", name="Amina Khan")
    page.press("Save these details", known_as="Mina")
    found = world.person(amina)
    assert (found.name, found.known_as) == ("Amina Khan", "Mina")
