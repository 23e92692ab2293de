"""Each page asks the database as often as tests/support/queries.py says."""

from tests.support.access import IN, WHO
from tests.support.knocking import CELLS, ENDS_A_SESSION, Sample, come_as, routes, sample_in
from tests.support.queries import QUERIES
from tests.support.statements import statements
from tests.support.world import World


def test_no_page_asks_more_or_less_than_is_written_down(world: World) -> None:
    sample = sample_in(world)
    sample.sign_in_the_spare()
    assert asked_by_route(sample) == QUERIES


def asked_by_route(sample: Sample) -> dict[str, int]:
    visitors = {who: come_as(sample.world, who) for who in ("owner", "participant")}
    found = {}
    for method, endpoint, rule in routes(sample.world.app):
        who = next((one for one in visitors if CELLS[endpoint][WHO.index(one)] == IN), None)
        if method != "GET" or who is None or endpoint in ENDS_A_SESSION:
            continue
        address = sample.address(endpoint, rule, with_link=True)
        with statements(sample.world.database) as asked:
            visitors[who].client.get(address).close()
        found[endpoint] = len(asked)
    return found
