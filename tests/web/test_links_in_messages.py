"""Mail programs and their scanners open every link they see, many times: not one row of ours changes.

`python -m tests.benchmarks.links` does the same ten thousand times.
"""

from itertools import product

import pytest

from notifications.messages import BY_KIND
from tests.support import every_message
from tests.support.every_message import links_in_messages, one_of_each
from tests.support.visitor import path_of
from tests.support.world import World

TIMES = 3


@pytest.fixture
def told(world: World) -> World:
    every_message.fill(world)
    return world


@pytest.mark.usefixtures("both_databases")
def test_fetching_every_link_in_every_message_again_and_again_changes_no_row(told: World) -> None:
    client, before = told.visitor().client, told.dump()
    links = one_of_each(links_in_messages(told))
    answers = {
        client.open(path_of(link), method=method, follow_redirects=True).status_code
        for link, method, _ in product(links, ("GET", "HEAD"), range(TIMES))
    }
    # 410: what is too old by then.
    assert (told.dump() == before, answers) == (True, {200, 410})


def test_they_are_of_every_kind_and_lead_to_nearly_every_door(told: World) -> None:
    kinds, links = {message.kind for message in told.inbox()}, links_in_messages(told)
    # A code is typed in, an alert goes to whoever runs the service, and proposals are not sent yet.
    assert kinds == set(BY_KIND) - {"phone_code", "alert", "proposal"}
    assert kinds - set().union(*links.values()) == {"erased", "address_changed"}
    client, paths = told.visitor().client, [path_of(link) for link in one_of_each(links)]
    doors = {
        path.split("/")[1] for path in paths if client.get(path, follow_redirects=True).status_code == 200
    }
    assert doors >= {"me", "confirm", "conversation", "checkin", "unsubscribe", "organise", "m", "p"}
