"""Many press at once: 64 send one round; sixteen queue one message."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from notifications import outbox
from notifications.tables import OutboxMessage
from tests.faults import checker
from tests.faults.trial import BEGAN, LETTER, Outcome, Trial, room
from tests.faults.worlds import world_of
from tests.support.letters import AMINA
from tests.support.world import BY, World
from web.models import RoundState
from web.services.rounds import rounds, sending

PEOPLE, THREADS = 4, 64


def together(count: int, act: Callable[[], Any]) -> list[Any]:
    """Everybody waits for everybody, then all act; what each gave back or raised."""
    ready = threading.Barrier(count)

    def one(_: int) -> Any:
        ready.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001  (it is counted)
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def send(trial: Trial) -> Outcome:
    """64 people press "send" together, again and again: one round each time, one introduction a head."""
    times, failed = trial.size(2, 100), 0
    with world_of(trial) as world:
        world.join_many(PEOPLE)
        for _ in range(times):
            number = world.draw()
            press = _press_blindly if trial.mutant else _press
            answers = together(THREADS, lambda number=number, press=press: press(world, number))
            failed += sum(isinstance(answer, Exception) for answer in answers)
    sent = checker.number(trial.url, "SELECT count(*) FROM round WHERE state = 'sent'")
    told = checker.number(trial.url, "SELECT count(*) FROM outbox_message WHERE kind = 'introduction'")
    audited = checker.number(trial.url, "SELECT count(*) FROM auditentry WHERE action = 'round sent'")
    return Outcome(
        f"{THREADS} pressed {times} times: {sent} rounds, {told} introductions, {audited} audit entries, "
        f"{failed} presses failed",
        f"exactly {times} rounds, {times * PEOPLE} introductions, {times} entries, none failed",
        (sent, told, audited, failed) == (times, times * PEOPLE, times, 0),
    )


def _press(world: World, number: int) -> int:
    with world.write() as session:
        programme = world.programme(session)
        return sending.send_round(session, programme, number, 1, by=BY, now=world.now).version


def _press_blindly(world: World, number: int) -> int:
    """As if nobody had sent it yet."""
    with world.write() as session:
        programme = world.programme(session)
        draft = rounds.by_number(session, programme, number, lock=True)
        draft.state, draft.version = RoundState.DRAFT, 1
        return sending.send_round(session, programme, number, 1, by=BY, now=world.now).version


def queue(trial: Trial) -> Outcome:
    """Sixteen queue the same message in the same moment."""
    database, times = room(trial), trial.size(5, 200)
    honest = outbox._insert
    if trial.mutant == "no unique index":
        outbox._insert = _blindly
        _drop_index(database)

    def press(subject: str) -> None:
        with database.write() as session:
            outbox.queue(session, LETTER, AMINA, subject=subject, now=BEGAN)

    try:
        for turn in range(times):
            together(16, lambda turn=turn: press(f"group {turn}"))
    finally:
        outbox._insert = honest
        database.dispose()
    rows = checker.number(trial.url, "SELECT count(*) FROM outbox_message")
    return Outcome(f"16 queued {times} messages: {rows} rows", f"exactly {times} rows", rows == times)


def _drop_index(database: Any) -> None:
    drop = "ALTER TABLE outbox_message DROP CONSTRAINT uq_outbox_message_once"
    with database.engine.begin() as connection:
        if database.file:  # SQLite cannot drop a constraint: the table is made anew without it
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'outbox_message'"))
            create = made.scalar_one().replace("CONSTRAINT uq_outbox_message_once UNIQUE", "CHECK")
            create = create.replace("(kind, subject, person)", "(kind <> '')")
            connection.execute(text("DROP TABLE outbox_message"))
            connection.execute(text(create))
        else:
            connection.execute(text(drop))


def _blindly(session: Any, rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], int]:
    table = OutboxMessage
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    returning = make(table).returning(table.id, table.kind, table.subject, table.person)  # type: ignore[arg-type]
    return {(kind, subject, person): id_ for id_, kind, subject, person in session.execute(returning, rows)}
