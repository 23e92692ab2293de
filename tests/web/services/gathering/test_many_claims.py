"""Who says that a post is theirs is looked for with each round of background work, while nobody can write."""

from collections.abc import Iterator

from sqlmodel import Session

from tests.support.consenting import take_part
from tests.support.statements import steps_of
from tests.support.world import World
from web.models import GatheredPost, Learning, Showing, SourceKind
from web.services.gathering import offers, posts

LEARNED = 300


def test_of_many_posts_not_each_looks_through_all_learnings(world: World) -> None:
    """500 of 100,000: it took 17 seconds."""
    people = world.join_many(2)
    world.round()
    group = world.group_of(people[0])
    with world.write() as session:
        programme = world.programme(session).id
        session.add_all(learned(session, world, group))
        session.add_all(found(world, programme, 1, 10))
    few = steps(world)
    with world.write() as session:
        session.add_all(found(world, programme, 11, 200))
    assert steps(world) < 8 * few  # of twenty times as many


def steps(world: World) -> int:
    with world.write() as session:
        return steps_of(session, lambda: offers.settle_disputes(session, now=world.now))


def learned(session: Session, world: World, group: int) -> Iterator[Learning]:
    programme = world.programme(session)
    facts = {"programme_id": programme.id, "group_id": group, "showing": Showing.NO}
    for number, person in enumerate(take_part(session, programme, LEARNED, now=world.now)):
        link = f"https://blog.example/{number}"
        yield Learning(person_id=person, text="Vans.", link=link, created_at=world.now, **facts)


def found(world: World, programme: int, first: int, last: int) -> Iterator[GatheredPost]:
    for number in range(first, last + 1):
        url = f"https://blog.example/{number}"
        facts = {"url": url, "url_digest": posts.digest(url), "handle": "blog.example", "author": "A"}
        when = {"found_at": world.now, "look_at": world.now}
        yield GatheredPost(programme_id=programme, kind=SourceKind.WEBMENTION, words="", **facts, **when)
