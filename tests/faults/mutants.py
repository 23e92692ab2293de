"""Workers that make the mistakes ours was built to avoid. Each must be caught by the checker."""

import time
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import text, update
from sqlmodel import Session, col

from notifications import sending
from notifications.delivery import Providers
from notifications.jobs import Job
from notifications.providers.base import OutgoingEmail
from notifications.tables import OutboxMessage, State
from tests.faults.kills import Day, work_honestly
from web.db import Database


def sends_again_when_a_lease_ends(day: Day, database: Database, providers: Providers) -> None:
    """No evidence is asked for: what a dead worker was sending is simply sent again."""
    with database.write() as session:
        session.execute(text("UPDATE outbox_message SET state = 'queued' WHERE state = 'uncertain'"))
    work_honestly(day, database, providers)


def marks_before_it_sends(day: Day, database: Database, providers: Providers) -> None:
    """A message counts as accepted as soon as somebody takes it in hand."""
    some = "SELECT id FROM outbox_message WHERE state = 'queued' ORDER BY id LIMIT 20"
    with database.write() as session:
        taken = session.execute(
            text(f"UPDATE outbox_message SET state = 'accepted' WHERE id IN ({some}) RETURNING id, email")
        ).all()
    for id_, email in taken:
        letter = OutgoingEmail(id_, 1, "introduction", email, "Amina", "Meet Tom", "Hello", "<p>Hello</p>")
        providers.email.send(letter)
    if not taken:
        time.sleep(0.05)


def move_all_of_anybody(
    session: Session,
    jobs: Sequence[Job],
    to: State,
    *,
    since: Collection[State],
    by: object = sending.MOVE,
    **facts: Any,
) -> set[int]:
    """As ours, whoever has them by now."""
    ids = {job.id for job in jobs}
    if by is sending.GIVE_BACK:
        facts["attempt"] = col(OutboxMessage.attempt) - 1
    session.execute(update(OutboxMessage).where(col(OutboxMessage.id).in_(ids)).values(state=to, **facts))
    return ids


def does_not_look_who_has_it(day: Day, database: Database, providers: Providers) -> None:
    """No fencing: who stood still goes on as if nobody had taken its messages meanwhile."""
    sending.move_all = move_all_of_anybody
    work_honestly(day, database, providers)


MUTANTS = {
    "mark before send": marks_before_it_sends,
    "no evidence": sends_again_when_a_lease_ends,
    "no fencing": does_not_look_who_has_it,
}
