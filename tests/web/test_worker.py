"""The queue only wakes us: losing a task or having it twice is harmless."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from huey.api import Huey

from tests.support.talks import make_large
from tests.support.world import World
from web import scrubbing
from web.background import Process
from web.models import KeptEvidence
from web.queues import Waker, queue_of, task
from web.worker import Worker


def drain(queue: Huey) -> int:
    """Run what is queued, as a consumer would; how many tasks there were."""
    done = 0
    while task := queue.dequeue():
        queue.execute(task)
        done += 1
    return done


def test_a_task_that_comes_twice_sends_once(world: World) -> None:
    settings = world.worker.settings
    wake = Waker(settings)
    world.ask(world.details())
    wake()
    wake()
    queue = queue_of(settings)
    task(queue, world.worker.work)
    assert (drain(queue), len(world.inbox())) == (2, 1)


def test_a_lost_task_is_made_good_by_the_next_sweep(world: World) -> None:
    world.ask(world.details())
    world.worker.sweep()
    assert len(world.inbox()) == 1


def test_two_sweeps_at_one_moment_do_no_more_than_one(world: World) -> None:
    world.join_many(2)
    world.round()
    world.clock.turn(days=14)
    world.worker.sweep()
    Worker(world.worker.settings, world.database, world.clock).sweep()
    assert len(world.inbox(kind="check_in")) == 2


def test_a_step_in_trouble_keeps_nobody_from_being_told_of_their_round(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_what: object, **_how: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    world.join_many(2)
    world.change(next_round_on=world.now.date() + timedelta(days=2))
    monkeypatch.setattr(scrubbing, "scrub", locked)
    with pytest.raises(sqlite3.OperationalError):
        world.worker.sweep()
    world.work()
    assert len(world.inbox(kind="heads_up")) == 2


def test_the_queue_carries_nothing_about_anybody(world: World) -> None:
    from pathlib import Path

    settings = world.worker.settings
    world.ask(world.details(email="amina@example.org"))
    Waker(settings)()
    files = Path(settings.queue.partition(":///")[2]).parent.glob("queue.db*")
    assert not any(b"amina" in file.read_bytes() for file in files)


def test_a_queue_that_cannot_be_reached_costs_nobody_their_form(world: World) -> None:
    settings = world.worker.settings.model_copy(update={"queue_url": "redis://127.0.0.1:1/0"})
    Waker(settings)()
    assert world.ask(world.details())


@pytest.mark.usefixtures("both_databases")
def test_those_who_start_together_share_a_queue_that_was_not_there(world: World) -> None:
    database = world.worker.settings.database_url
    queue = database if database.startswith("postgresql") else None
    settings = world.worker.settings.model_copy(update={"queue_url": queue})

    def start(_: int) -> int:
        queue = queue_of(settings)
        found = queue.storage.queue_size()
        queue.storage.close()
        return int(found)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(start, range(8))) == [0] * 8


def test_what_was_sent_long_ago_is_blanked(world: World) -> None:
    world.join_many(2)
    world.round()
    world.clock.turn(days=91)
    world.worker.sweep()
    world.clock.turn(days=1)
    old = world.now - timedelta(days=90)
    kept = [m for m in world.inbox() if m.sent_at < old]
    assert kept == []


def test_evidence_that_takes_long_is_counted_beside_the_sweep(world: World) -> None:
    world.join_many(2)
    world.round()
    make_large(world)
    world.worker.sweep()
    with world.read() as session:
        swept = session.get(KeptEvidence, 1)
    world.worker.count_evidence()
    with world.read() as session:
        kept = session.get_one(KeptEvidence, 1)
    assert (swept, kept.counted_at, kept.begun_at) == (None, world.now, None)


def test_a_worker_with_nothing_to_do_does_nothing(world: World) -> None:
    world.work()
    before = world.dump()
    assert (world.work(), world.dump() == before) == (0, True)


def test_told_to_stop_it_writes_down_what_it_could_not_before(world: World) -> None:
    process, said = Process(world.worker.settings, threads=1), list[str]()
    ((worker, _),) = process._at_work
    worker.unwritten.keep(lambda _: said.append("accepted"))
    process._stopping.set()
    process.start()
    process.stop(within=10)
    assert said == ["accepted"]


def test_whoever_could_not_write_down_an_answer_is_woken_to_try_again(world: World) -> None:
    process = Process(world.worker.settings, threads=1)
    ((worker, bell),) = process._at_work
    process._take_over(world.worker)
    assert not bell.is_set()
    worker.unwritten.keep(lambda _: None)
    process._take_over(world.worker)
    assert bell.is_set()
