"""A link is looked at each week, and nothing that its page says is shown before an organiser has read it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.support.world import BY, World
from web.models import Answer, Learning, LinkPreview, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.fetching.card import Card, Kind
from web.services.fetching.errors import FetchError, Gone, Refused, Trouble
from web.services.learning import learnings, previews

LINK = "https://jo.example.org/vans"
CARD = Card(Kind.PAGE, "Sharing a van", "Jo Bloggs", "What Kirklees does.", date(2026, 11, 30))
OTHER = Card(title="Buy pills")
WEEK, DAY = timedelta(days=7), timedelta(days=1)


class Site:
    """Answers with what it was last told."""

    def __init__(self, answer: Card | FetchError = CARD) -> None:
        self.answer, self.asked = answer, []

    def __call__(self, link: str) -> Card:
        self.asked.append(link)
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer


@pytest.fixture
def site(world: World) -> Site:
    site = Site()
    world.worker.look = site
    return site


@pytest.fixture
def amina(world: World) -> str:
    amina = world.join("Amina Smith", "Leeds City Council")
    world.join("Tom Field", "Kirklees Council")
    world.round()
    return amina


def say(world: World, person: str, link: str = LINK, showing: Showing = Showing.WITH_NAME) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.check_in(session, talk, Said(Answer.MET, "Vans.", link, showing), now=world.now)


def publish(world: World, *, page_says: str | None = "", with_link: bool = True) -> None:
    with world.write() as session:
        found = session.get_one(Learning, 1)
        if page_says == "":
            page_says = behind(world).mark
        learnings.publish(
            session, found, text=found.text, version=found.version, by=BY, now=world.now,
            page_says=page_says, with_link=with_link,
        )  # fmt: skip


def behind(world: World) -> previews.Behind:
    with world.read() as session:
        return previews.behind(session, [session.get_one(Learning, 1)]).get(1, previews.NOTHING)


def look(world: World) -> previews.Behind:
    world.worker.look_at_links()
    return behind(world)


def wall(world: World) -> str:
    return world.visitor().open("/p/councils/learning").text


def test_what_a_link_leads_to_is_seen(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    assert look(world).seen == CARD


def test_it_is_shown_once_an_organiser_has_read_it(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world)
    text, facts = wall(world), "Jo Bloggs · jo.example.org · 30 November 2026"
    assert ("Sharing a van What Kirklees does." in text, facts in text) == (True, True)


def test_what_came_after_publishing_is_not_shown(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    publish(world)
    look(world)
    assert ("Sharing" in wall(world), behind(world).waits) == (False, True)


def test_an_organiser_may_leave_it_out(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world, page_says=None)
    assert ("Sharing" in wall(world), behind(world).waits) == (False, False)


def test_what_is_left_out_is_not_looked_at_again(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world, page_says=None)
    world.clock.turn(days=30)
    look(world)
    assert len(site.asked) == 1


def test_another_page_than_was_read_is_not_let_out(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    mark = look(world).mark
    site.answer = OTHER
    world.clock.turn(days=8)
    look(world)
    publish(world, page_says=mark)
    assert behind(world).shown == Card()


def test_a_page_that_changes_is_shown_as_it_was(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world)
    site.answer = OTHER
    world.clock.turn(days=8)
    look(world)
    text = wall(world)
    assert ("Sharing a van" in text, "changed since" in text, "pills" in text) == (True, True, False)


def test_a_week_passes_between_two_looks(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    for days in (6, 1, 6, 1):
        look(world)
        world.clock.turn(days=days)
    look(world)
    assert len(site.asked) == 3


def test_what_is_missing_twice_a_day_apart_is_gone(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world)
    site.answer = Gone("404")
    found = []
    for days in (7, 1):
        world.clock.turn(days=days)
        look(world)
        found.append("Sharing a van" in wall(world))
    assert (found, "Vans." in wall(world)) == ([True, False], True)


@pytest.mark.parametrize("why", [Refused("its site answers 403"), Trouble("429"), Trouble("TimeoutError")])
def test_what_is_kept_from_us_is_not_gone(world: World, amina: str, site: Site, why: FetchError) -> None:
    say(world, amina)
    look(world)
    publish(world)
    site.answer = why
    for _ in range(4):
        world.clock.turn(days=8)
        look(world)
    assert "Sharing a van" in wall(world)


def test_a_site_in_trouble_is_asked_less_and_less(world: World, amina: str, site: Site) -> None:
    site.answer = Trouble("503")
    say(world, amina)
    for _ in range(24 * 60 // 5):
        look(world)
        world.clock.turn(minutes=5)
    assert len(site.asked) == 5


def test_why_nothing_is_known_is_kept(world: World, amina: str, site: Site) -> None:
    site.answer = Refused("its site asks programs not to read it")
    say(world, amina)
    assert look(world).why == "its site asks programs not to read it"


def test_what_stays_between_us_is_not_looked_at(world: World, amina: str, site: Site) -> None:
    say(world, amina, showing=Showing.NO)
    look(world)
    assert site.asked == []


def test_another_link_is_looked_at_anew(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    say(world, amina, "https://jo.example.org/lorries")
    assert (look(world).seen, len(site.asked)) == (CARD, 2)


def test_nothing_of_the_old_link_is_shown_with_a_new_one(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world)
    say(world, amina, "https://jo.example.org/lorries")
    publish(world)
    assert "Sharing a van" not in wall(world)


def test_the_post_has_no_author_where_none_is_to_be_named(world: World, amina: str, site: Site) -> None:
    say(world, amina, showing=Showing.WITHOUT_NAME)
    look(world)
    publish(world)
    assert ("Sharing a van" in wall(world), "Jo Bloggs" in wall(world)) == (True, False)


def test_an_organiser_is_told_that_the_page_names_who_wrote_it(world: World, amina: str, site: Site) -> None:
    say(world, amina, showing=Showing.WITHOUT_NAME)
    look(world)
    page = world.organiser().open("/organise/councils/learning")
    assert "says who wrote it: Jo Bloggs" in page.text


def test_links_are_not_looked_at_where_that_is_off(world: World, amina: str, site: Site) -> None:
    world.worker.settings = world.worker.settings.model_copy(update={"fetch_links": False})
    say(world, amina)
    look(world)
    assert site.asked == []


def test_a_link_that_is_taken_away_leaves_nothing(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world, with_link=False)
    world.worker.sweep()
    with world.read() as session:
        assert session.get(LinkPreview, 1) is None


def test_erasing_somebody_erases_what_their_link_said(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    world.erase(amina)
    with world.read() as session:
        assert session.get(LinkPreview, 1) is None


@pytest.mark.usefixtures("both_databases")
class TestClaims:
    def test_one_worker_has_a_link(self, world: World, amina: str) -> None:
        say(world, amina)
        assert [self.claim(world) for _ in range(2)] == [previews.Due(1, LINK), None]

    def test_another_has_it_when_the_first_has_died(self, world: World, amina: str) -> None:
        say(world, amina)
        self.claim(world)
        world.clock.turn(minutes=3)
        assert self.claim(world) == previews.Due(1, LINK)

    def test_what_was_found_of_a_link_that_has_changed_is_thrown_away(self, world: World, amina: str) -> None:
        say(world, amina)
        due = self.claim(world)
        say(world, amina, "https://jo.example.org/lorries")
        self.claim(world)
        with world.write() as session:
            previews.settle(session, due, CARD, now=world.now)
        assert behind(world).seen == Card()

    def test_what_was_found_for_somebody_erased_is_thrown_away(self, world: World, amina: str) -> None:
        say(world, amina)
        due = self.claim(world)
        world.erase(amina)
        with world.write() as session:
            previews.settle(session, due, CARD, now=world.now)
            assert session.get(LinkPreview, 1) is None

    @staticmethod
    def claim(world: World) -> previews.Due | None:
        with world.write() as session:
            return previews.claim(session, now=world.now)


@pytest.mark.parametrize("make", [Trouble, Gone, Refused])
def test_nothing_a_site_does_stops_the_worker(
    world: World, amina: str, site: Site, make: Callable[[str], FetchError]
) -> None:
    site.answer = make("x" * 5_000)
    say(world, amina)
    assert len(look(world).why) <= 200


def test_what_is_left_out_stays_out_when_it_is_published_again(world: World, amina: str, site: Site) -> None:
    say(world, amina)
    look(world)
    publish(world, page_says=None)
    organiser = world.organiser().open("/organise/councils/learning")
    organiser.press("Take it off the page Vans.")
    say(world, amina, showing=Showing.WITHOUT_NAME)
    organiser.open("/organise/councils/learning").press("Publish")
    assert ("Vans." in wall(world), "Sharing" in wall(world), behind(world).dropped) == (True, False, True)
