"""A post is found, offered to its author and to nobody else, and shown once an organiser has looked."""

import pytest
from sqlmodel import select

from tests.support.gathering import (
    HANDLE,
    URL,
    FakeServers,
    a_post,
    begin_gathering,
    find,
    first_post,
    queued,
)
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, Person, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.fetching.card import Card, Kind
from web.services.fetching.errors import Gone

POSTS = "/organise/councils/learning/posts"
LEARNING = "/organise/councils/learning"
WALL = "/p/councils/learning"
CARD = Card(Kind.POST, "", "Jo Bloggs", "Vans, not vents.")


@pytest.fixture
def servers(world: World) -> FakeServers:
    servers = begin_gathering(world)
    servers.pages[URL] = CARD
    return servers


@pytest.fixture
def organiser(world: World, servers: FakeServers) -> Visitor:
    return world.organiser("owner@councils.example")


def called(world: World, name: str) -> str:
    with world.read() as session:
        return next(one.id for one in session.exec(select(Person)) if one.name.startswith(name))


def page_of(world: World, name: str) -> str:
    return world.page_of(called(world, name), full=True)


def posts_as(world: World, name: str = "Amina", handle: str = HANDLE) -> Visitor:
    """They say where they post."""
    page = page_of(world, name)
    visitor = world.visitor().open(f"{page}/handles")
    visitor.press("Add it", kind="mastodon", name=f"@{handle}", agreed="y")
    return visitor.open(page)


def offer(visitor: Visitor) -> Visitor:
    return visitor.open(visitor.link("Vans, not vents."))


def claim(world: World, name: str = "Amina", showing: str = "without name") -> None:
    offer(posts_as(world, name)).press("Yes, it is mine", showing=showing)
    world.worker.look_at_links()


def paste(world: World, name: str) -> None:
    person = called(world, name)
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.check_in(session, talk, Said(Answer.MET, "", URL, Showing.WITH_NAME), now=world.now)
    world.worker.look_at_links()


def publish(organiser: Visitor) -> Visitor:
    return organiser.open(LEARNING).press("Publish")


def wall(world: World) -> str:
    return world.visitor().open(WALL).text


def test_what_was_found_is_read_by_organisers(world: World, organiser: Visitor, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    assert "Vans, not vents." in organiser.open(POSTS).text


def test_a_strangers_post_is_offered_to_nobody(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    assert "of yours?" not in posts_as(world, handle="jo@other.example").text


def test_a_post_is_offered_to_whoever_gave_its_handle(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    assert "A post of yours?" in posts_as(world).text


def test_a_no_is_not_asked_again(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    visitor = posts_as(world)
    offer(visitor).press("No, leave it out")
    assert "of yours?" not in visitor.open(page_of(world, "Amina")).text


def test_a_claimed_post_waits_to_be_looked_at(world: World, organiser: Visitor, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    claim(world)
    assert "Its author gave it as theirs" in organiser.open(LEARNING).text


def test_nothing_claimed_is_on_the_wall_before_that(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    claim(world)
    assert URL not in wall(world)


def test_a_published_post_is_shown_with_its_own_author(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    publish(organiser)
    assert "Jo Bloggs · example.social" in wall(world)


def test_it_names_its_author_here_only_if_they_ticked_that(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    publish(organiser)
    assert "Amina" not in wall(world)


def test_what_is_deleted_there_goes_from_the_wall(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    publish(organiser)
    servers.pages[URL] = Gone("404")
    for days in (8, 1):
        world.clock.turn(days=days)
        world.worker.look_at_links()
    world.worker.sweep()
    assert URL not in wall(world)


def test_what_is_shown_by_its_link_alone_goes_when_it_is_deleted_too(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    organiser.open(LEARNING).press("Publish", **{"l1-without_preview": "y"})
    servers.pages[URL] = Gone("404")
    for days in (8, 1):
        world.clock.turn(days=days)
        world.worker.look_at_links()
    world.worker.sweep()
    assert URL not in wall(world)


def test_a_post_that_was_missing_is_not_published(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    servers.pages[URL] = Gone("404")
    claim(world)
    assert "not seen that post lately" in publish(organiser).text


def test_a_pasted_link_is_shown_beside_the_posts_own_handle(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    paste(world, "Tom")
    assert "has not told us that handle" in organiser.open(LEARNING).text


def test_two_who_claim_a_post_are_neither_its_author(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    paste(world, "Tom")
    assert "neither’s" in publish(organiser).text


def test_a_second_claim_takes_a_post_off_the_wall(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    publish(organiser)
    paste(world, "Tom")
    world.worker.sweep()
    assert URL not in wall(world)


def test_whoever_is_erased_takes_their_posts_along(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    claim(world)
    publish(organiser)
    world.erase(called(world, "Amina"))
    assert (first_post(world), URL in wall(world)) == (None, False)


def test_what_nobody_claimed_of_whoever_is_erased_goes_too(world: World, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    posts_as(world)
    world.erase(called(world, "Amina"))
    assert queued(world) == []


def test_an_organiser_gets_a_sentence_to_paste(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    assert "/p/councils/my-page" in organiser.open(f"{POSTS}/1/ask").text


def test_that_its_author_was_asked_is_noted(world: World, organiser: Visitor, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    assert "You asked its author" in organiser.open(f"{POSTS}/1/ask").press("I have asked").text


def test_a_dropped_post_leaves_the_queue(world: World, organiser: Visitor, servers: FakeServers) -> None:
    find(world, servers, a_post(world))
    organiser.open(POSTS).press("Drop it Jo Bloggs")
    assert queued(world) == []


def test_an_owner_erases_what_was_gathered_of_a_handle(
    world: World, organiser: Visitor, servers: FakeServers
) -> None:
    find(world, servers, a_post(world))
    assert "1 post erased" in organiser.open(f"{POSTS}/erase").press("Erase it", what=f"@{HANDLE}").text


def test_a_server_is_named_on_a_form(world: World, organiser: Visitor) -> None:
    form = organiser.open(f"{POSTS}/sources")
    page = form.press("Look there", kind="mastodon", server="other.example", hashtag="#vans")
    assert "#vans on other.example" in page.text


def test_what_is_no_server_is_said_beside_its_field(world: World, organiser: Visitor) -> None:
    form = organiser.open(f"{POSTS}/sources")
    page = form.press("Look there", kind="mastodon", server="other", hashtag="vans")
    assert "Enter the name of a server" in page.text


def test_a_place_is_taken_away(world: World, organiser: Visitor) -> None:
    assert "Nowhere yet" in organiser.open(POSTS).press("Look there no more example.social").text


@pytest.mark.parametrize(
    ("kind", "name", "kept"),
    [
        ("mastodon", "https://Example.social/@Jo", HANDLE),
        ("bluesky", "https://bsky.app/profile/jo.bsky.social", "jo.bsky.social"),
        ("site", "https://www.jo.example/", "jo.example"),
        ("feed", "jo.example/feed.xml", "https://jo.example/feed.xml"),
    ],
)
def test_a_handle_is_understood_as_people_write_it(
    world: World, servers: FakeServers, kind: str, name: str, kept: str
) -> None:
    visitor = world.visitor().open(f"{page_of(world, 'Amina')}/handles")
    assert kept in visitor.press("Add it", kind=kind, name=name, agreed="y").text


@pytest.mark.parametrize(
    ("kind", "name"), [("mastodon", "@jo"), ("bluesky", "jo"), ("site", "jo"), ("feed", "jo feed")]
)
def test_what_is_no_handle_is_said(world: World, servers: FakeServers, kind: str, name: str) -> None:
    visitor = world.visitor().open(f"{page_of(world, 'Amina')}/handles")
    assert "look at this again" in visitor.press("Add it", kind=kind, name=name, agreed="y").text


def test_gathering_is_agreed_like_the_wall(world: World, organiser: Visitor) -> None:
    page = organiser.open("/organise/councils/settings/showing")
    page.press("Change what we show", wall="yes", gathering="no", driver="Too much.")
    with world.read() as session:
        assert not world.programme(session).gathers
