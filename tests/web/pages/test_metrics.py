"""What a program that watches is told, whatever is away; and that files for it name what there is."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from flask import Flask
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from notifications import pace
from tests.support.commands import running
from tests.support.live import free_port
from tests.support.world import World
from web.app import create_app
from web.http.context import KEY
from web.services.background import heartbeats
from web.services.common import tallies
from web.settings import Settings

TOKEN = "a token for watching"
WATCHING = Path("docs/deploy/watching")
NAMED = re.compile(r"\bunmentoring_\w+")


@pytest.fixture
def watched(settings: Settings, world: World) -> Iterator[Flask]:
    app = create_app(
        settings.model_copy(update={"metrics_token": TOKEN}), clock=world.clock, queue_depth=lambda: 3
    )
    yield app
    app.extensions[KEY].database.dispose()


def ask(app: Flask, token: str = TOKEN, **how: Any):  # type: ignore[no-untyped-def]
    return app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"} | how)


def told(app: Flask) -> dict[str, float]:
    """Each sample as it is written, with its labels by name."""
    return {
        f"{one.name}{sorted(one.labels.values())}": one.value
        for family in text_string_to_metric_families(ask(app).text)
        for one in family.samples
    }


def test_without_a_token_of_its_own_there_is_no_such_page(world: World) -> None:
    assert ask(world.app).status_code == 404


@pytest.mark.parametrize("token", ["", "another token, as long", TOKEN[:-1], "ünïcode"])
def test_another_token_is_refused(watched: Flask, token: str) -> None:
    answer = ask(watched, token.encode().decode("latin-1"))
    assert (answer.status_code, answer.data) == (401, b"")


def test_a_watcher_may_ask_by_address(watched: Flask) -> None:
    assert ask(watched, Host="10.0.0.7:8000").status_code == 200


def test_requests_are_counted_by_route_and_never_by_path(watched: Flask) -> None:
    client = watched.test_client()
    for slug in ("councils", "nowhere", "elsewhere"):
        client.get(f"/p/{slug}/")
    found = told(watched)
    counts = [found[f"unmentoring_requests_total{sorted(['GET', '/p/<slug>/', s])}"] for s in ("200", "404")]
    assert (counts, "nowhere" in str(found)) == ([1, 2], False)


def test_messages_that_wait_are_counted_with_the_age_of_the_oldest(world: World, watched: Flask) -> None:
    world.join_many(4)
    world.work()
    world.send(world.draw())
    world.clock.turn(minutes=5)
    found = told(watched)
    told_of = [found[f"unmentoring_outbox_{what}['queued']"] for what in ("messages", "oldest_seconds")]
    queued = [row for row in world.dump()["outbox_message"] if "queued" in map(str, row)]
    assert told_of == [len(queued), 300]


def test_messages_dealt_with_are_counted_by_provider(world: World, watched: Flask) -> None:
    world.join_many(4)
    world.send(world.draw())
    world.work()
    with world.write() as session:
        world.worker.sent.write(session)
    assert told(watched)["unmentoring_messages_total['accepted', 'local']"] >= 4


def test_what_was_written_down_is_not_counted_again(world: World, watched: Flask) -> None:
    world.worker.sent.add(tallies.Counted.SENT, {"smtp accepted": 2})
    for _ in range(2):
        with world.write() as session:
            world.worker.sent.write(session)
    assert told(watched)["unmentoring_messages_total['accepted', 'smtp']"] == 2


def test_workers_are_told_of_with_their_last_sweep(world: World, watched: Flask) -> None:
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.5, now=world.now)
    found = told(watched)
    swept = found["unmentoring_worker_swept_timestamp_seconds['one']"]
    assert (swept, found["unmentoring_worker_sweep_seconds['one']"]) == (world.now.timestamp(), 0.5)


def test_a_stopped_provider_is_told_of(world: World, watched: Flask) -> None:
    with world.write() as session:
        pace.stop(session, "smtp", "no", world.now)
    assert told(watched)["unmentoring_provider_troubled['smtp']"] == 1


def test_a_database_that_is_away_is_told_of(settings: Settings, tmp_path: Path) -> None:
    there = {"database_url": f"sqlite:///{tmp_path / 'gone.db'}", "metrics_token": TOKEN}
    app = create_app(settings.model_copy(update=there), queue_depth=lambda: None)
    found = told(app)
    app.extensions[KEY].database.dispose()
    assert (found["unmentoring_database_up[]"], found["unmentoring_queue_up[]"]) == (0, 0)


def test_under_gunicorn_whichever_process_is_asked_speaks_for_all(settings: Settings) -> None:
    port, watched = free_port(), settings.model_copy(update={"metrics_token": TOKEN})
    at, bearer = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {TOKEN}"}
    with running(watched, f"-m gunicorn wsgi:app --bind 127.0.0.1:{port} --workers 2") as server:
        server.until("Listening at")
        for _ in range(20):
            requests.get(f"{at}/", timeout=60)
        answers = [requests.get(f"{at}/metrics", headers=bearer, timeout=60).text for _ in range(8)]
        server.tell(signal.SIGTERM)
        server.end()
    counts = {re.search(r'requests_total\{.*route="/",.*\} (\S+)', answer).group(1) for answer in answers}
    assert counts == {"20.0"}


# Files for whoever watches


def named_in_files() -> set[str]:
    rules = yaml.safe_load((WATCHING / "alerts.yaml").read_text())["groups"][0]["rules"]
    panels = json.loads((WATCHING / "dashboard.json").read_text())["panels"]
    shown = [target["expr"] for panel in panels for target in panel["targets"]]
    return {name for said in [*(rule["expr"] for rule in rules), *shown] for name in NAMED.findall(said)}


def test_each_metric_that_the_files_name_is_told(world: World, watched: Flask) -> None:
    world.join_many(2)
    world.send(world.draw())
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.5, now=world.now)
        tallies.add(session, tallies.Counted.SENT, "smtp accepted")
        tallies.add(session, tallies.Counted.DRAWN, "", seconds=1)
        tallies.add(session, tallies.Counted.ROUND_SENT, "", seconds=1)
        pace.stop(session, "smtp", "no", world.now)
    told(watched)
    known = {name.partition("[")[0] for name in told(watched)}
    assert named_in_files() - known == set()
