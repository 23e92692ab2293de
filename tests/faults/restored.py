"""A backup comes back after its messages went out and some of its people were erased.

What was sent stands with the provider, which remembers what the restored database has forgotten.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from notifications import origins, outbox
from tests.faults import checker
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support.databases import postgresql_programs
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid
from tests.support.world import BY, World
from web.commands import backups
from web.models import Person
from web.services.people import erasure


@dataclass
class Remembering(FakeSendGrid):
    """Whom it was given letters for, in order."""

    people: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def accept(self, call: Call) -> Answer:
        told = json.loads(call.body)["personalizations"]
        self.people += [to["email"] for each in told for to in each["to"]]
        ours = [each["custom_args"] for each in told]
        self.ids += [f"{each.get('unm_origin', '')} {each['unm_message']}" for each in ours]
        return super().accept(call)


def fault(trial: Trial) -> Outcome:
    fake, people = Remembering(), trial.size(6, 300)
    provider = {"email_provider": "sendgrid", "sendgrid_api_key": "SG.key"}
    with (
        postgresql_programs(),
        fake.serving(),
        world_of(trial, sendgrid_base_url=fake.url, **provider) as world,
    ):
        ids = world.join_many(people)
        erased = {person: world.person(person).email or "" for person in ids[::3]}
        world.send(world.draw())
        file = trial.folder / "kept" / "monday.db"
        file.parent.mkdir()
        backups.backup(world.database, file)
        before = _sent(fake, world.work)
        _erase(world, list(erased))
        with _mistake(trial.mutant):
            world.database.dispose()
            backups.restore(world.database, file, now=world.now)
        meanwhile = _sent(fake, lambda: _let_a_day_pass(world, 24 if trial.full else 2))
        back = checker.number(trial.url, "SELECT count(*) FROM person WHERE erased_at IS NULL") - people
        again = _sent(fake, lambda: _release(world))
    to_erased = len(set(again).intersection(erased.values()))
    return Outcome(
        f"{len(before)} letters went out after the backup and {len(erased)} people were erased; restored, "
        f"{len(meanwhile)} were sent in {24 if trial.full else 2} h, {back + len(erased)} people were back; "
        f"released, {len(again)} were sent, {to_erased} of them to the erased",
        "none sent until released, nobody back, none to the erased, the others' introductions then",
        len(before) >= people and not meanwhile and back == -len(erased) and not to_erased and bool(again),
    )


def no_id_twice(trial: Trial) -> Outcome:
    """A backup goes on beside the installation it was taken of: both send rounds of their own."""
    fake, people = Remembering(), trial.size(6, 300)
    provider = {"email_provider": "sendgrid", "sendgrid_api_key": "SG.key"}
    with (
        postgresql_programs(),
        fake.serving(),
        world_of(trial, sendgrid_base_url=fake.url, **provider) as world,
    ):
        world.join_many(people)
        world.work()
        file = trial.folder / "kept" / "monday.db"
        file.parent.mkdir()
        backups.backup(world.database, file)
        before, rounds_ = set(fake.ids), trial.size(1, 6)
        first = _ids(fake, lambda: _send_rounds(world, rounds_))
        with _mistake(trial.mutant):
            world.database.dispose()
            backups.restore(world.database, file, now=world.now)
        with world.write() as session:
            outbox.release(session, now=world.now)
        second = _ids(fake, lambda: _send_rounds(world, rounds_))
    twice = set(first) & set(second) | before & {*first, *second}
    return Outcome(
        f"{len(first)} letters sent by the first after the backup, {len(second)} by the restored one beside "
        f"it: {len(twice)} ids twice",
        "no id twice",
        min(len(first), len(second)) >= people and not twice,
    )


def _ids(fake: Remembering, work) -> list[str]:  # type: ignore[no-untyped-def]
    already = len(fake.ids)
    work()
    return fake.ids[already:]


def _send_rounds(world: World, number: int) -> None:
    for _ in range(number):
        world.send(world.draw())
        world.work()


def _sent(fake: Remembering, work) -> list[str]:  # type: ignore[no-untyped-def]
    """Whom letters went to while something was done."""
    already = len(fake.people)
    work()
    return fake.people[already:]


def _erase(world: World, people: list[str]) -> None:
    for person in people:
        with world.write() as session:
            erasure.erase(session, session.get_one(Person, person), by=BY, now=world.now)
    world.work()


def _let_a_day_pass(world: World, hours: int) -> None:
    for _ in range(hours):
        world.clock.turn(hours=1)
        world.worker.sweep()


def _release(world: World) -> None:
    with world.write() as session:
        outbox.release(session, now=world.now)
    world.work()


@contextmanager
def _mistake(mutant: str) -> Iterator[None]:
    honest = outbox.hold, backups._erased, origins.begin
    if mutant == "no pause":
        outbox.hold = lambda *_, **__: 0
    elif mutant == "no memory of the erased":
        backups._erased = lambda _: set()
    elif mutant == "one numbering":
        origins.begin = lambda *_: None
    try:
        yield
    finally:
        outbox.hold, backups._erased, origins.begin = honest
