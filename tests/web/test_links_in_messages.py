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


def test_messages_of_every_kind_are_sent_and_nearly_all_carry_links(told: World) -> None:
    kinds, links = {message.kind for message in told.inbox()}, links_in_messages(told)
    # An alert goes to whoever runs the service, and proposals are not sent yet.
    assert kinds == set(BY_KIND) - {"alert", "proposal"}
    # A code is typed in.
    assert kinds - set().union(*links.values()) == {"phone_code", "erased", "address_changed"}


def test_of_each_kind_and_door_one_link_at_least_is_still_good(told: World) -> None:
    client, links = told.visitor().client, links_in_messages(told)
    good, every = set(), set()
    for link in one_of_each(links):
        leads = {(kind, path_of(link).split("/")[1]) for kind in links[link]}
        every |= leads
        if client.get(path_of(link), follow_redirects=True).status_code == 200:
            good |= leads
    doors = {"me", "confirm", "next-round", "conversation", "checkin", "unsubscribe", "organise", "m", "p"}
    assert ({door for _, door in every}, every - good) == (doors, set())
