"""Who ends a process at a point, and the provider that remembers what it took."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event
from sqlmodel import Session

from notifications.providers import sendgrid
from notifications.providers.base import Accepted, Outgoing, OutgoingEmail
from tests.faults import checker
from web.db import Database

KILLED = 9


@dataclass
class Executioner:
    """Counts the points a process passes, and ends it at one of them."""

    at: int | None = None
    passed: int = 0

    def point(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.at:
            os._exit(KILLED)

    def watch(self, database: Database) -> None:
        engine = database.engine
        for target, name in (
            (engine, "before_cursor_execute"), (engine, "after_cursor_execute"),
            (engine, "commit"), (Session, "after_commit"),
        ):  # fmt: skip
            event.listen(target, name, self.point)


@dataclass
class Witness:
    """A provider: the process may end before it takes a letter and after. Its log is a file."""

    log: Path
    executioner: Executioner
    name: str = sendgrid.NAME

    def send(self, outgoing: Outgoing) -> Accepted:
        return self.take(outgoing.id)

    def take(self, *ids: int) -> Accepted:
        self.executioner.point()
        with self.log.open("a") as log:
            log.writelines(f"{id_} 1 0 {checker.TAKEN}\n" for id_ in ids)
        self.executioner.point()
        return Accepted("taken")


class Together(Witness):
    """The same, for many letters at once."""

    batch_size = 1000

    def alike(self, letter: OutgoingEmail) -> str:
        return letter.kind

    def send_many(self, letters: list[OutgoingEmail]) -> Accepted:
        return self.take(*(letter.id for letter in letters))
