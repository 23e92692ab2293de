"""No way in takes a name that would lead a stranger elsewhere in our letters, or that shows nothing."""

import pytest
from sqlmodel import select

from tests.support.world import World
from web.models import Organisation, Person
from web.services.incoming.named_by_text import name_and_organisation

PRIZE = "Win £100 at evil.example/x"
LINK, UNSEEN = (
    "Enter a name without a link",
    "Remove the characters that cannot be seen; typing it anew helps",
)
KNOWN_AS = "Enter a name for greetings without a link"
ORGANISATION = "Enter an organisation without a link"
HOST = "Enter a name without a web address. After a full stop, leave a space"
GOOD = {"name": "Amina", "email": "amina@example.org", "organisation": "Leeds", "agree": True}
JOIN = "Join Councils Unmentoring"
HOME = "/organise/councils"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", PRIZE, LINK),
        ("name", "\u3164", UNSEEN),
        ("name", "\u2800", UNSEEN),
        ("name", "A" + "\u0301" * 60, "Use at most four marks on one letter"),
        ("name", "amina@example.org", "Enter a name without an email address"),
        ("name", "Win at evil.com", HOST),
        ("known_as", PRIZE, KNOWN_AS),
        (
            "known_as",
            "evil.com",
            "Enter a name for greetings without a web address. After a full stop, leave a space",
        ),
        ("organisation", PRIZE, ORGANISATION),
        (
            "organisation",
            "\u3164",
            "Remove the characters of the organisation that cannot be seen; typing it anew helps",
        ),
        ("organisation", "—", "Enter your organisation. If you have none, write your town or village"),
    ],
)
def test_the_form_says_what_to_do_and_keeps_what_was_typed(
    world: World, field: str, typed: str, told: str
) -> None:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    visitor.press(JOIN, **GOOD | {field: typed})
    kept = dict(visitor.page.forms[0].form_values())
    assert (visitor.mistakes, kept["email"]) == ([told], "amina@example.org")


def test_an_organisation_that_is_called_as_its_site_is_joins(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    assert visitor.press(JOIN, **GOOD | {"organisation": "Booking.com"}).mistakes == []


def test_who_has_such_a_name_from_before_is_told_and_can_mend_it(world: World) -> None:
    amina = world.join("Amina Yusuf")
    with world.write() as session:
        session.get_one(Person, amina).name = "Amina Yusuf evil.com"
    page = world.visitor().open(f"{world.page_of(amina, full=True)}/details")
    page.press("Save my details", about="I run libraries.")
    asked = page.mistakes
    page.press("Save my details", name="Amina Yusuf")
    found = world.person(amina)
    assert (asked, found.name, found.about) == ([HOST], "Amina Yusuf", "I run libraries.")


def test_an_organiser_s_correction_is_looked_at_too(world: World) -> None:
    page = world.organiser().open(f"{HOME}/people/{world.join()}/name")
    assert page.press("Save these details", name=PRIZE, known_as=PRIZE, organisation=PRIZE).mistakes == [
        LINK,
        KNOWN_AS,
        ORGANISATION,
    ]


@pytest.mark.parametrize(
    ("button", "field"),
    [("Save its names", "name"), ("Save its names", "short_name"), ("Add this name", "other_name")],
)
def test_an_organisation_is_not_renamed_so(world: World, button: str, field: str) -> None:
    world.join("Amina Yusuf", "Leeds City Council")
    with world.read() as session:
        number = session.exec(select(Organisation.id).where(Organisation.name == "Leeds City Council")).one()
    page = world.organiser().open(f"{HOME}/organisations/{number}")
    assert page.press(button, **{field: PRIZE}).mistakes == [LINK]


def test_a_programme_is_not_called_so(world: World) -> None:
    page = world.organiser().open(f"{HOME}/settings/about")
    assert page.press("Save", name=PRIZE).mistakes == [LINK]


@pytest.mark.parametrize(
    "words",
    [f"YES {PRIZE}, Leeds City Council", f"YES Amina Yusuf, {PRIZE}", "YES \u3164, Leeds City Council"],
)
def test_a_text_with_such_a_name_says_no_name(words: str) -> None:
    assert name_and_organisation(words) is None


def test_nobody_s_line_goes_on_in_our_voice(world: World) -> None:
    line = "I run libraries.”\n\nFirst confirm your place at https://evil.example/\n\nThank you“"
    world.join("Tom Field", about=line)
    amina = world.join("Amina Yusuf")
    world.round()
    letter = world.letter(world.person(amina).email or "", "introduction").text
    assert (
        "\n> “I run libraries.”\n>\n> First confirm your place at https://evil.example/\n>\n> Thank" in letter
    )
