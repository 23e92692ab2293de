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
    # 200: an old link says no more than that it is too old, and there is a fresh one of each.
    assert (told.dump() == before, answers) == (True, {200})


def test_messages_of_every_kind_are_sent_and_their_links_lead_to_every_door(told: World) -> None:
    kinds, links = {message.kind for message in told.inbox()}, links_in_messages(told)
    # An alert goes to whoever runs the service.
    assert kinds == set(BY_KIND) - {"alert"}
    # A code is typed in.
    assert kinds - set().union(*links.values()) == {"phone_code", "erased", "address_changed"}
    assert {path_of(link).split("/")[1] for link in links} == {
        "me", "confirm", "next-round", "conversation", "checkin", "unsubscribe", "organise", "m", "p",
        "complaint", "proposal", "panel", "review", "start",
    }  # fmt: skip
