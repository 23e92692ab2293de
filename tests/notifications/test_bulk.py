from datetime import UTC, datetime

import pytest
from sqlmodel import select

from notifications import bulk
from notifications.columns import table_of
from notifications.tables import OutboxMessage, OutboxNamed
from tests.support.letters import NOW

TABLE = table_of(OutboxMessage)
ONCE = ("kind", "subject", "person")
# What a document, a statement or a format could take for its own.
NAMES = [
    "Siân O'Brien",
    'Tom "T" Field',
    r"a\b\u0041",
    "100%s",
    "{curly} ?",
    "Élodie\t猫🐈",
    "null",
    "",
    None,
]


def row(person: str, **others: object) -> dict[str, object]:
    moments = dict.fromkeys(("due_at", "expires_at", "queued_at"), NOW)
    return {"kind": "nudge", "subject": "g1", "person": person, "channel": "email"} | moments | others


def written(database) -> list[OutboxMessage]:
    with database.read() as session:
        return list(session.exec(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_rows_are_kept_as_they_are_given(database):
    rows = [
        row(f"p{place}", name=name, shares_number=place % 2 == 0, tries=place)
        for place, name in enumerate(NAMES)
    ]
    with database.write() as session:
        bulk.insert_rows(session, TABLE, rows)
    assert [each.model_dump(include=set(rows[0])) for each in written(database)] == rows


def test_columns_that_are_left_out_have_their_default(database):
    with database.write() as session:
        bulk.insert_rows(session, TABLE, [row("p1")])
    moments = dict.fromkeys(("due_at", "expires_at", "queued_at"), NOW)
    expected = OutboxMessage(id=1, kind="nudge", subject="g1", person="p1", channel="email", **moments)
    assert written(database) == [expected]


def test_ids_rise_with_the_order_of_the_rows(database):
    people = [f"p{number * 7919 % 2500}" for number in range(2500)]
    with database.write() as session:
        made = bulk.insert_rows(session, TABLE, map(row, people), returning=["id", "person"])
    assert [person for _, person in sorted(made)] == people


def test_what_is_there_already_is_passed_over(database):
    with database.write() as session:
        bulk.insert_rows(session, TABLE, [row("p1"), row("p3")])
        made = bulk.insert_rows(session, TABLE, map(row, ("p1", "p2", "p3", "p4", "p4")), once=ONCE,
                                returning=["person"])  # fmt: skip
    assert sorted(made) == [("p2",), ("p4",)]


def test_nothing_to_write_is_no_statement(database):
    with database.write() as session:
        made = bulk.insert_rows(session, table_of(OutboxNamed), [], returning=["person"])
    assert made == []


def test_a_moment_without_a_zone_is_refused(database):
    somewhere = datetime(2026, 3, 1, 9)  # noqa: DTZ001  (that is what is refused)
    with database.write() as session, pytest.raises(ValueError, match="a moment needs a time zone"):
        bulk.insert_rows(session, TABLE, [row("p1", due_at=somewhere)])


def test_moments_of_any_zone_are_the_same_moment(database):
    with database.write() as session:
        bulk.insert_rows(session, TABLE, [row("p1", due_at=NOW.astimezone())])
    assert written(database)[0].due_at == NOW.astimezone(UTC)
