"""The audit is a chain: what was changed, taken out or put in between shows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, col, select

from tests.support.world import START
from web.db import Database
from web.models import AuditEntry
from web.services.common import audit
from web.services.common.audit import TamperedAudit


def record(database: Database, action: str = "looked", **facts: object) -> None:
    with database.write() as session:
        audit.record(session, "a test", action, now=START, subject="somebody", **facts)


def record_and_fail(session: Session) -> None:
    audit.record(session, "a test", "looked", now=START)
    raise ZeroDivisionError


def entries(database: Database) -> int:
    with database.read() as session:
        return audit.verify(session)


def tamper(database: Database, statement: str) -> None:
    with database.write() as session:
        session.execute(text(statement))


def test_an_untouched_audit_is_unbroken(database: Database) -> None:
    for number in range(5):
        record(database, number=number)
    assert entries(database) == 5


def test_an_empty_audit_is_unbroken(database: Database) -> None:
    assert entries(database) == 0


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "action = 'did not look'",
        "subject = 'another'",
        "facts = '{\"number\": 9}'",
        "programme_id = 7",
        "at = '2026-12-01 09:00:01.000000'",
    ],
)
def test_a_changed_entry_is_found(database: Database, change: str) -> None:
    for number in range(3):
        record(database, number=number)
    tamper(database, f"UPDATE auditentry SET {change} WHERE id = 2")
    with pytest.raises(TamperedAudit) as found:
        entries(database)
    assert found.value.entry == 2


@pytest.mark.parametrize("which", [1, 2, 3])
def test_a_removed_entry_is_found(database: Database, which: int) -> None:
    for number in range(3):
        record(database, number=number)
    tamper(database, f"DELETE FROM auditentry WHERE id = {which}")
    with pytest.raises(TamperedAudit):
        entries(database)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_an_entry_put_in_between_is_named(database: Database, place: int) -> None:
    for number in range(3):
        record(database, number=number)
    for entry in range(3, place - 1, -1):
        tamper(database, f"UPDATE auditentry SET id = {entry + 1} WHERE id = {entry}")
    with database.write() as session:
        forged = AuditEntry(
            id=place, at=START, actor="a test", action="did nothing", subject="", facts={}, digest=b"forged"
        )
        session.add(forged)
    with pytest.raises(TamperedAudit, match=f"entry {place}: ") as found:
        entries(database)
    assert found.value.entry == place


def test_the_entry_after_a_removed_one_is_named(database: Database) -> None:
    for number in range(3):
        record(database, number=number)
    tamper(database, "DELETE FROM auditentry WHERE id = 2")
    with pytest.raises(TamperedAudit, match="entry 3: "):
        entries(database)


def test_the_first_of_two_exchanged_entries_is_named(database: Database) -> None:
    for number in range(3):
        record(database, number=number)
    for before, after in ((1, 9), (2, 1), (9, 2)):
        tamper(database, f"UPDATE auditentry SET id = {after} WHERE id = {before}")
    with pytest.raises(TamperedAudit, match="entry 1: "):
        entries(database)


def test_all_entries_removed_is_found(database: Database) -> None:
    record(database)
    tamper(database, "DELETE FROM auditentry")
    with pytest.raises(TamperedAudit):
        entries(database)


def test_what_is_rolled_back_was_not_written(database: Database) -> None:
    record(database)
    with pytest.raises(ZeroDivisionError), database.write() as session:
        record_and_fail(session)
    assert entries(database) == 1


def test_many_at_once_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: record(database, number=number), range(64)))
    assert entries(database) == 64


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_has_something_to_write_down_keeps_nobody_else_from_it_before_it_is_done(
    database: Database,
) -> None:
    """They may go on to what the other one has, and each would wait for the other."""
    with database.write() as session:
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
        audit.record(session, "a test", "did the first thing", now=START)
        record(database, "did it meanwhile")
        audit.record(session, "a test", "did the second thing", now=START)
    with database.read() as session:
        done = session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all()
    assert done == ["did it meanwhile", "did the first thing", "did the second thing"]
    assert entries(database) == 3


def test_what_was_done_in_a_savepoint_that_is_given_up_was_not_done(database: Database) -> None:
    with database.write() as session:
        audit.record(session, "a test", "looked", now=START)
        with session.begin_nested():
            audit.record(session, "a test", "looked again", now=START)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            record_and_fail(session)
    assert entries(database) == 2


plain = st.dictionaries(
    st.text(max_size=5),
    st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(plain)
def test_any_facts_are_read_back_as_they_were_written(
    sqlite_database: Database, facts: dict[str, object]
) -> None:
    record(sqlite_database, **{f"fact {name}": value for name, value in facts.items()})
    assert entries(sqlite_database) >= 1


@pytest.fixture
def sqlite_database(world):  # type: ignore[no-untyped-def]
    return world.database
