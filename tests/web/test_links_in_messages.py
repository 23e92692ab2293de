"""Mail programs and their scanners open every link they see, many times: not one row of ours changes.

`python -m tests.benchmarks.links` does the same ten thousand times.
"""

from itertools import product

import pytest

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


def test_the_messages_looked_at_are_of_nearly_every_kind(told: World) -> None:
    kinds = {message.kind for message in told.inbox()}
    assert {
        "confirm", "already_in", "welcome", "my_link", "sign_in", "new_address", "join_by_text",
        "introduction", "check_in", "thanks", "left", "reported",
    } <= kinds  # fmt: skip


def test_the_links_looked_at_lead_to_nearly_every_door(told: World) -> None:
    client = told.visitor().client
    links = one_of_each(links_in_messages(told))
    open_ = [link for link in links if client.get(path_of(link), follow_redirects=True).status_code == 200]
    doors = {path_of(link).split("/")[1] for link in open_}
    assert {"me", "confirm", "conversation", "checkin", "unsubscribe", "organise", "m", "p"} <= doors


def test_every_kind_that_says_where_to_go_carries_a_link(told: World) -> None:
    silent = {"phone_code", "erased", "address_changed", "my_link"}
    carrying = set().union(*links_in_messages(told).values())
    assert {message.kind for message in told.inbox()} - silent <= carrying
