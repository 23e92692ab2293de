"""How many open forms a network may send, and what counts as one network."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from lxml import html

from tests.support.live import free_port
from tests.support.redis_server import RedisServer, a_redis
from tests.support.visitor import Visitor
from tests.support.world import World
from web.app import create_app
from web.commands.serving import listen
from web.http.context import KEY
from web.http.limits import UNKNOWN, network
from web.settings import Settings

Serve = Callable[..., Flask]


@pytest.fixture
def limited(world: World, settings: Settings) -> Iterator[Serve]:
    """Makes the application with its limits on; its databases are closed when the test is over."""
    made: list[Flask] = []

    def serve(**other: Any) -> Flask:
        made.append(create_app(Settings(**settings.model_dump() | other), clock=world.clock))
        return made[-1]

    yield serve
    for app in made:
        app.extensions[KEY].database.dispose()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with a_redis(tmp_path) as server:
        yield server


def next_hour() -> datetime:
    """The full hour: hours are counted from it. Ahead, as no form is taken that was made in days to come."""
    return (datetime.now(UTC) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)


class Sender:
    """Somebody who sends one form over and over."""

    def __init__(self, app: Flask) -> None:
        self.visitor = Visitor(app)
        self.form = {"address": "amina@example.org", "csrf_token": self.visitor.token("/my-page")}

    def send(self, from_: str = "203.0.113.7", **headers: str) -> int:
        how = {"environ_base": {"REMOTE_ADDR": from_}, "headers": headers, "follow_redirects": False}
        return self.visitor.post("/my-page", self.form, **how).status_code


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8:1:2::7]:4711", "2001:db8:1:2::"),
        ("", UNKNOWN),
        ("unknown", UNKNOWN),
        ("999.1.1.1", UNKNOWN),
    ],
)
def test_a_network_is(world: World, address: str, counted: str) -> None:
    with world.app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert network() == counted


def test_a_network_may_send_so_many_forms_and_no_more(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=5))
    assert [sender.send() for _ in range(6)] == [303] * 5 + [429]


def test_one_network_does_not_use_up_what_another_may_send(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=2))
    assert [sender.send("203.0.113.7") for _ in range(3)] == [303, 303, 429]
    assert sender.send("203.0.113.8") == 303


def test_whoever_changes_address_within_their_ipv6_line_stays_one_network(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=5))
    answers = [sender.send(f"2001:db8:1:2::{number:x}") for number in range(1, 7)]
    assert answers == [303] * 5 + [429]


def test_the_hour_counts_as_well_as_the_minute(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=5, network_forms_per_hour=8))
    with time_machine.travel(next_hour(), tick=False) as time:
        first = [sender.send() for _ in range(5)]
        time.shift(timedelta(minutes=1))
        assert (first, [sender.send() for _ in range(4)]) == ([303] * 5, [303] * 3 + [429])


def test_who_has_sent_too_many_reads_when_to_try_again(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_hour=5))
    with time_machine.travel(next_hour(), tick=False) as time:
        for _ in range(5):
            sender.send()
        time.shift(timedelta(minutes=20))
        sender.send()
    assert "Try again in 40 minutes" in sender.visitor.text


def test_two_hundred_people_of_one_council_join_within_an_hour(world: World, limited: Serve) -> None:
    visitor = Visitor(limited()).open("/p/councils/join")
    form = dict(visitor.page.forms[-1].form_values())
    world.clock.turn(seconds=10)
    with time_machine.travel(next_hour(), tick=False) as time:
        answers = []
        for number in range(200):
            time.shift(timedelta(seconds=15))
            person = {
                "name": "Amina",
                "email": f"p{number}@example.org",
                "organisation": "Leeds",
                "agree": "y",
            }
            answers.append(
                visitor.post("/p/councils/join", form | person, follow_redirects=False).status_code
            )
    assert (answers, len(world.dump()["request"])) == ([303] * 200, 200)


# Behind a proxy


def test_behind_a_proxy_the_visitor_is_counted_and_not_the_proxy(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=2, proxy_hops=1))
    answers = [sender.send("10.0.0.1", **{"X-Forwarded-For": f"203.0.113.{one}"}) for one in range(4)]
    assert answers == [303] * 4


def test_what_a_visitor_makes_up_before_the_proxy_changes_nothing(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=2, proxy_hops=1))
    made_up = [f"198.51.100.{one}, 203.0.113.7" for one in range(3)]
    answers = [sender.send("10.0.0.1", **{"X-Forwarded-For": each}) for each in made_up]
    assert answers == [303, 303, 429]


def test_without_a_proxy_of_ours_nobody_says_who_they_are(limited: Serve) -> None:
    sender = Sender(limited(network_forms_per_minute=2))
    answers = [sender.send(**{"X-Forwarded-For": f"203.0.113.{one}"}) for one in range(3)]
    assert answers == [303, 303, 429]


def test_the_default_server_hands_on_what_the_proxy_says(limited: Serve, settings: Settings) -> None:
    proxied = settings.model_copy(update={"proxy_hops": 1})
    app = limited(network_forms_per_minute=2, proxy_hops=1)
    with served(app, proxied) as address, requests.Session() as browser:
        page = html.fromstring(browser.get(f"{address}/my-page").text)
        form = dict(page.forms[-1].form_values()) | {"address": "amina@example.org"}
        answers = [
            browser.post(f"{address}/my-page", form, headers={"X-Forwarded-For": each}).status_code
            for each in ("203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.1")
        ]
    assert answers == [200, 200, 200, 429]


@contextmanager
def served(app: Flask, settings: Settings) -> Iterator[str]:
    """By the server that `unmentoring serve` uses."""
    port = free_port()
    server = listen(app, settings, host="127.0.0.1", port=port)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.trigger.pull_trigger(server.close)
        thread.join()


# Redis


def test_processes_that_share_a_redis_count_together(limited: Serve, redis_server: RedisServer) -> None:
    shared = {"network_forms_per_minute": 4, "queue_url": redis_server.url}
    senders = [Sender(limited(**shared)) for _ in range(2)]
    assert [senders[turn % 2].send() for turn in range(5)] == [303] * 4 + [429]


def test_while_redis_is_away_forms_are_taken_and_still_counted(
    limited: Serve, redis_server: RedisServer
) -> None:
    redis_server.go()
    sender = Sender(limited(network_forms_per_minute=4, queue_url=redis_server.url))
    assert [sender.send() for _ in range(5)] == [303] * 4 + [429]


def test_redis_is_used_again_once_it_is_back(limited: Serve, redis_server: RedisServer) -> None:
    shared = {"network_forms_per_minute": 4, "queue_url": redis_server.url}
    one, other = Sender(limited(**shared)), Sender(limited(**shared))
    redis_server.go()
    away = [one.send() for _ in range(3)]
    redis_server.come()
    with time_machine.travel(timedelta(minutes=2)):
        back = [one.send() for _ in range(4)]
        assert (away, back, other.send()) == ([303] * 3, [303] * 4, 429)


def test_a_redis_that_never_answers_keeps_nobody_waiting(limited: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        sender = Sender(limited(network_forms_per_minute=4, queue_url=url))
        assert [sender.send() for _ in range(5)] == [303] * 4 + [429]
