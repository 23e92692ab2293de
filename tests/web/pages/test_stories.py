"""The story of a round, as organisers make it and everybody reads it."""

import pytest

from tests.support.talks import make_large
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, Role, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said

HERE = "/organise/councils/rounds/1/story"
OPEN = "/p/councils/rounds/1/story"


@pytest.fixture
def talked(world: World) -> World:
    world.join_many(10)
    world.round()
    with world.write() as session:
        for group in world.groups()[:3]:
            for person in group:
                talk = conversations.conversation(session, world.group_of(person), person)
                said = Said(Answer.MET, f"Vans of {group.index(person)}.", "", Showing.WITHOUT_NAME)
                conversations.check_in(session, talk, said, now=world.now)
    return world


@pytest.fixture
def organiser(talked: World) -> Visitor:
    return talked.organiser()


def test_before_anybody_edits_it_the_program_has_made_it(organiser: Visitor) -> None:
    words = organiser.open(HERE).text
    assert "60% met, of everyone introduced (6 of 10 people)" in words


def test_what_an_organiser_writes_is_read_by_everybody_once_they_say_so(
    talked: World, organiser: Visitor
) -> None:
    organiser.open(f"{HERE}/edit").press("Save it, and count again", went="We were ten.", changes="Texts.")
    before = talked.visitor().open(OPEN).status
    organiser.open(HERE).press("Let everybody read it")
    reader = talked.visitor().open(OPEN)
    assert (before, reader.status, "We were ten." in reader.text) == (404, 200, True)


def test_what_is_taken_back_says_that_it_is_gone(talked: World, organiser: Visitor) -> None:
    organiser.open(HERE).press("Let everybody read it")
    organiser.open(HERE).press("Take it back: only organisers read it then")
    assert talked.visitor().open(OPEN).status == 410


def test_its_round_leads_to_it_once_it_is_public(talked: World, organiser: Visitor) -> None:
    reader = talked.visitor()
    before = OPEN in reader.open("/p/councils/rounds").links
    organiser.open(HERE).press("Let everybody read it")
    pages = ("/p/councils/rounds", "/p/councils/rounds/1")
    assert (before, [OPEN in reader.open(page).links for page in pages]) == (False, [True, True])


def test_words_are_saved_with_the_last_figures_while_a_large_programme_is_counted(
    talked: World, organiser: Visitor
) -> None:
    organiser.open(f"{HERE}/edit").press("Save it, and count again")
    make_large(talked)
    organiser.open(f"{HERE}/edit").press("Save it, and count again", went="We were ten.")
    words = organiser.open(HERE).text
    assert ("We were ten." in words, "6 of 10 people" in words) == (True, True)


def test_more_than_three_things_are_sent_back(organiser: Visitor, talked: World) -> None:
    page = organiser.open("/organise/councils/learning")
    while "Publish" in page.buttons:
        page.press("Publish")
        page = organiser.open("/organise/councils/learning")
    form = organiser.open(f"{HERE}/edit")
    ids = form.page.xpath("//input[@name='picked']/@value")
    form.press("Save it, and count again", picked=ids[:4])
    assert "Choose at most 3; these are 4" in " ".join(form.mistakes)


def test_a_page_that_is_old_lets_nobody_read_what_its_reader_has_not(
    organiser: Visitor, talked: World
) -> None:
    old = talked.organiser().open(HERE)
    organiser.open(f"{HERE}/edit").press("Save it, and count again", went="First.")
    answer = old.press("Let everybody read it").answer
    assert "Somebody changed it after you opened this page" in answer.text


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("2.5", "You noted 2.5 h for this round"),
        ("1,25", "You noted 1.25 h for this round"),
        ("", "You have noted nothing for this round"),
    ],
)
def test_hours_are_noted_as_people_write_them(organiser: Visitor, hours: str, said: str) -> None:
    page = organiser.open(f"{HERE}/time").press("Note them", hours=hours, organisation="Leeds City Council")
    assert said in " ".join(page.open(HERE).text.split())


@pytest.mark.parametrize("hours", ["many", "-1", "1e9", "NaN", "Infinity", "501"])
def test_hours_that_are_none_are_sent_back(organiser: Visitor, hours: str) -> None:
    page = organiser.open(f"{HERE}/time").press("Note them", hours=hours)
    assert "Enter hours" in " ".join(page.mistakes)


def test_an_organisation_that_nobody_knows_is_sent_back(organiser: Visitor) -> None:
    page = organiser.open(f"{HERE}/time").press("Note them", hours="2", organisation="Nowhere")
    assert "There is no organisation of this name" in " ".join(page.mistakes)


def test_a_draft_has_no_story(talked: World, organiser: Visitor) -> None:
    talked.draw()
    assert organiser.open("/organise/councils/rounds/2/story").status == 404


def test_a_viewer_writes_no_story(talked: World) -> None:
    assert talked.organiser("viewer@councils.example", Role.VIEWER).open(HERE).status == 403


def test_the_public_page_counts_nobody_out(world: World) -> None:
    """Two of six have met: fewer than five."""
    world.join_many(6)
    world.round()
    with world.write() as session:
        for person in world.groups()[0]:
            talk = conversations.conversation(session, world.group_of(person), person)
            conversations.check_in(session, talk, Said(Answer.MET, ""), now=world.now)
    world.organiser().open(HERE).press("Let everybody read it")
    words = world.visitor().open(OPEN).text
    assert ("– met, of everyone introduced" in words, "2 of" in words) == (True, False)
