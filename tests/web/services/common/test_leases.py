"""Work of one worker's that another takes over: what is looked at outside, and imports."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.world import BY, World
from web.models.gathering import Webmention
from web.models.imports import ImportKind
from web.services.common import leases
from web.services.imports import claims, files, uploads

SHEET = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\n"
AHEAD = timedelta(days=30)


def of_an_import(world: World, by: timedelta) -> bool:
    with world.write() as session:
        given = files.look("sheet.csv", SHEET)
        job = uploads.upload(
            session, world.programme(session), ImportKind.PEOPLE, given, by=BY, now=world.now
        )
        uploads.choose(session, job, job.columns, uploads.names(job.kind, given.sheet, job.columns))
    with world.write() as session:
        assert claims.claim(session, now=world.now + by)
    with world.write() as session:
        return claims.claim(session, now=world.now) is not None


def of_a_look(world: World, by: timedelta) -> bool:
    now = world.now
    with world.write() as session:
        said = {"source": "https://a.example/", "target": "https://b.example/", "host": "a.example"}
        where = world.programme(session).id
        session.add(Webmention(programme_id=where, digest="1", received_at=now, look_at=now, **said))
    with world.write() as session:
        assert leases.taken(session, session.get_one(Webmention, 1), now=now + by)
    with world.write() as session:
        return leases.taken(session, session.get_one(Webmention, 1), now=now) is not None


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("taken", [of_an_import, of_a_look])
@pytest.mark.parametrize(
    ("by", "free"), [(timedelta(), False), (timedelta(minutes=20), False), (AHEAD, True)], ids=str
)
def test_what_a_worker_took_by_a_clock_that_ran_ahead_is_free(
    world: World, taken: Callable[[World, timedelta], bool], by: timedelta, free: bool
) -> None:
    """One that runs a little ahead is another machine's."""
    assert taken(world, by) == free
