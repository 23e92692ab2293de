"""The wall as an Atom feed that readers can read."""

from datetime import date

import pytest
from lxml import etree
from sqlmodel import select

from tests.support.world import BY, World
from web.models import Answer, Learning, LearningPage, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.fetching.card import Card, Kind
from web.services.learning import learnings, previews

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def told(world: World) -> World:
    people = [world.join(f"{name} Smith", "Leeds & Co") for name in ("Amina", "Tom")]
    world.round()
    with world.write() as session:
        for place, person in enumerate(people, start=1):
            talk = conversations.conversation(session, world.group_of(person), person)
            said = Said(Answer.MET, f"<b>Lesson {place}</b> & more", showing=Showing.WITH_NAME)
            conversations.check_in(session, talk, said, now=world.now)
            learning = session.get_one(Learning, place)
            learnings.publish(session, learning, text=learning.text, version=1, by=BY, now=world.now)
        world.clock.turn(minutes=1)
    return world


def feed(world: World) -> etree._Element:
    answer = world.app.test_client().get("/p/councils/learning.atom")
    assert answer.mimetype == "application/atom+xml"
    return etree.fromstring(answer.data)


def test_each_entry_has_what_atom_asks_for(told: World) -> None:
    entries = feed(told).findall("a:entry", ATOM)
    needed = ("id", "title", "updated")
    assert [all(entry.find(f"a:{name}", ATOM) is not None for name in needed) for entry in entries] == [
        True
    ] * 2


def test_the_feed_itself_has_what_atom_asks_for(told: World) -> None:
    whole = feed(told)
    needed = ("id", "title", "updated", "author")
    links = {link.get("rel", "alternate") for link in whole.findall("a:link", ATOM)}
    assert ([whole.find(f"a:{name}", ATOM) is not None for name in needed], links >= {"self"}) == (
        [True] * 4,
        True,
    )


def test_the_newest_entry_stands_first(told: World) -> None:
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in feed(told).findall("a:entry", ATOM)]
    assert titles == ["<b>Lesson 2</b> & more", "<b>Lesson 1</b> & more"]


def test_words_are_words_and_not_markup(told: World) -> None:
    content = feed(told).find("a:entry/a:content", ATOM)
    assert (content.get("type") in (None, "text"), content.text) == (True, "<b>Lesson 2</b> & more")


def test_an_entry_keeps_its_id(told: World) -> None:
    ids = [[e.text for e in feed(told).findall("a:entry/a:id", ATOM)] for _ in range(2)]
    assert (ids[0] == ids[1], len(set(ids[0]))) == (True, 2)


def test_a_wall_with_nothing_on_it_is_a_feed_too(world: World) -> None:
    assert feed(world).findall("a:entry", ATOM) == []


def test_an_entry_leads_to_its_own_page(told: World) -> None:
    with told.read() as session:
        key = session.scalars(select(LearningPage.key).where(LearningPage.learning_id == 2)).one()
    link = feed(told).find("a:entry/a:link", ATOM)
    assert link.get("href") == f"http://127.0.0.1:8000/p/councils/learning/{key}"


def test_what_was_posted_is_in_it_as_on_the_wall(world: World) -> None:
    amina, _ = world.join("Amina Smith", "Leeds"), world.join("Tom Field", "Kirklees")
    world.round()
    post = Card(Kind.PAGE, "Sharing a van", "Jo Bloggs", "What Kirklees does.", date(2026, 11, 30))
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(amina), amina)
        said = Said(Answer.MET, "Vans.", "https://jo.example.org/vans", Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
        due = previews.claim(session, now=world.now)
        previews.settle(session, due, post, now=world.now)
        learning = session.get_one(Learning, 1)
        mark = previews.behind(session, [learning])[1].mark
        learnings.publish(session, learning, text="Vans.", version=1, by=BY, now=world.now, page_says=mark)
    assert feed(world).findtext("a:entry/a:content", namespaces=ATOM).splitlines() == [
        "Vans.",
        "Sharing a van, Jo Bloggs, jo.example.org, 30 November 2026",
        "What Kirklees does.",
        "https://jo.example.org/vans",
    ]
