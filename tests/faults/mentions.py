"""Ten thousand Webmentions in an hour: half of them from one host, which is somebody else's as likely as not.

A worker reads them meanwhile. One page in ten really mentions us.
"""

from collections import Counter
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

from sqlmodel import Session, func, select

from tests.faults.mistakes import mistaken
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support.gathering import FakeServers, add_source, begin_gathering
from tests.support.world import World
from web.models import GatheredPost, SourceKind, Webmention
from web.services.fetching.found_posts import FoundPost
from web.services.gathering import webmentions
from web.services.gathering.webmentions import DueMention

HERE = "http://127.0.0.1:8000"
TARGET = f"{HERE}/p/councils/"
HOUR = 3600.0
OTHERS = 60
PATIENCE = 0.5  # seconds, for all but one answer in a hundred: a machine with other work halts now and then
SETTLE = webmentions.settle


def fault(trial: Trial) -> Outcome:
    """No host has more than a hundred of its pages opened, and a person's own is opened all the same."""
    number = trial.size(300, 10_000)
    chance, said, took = Random(trial.seed), Counter[int](), list[float]()
    with world_of(trial) as world, mistaken(MISTAKES, trial.mutant):
        servers = begin_gathering(world)
        add_source(world, SourceKind.WEBMENTION)
        for one in range(number):
            source = _page(chance, one)
            if one % 10 == 0:
                _mentions(servers, source)
            began = perf_counter()
            said[_tell(world, source)] += 1
            took.append(perf_counter() - began)
            world.clock.turn(seconds=HOUR / number)
            if one % 20 == 0:
                world.worker.gather()
        _mentions(servers, "https://jo.example/vans")
        of_a_person = _tell(world, "https://jo.example/vans")
        world.worker.gather()
        kept = _kept(world)
    pages = {asked.split()[0] for asked in servers.asked if asked.endswith(f" {TARGET}")}
    opened = Counter(page.split("/")[2] for page in pages)
    wanted = len(pages & servers.mentions.keys())
    most = max(opened.values())
    answered = quantiles(took, n=100)[-1]
    return Outcome(
        f"{number:,} told: {dict(sorted(said.items()))}, 99 of 100 answered within {answered * 1000:.0f} ms; "
        f"at most {most} pages of a host opened, of {len(opened)} hosts; "
        f"{kept} of {wanted} that mention us kept; a person's own: {of_a_person}",
        f"202 or 429 within {PATIENCE:g} s; at most {webmentions.MOST_OF_A_HOST} pages of a host opened "
        "in the hour; all that mention us kept; a person's own taken",
        set(said) <= {202, 429}
        and answered < PATIENCE
        and most <= webmentions.MOST_OF_A_HOST
        and kept == wanted > 0
        and of_a_person == 202,
    )


def _settle_and_forget(session: Session, due: DueMention, *found: Any, **other: Any) -> None:
    """A host is counted by what waits alone: a quick worker opens all that it tells."""
    SETTLE(session, due, *found, **other)
    if read := session.get(Webmention, due.id):
        session.delete(read)


MISTAKES = {"counts only what waits": (webmentions, "settle", _settle_and_forget)}


def _page(chance: Random, number: int) -> str:
    host = "flood.example" if chance.random() < 0.5 else f"site-{chance.randrange(OTHERS)}.example"
    return f"https://{host}/{number}"


def _mentions(servers: FakeServers, source: str) -> None:
    servers.mentions[source] = FoundPost(source, source.split("/")[2], "Jo", "Vans", mentions=(TARGET,))


def _tell(world: World, source: str) -> int:
    told = {"source": source, "target": TARGET}
    return world.app.test_client().post("/webmention", data=told).status_code


def _kept(world: World) -> int:
    with world.read() as session:
        wanted = select(func.count()).where(GatheredPost.kind == SourceKind.WEBMENTION)
        return session.exec(wanted).one()
