"""What comes back from a backup, and who was erased stays erased. That it is quiet: `faults/restored.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from os import environ
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlmodel import select

from notifications import messages, outbox, progress, suppression
from notifications.messages import Channel
from notifications.tables import OutboxMessage, State
from tests.support.consenting import SECRET, THREES, Consent
from tests.support.databases import database_of_its_own, postgresql_programs
from tests.support.world import BY, World
from web.commands import at_work, backups
from web.db import Database
from web.models import PassedOverKind, Person
from web.models.complaints import Matter
from web.models.imports import ImportKind
from web.services.agreements import asking, deciding
from web.services.common import passed_over
from web.services.imports import files, uploads
from web.services.people import complaints, erasure, retention
from web.services.people.complaints import ComplaintMade
from web.services.programmes import closings, programme_settings

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
OTHERS = b"name,organisation,email\nBo Lind,Leeds,bo@example.org\n"


@pytest.fixture
def programs() -> Iterator[None]:
    with postgresql_programs():
        yield


@pytest.fixture
def backup(world: World, tmp_path: Path) -> Path:
    """Taken while a round's introductions wait."""
    world.join_many(4)
    world.send(world.draw())
    file = tmp_path / "kept" / "monday.db"
    file.parent.mkdir()
    backups.backup(world.database, file)
    return file


def restore(world: World, file: Path) -> backups.Restored:
    world.database.dispose()
    return backups.restore(world.database, file, now=world.now)


def erase(world: World, person: str) -> None:
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by=BY, now=world.now)


def test_what_went_out_before_can_be_cancelled_after_a_restore(world: World, backup: Path) -> None:
    restore(world, backup)
    with world.write() as session:
        soon = world.now + timedelta(minutes=1)
        cancelled = outbox.cancel(session, kind="introduction", held=True, due_before=soon)
        outbox.release(session, now=world.now)
    world.work()
    with world.read() as session:
        counts = progress.counts(session, kind="introduction")
    assert (cancelled, counts, world.inbox(kind="introduction")) == (4, {State.CANCELLED: 4}, [])


def test_who_was_erased_since_the_backup_is_erased_again(world: World, backup: Path) -> None:
    one = world.groups()[0][0]
    erase(world, one)
    done = restore(world, backup)
    assert (done, world.person(one).name) == (backups.Restored(erased=1, asked=True), "")


def test_who_signed_out_since_the_backup_is_not_signed_in_by_it(world: World, tmp_path: Path) -> None:
    visitor, file = world.organiser(), tmp_path / "monday.db"
    kept = world.visitor()
    kept.client.set_cookie("session", visitor.client.get_cookie("session").value)
    backups.backup(world.database, file)
    visitor.open("/organise/").press("Sign out")
    restore(world, file)
    assert kept.open("/organise/").path == "/organise/sign-in"


def test_who_stopped_our_letters_since_the_backup_is_not_written_to_by_it(world: World, backup: Path) -> None:
    with world.write() as session:
        key, why = world.worker.providers.key, suppression.Why.UNSUBSCRIBED
        one = session.get_one(Person, world.groups()[0][0]).email or ""
        suppression.suppress(session, Channel.EMAIL, one, why, key=key, now=world.now)
    restore(world, backup)
    with world.write() as session:
        outbox.release(session, now=world.now)
    world.work()
    assert [letter.to for letter in world.inbox(kind="introduction") if letter.to == one] == []


def test_who_asked_us_since_the_backup_not_to_gather_their_posts_is_passed_over(
    world: World, backup: Path
) -> None:
    key, kind, names = world.worker.providers.key, PassedOverKind.HANDLE, ["ann@social.example"]
    with world.write() as session:
        passed_over.add(session, kind, names, key=key, now=world.now)
    restore(world, backup)
    with world.read() as session:
        assert passed_over.among(session, kind, names, key=key) == set(names)


def test_an_empty_database_that_is_replaced_knows_of_nobody_who_was_erased(
    world: World, backup: Path, tmp_path: Path
) -> None:
    """As where the service was started once on the new machine."""
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh.upgrade()
    done = backups.restore(fresh, backup, now=world.now)
    fresh.dispose()
    assert not done.asked


def test_a_newer_ledger_guards_an_older_backup(world: World, backup: Path) -> None:
    one = world.groups()[0][0]
    erase(world, one)
    backups.backup(world.database, backup.with_name("tuesday.db"))
    world.database.dispose()
    world.database.file.write_bytes(b"not a database any more " * 99)
    done = restore(world, backup)
    assert (done, world.person(one).name) == (backups.Restored(erased=1, asked=False), "")


def test_a_backup_of_what_was_restored_can_be_restored(world: World, backup: Path) -> None:
    """Nothing was queued in between, so both would begin their ids at the same place."""
    restore(world, backup)
    backups.backup(world.database, backup.with_name("tuesday.db"))
    assert restore(world, backup.with_name("tuesday.db")) == backups.Restored(erased=0, asked=True)


def test_a_ledger_may_be_longer_than_a_statement_takes_values(world: World, backup: Path) -> None:
    one = world.groups()[0][0]
    others = "".join(f"{number:032x}\n" for number in range(260_000))
    backup.with_name("others.erased").write_text(f"{one}\n{others}")
    assert restore(world, backup).erased == 1


def test_what_is_no_ledger_though_it_is_called_so_stops_no_restore(world: World, backup: Path) -> None:
    backup.with_name("notes.erased").write_bytes(b"caf\xe9")
    assert restore(world, backup).erased == 0


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_nothing_is_put_in_the_place_of_a_file_that_is_in_use(world: World, backup: Path) -> None:
    """A service that goes on would write into, and send from, a file that nobody sees any more."""
    service, before = Database(str(world.database.engine.url)), world.dump()
    with service.read() as session:
        session.exec(select(Person.id)).first()  # it keeps its connection, as a server does
    with pytest.raises(backups.BackupError, match="has it open: stop that first"):
        restore(world, backup)
    unchanged = world.dump() == before
    service.dispose()
    assert (unchanged, restore(world, backup).asked) == (True, True)


@on_postgresql
@pytest.mark.usefixtures("database_url", "programs")
def test_no_database_is_replaced_while_the_service_is_at_work_with_it(world: World, backup: Path) -> None:
    service, before = Database(world.database.engine.url.render_as_string(hide_password=False)), world.dump()
    with service.read() as session:
        session.exec(select(Person.id)).first()  # it keeps its connection, as a server does
    with pytest.raises(backups.BackupError, match="stop its pages, its workers"):
        restore(world, backup)
    unchanged = world.dump() == before
    service.dispose()
    assert (unchanged, restore(world, backup).asked) == (True, True)


@on_postgresql
@pytest.mark.usefixtures("database_url", "programs")
def test_what_a_dead_machine_left_open_stops_no_restore(
    world: World, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Database(world.database.engine.url.render_as_string(hide_password=False))
    with left.read() as session:
        session.exec(select(Person.id)).first()
    monkeypatch.setattr(at_work, "LATELY", timedelta(0))  # as if a minute and a half had gone by
    assert restore(world, backup).asked
    left.dispose()


@on_postgresql
@pytest.mark.usefixtures("database_url", "programs")
def test_who_looks_on_with_psql_stops_no_restore(world: World, backup: Path) -> None:
    url = world.database.engine.url.update_query_dict({"application_name": "psql"})
    console = Database(url.render_as_string(hide_password=False))
    with console.read() as session:
        session.exec(select(Person.id)).first()
    assert restore(world, backup).asked
    console.dispose()


def test_a_backup_is_not_written_over_the_database_itself(world: World) -> None:
    with pytest.raises(backups.BackupError, match="that is the database itself"):
        backups.backup(world.database, world.database.file)


def test_nothing_an_erasure_took_comes_back_with_an_older_backup(world: World, tmp_path: Path) -> None:
    """A complaint that was answered since, a file on its way in, an organisation of one, somebody's words."""
    ada = world.join("Ada Plover", "Plover Parish Council", email="ada@plover.example")
    with world.write() as session:
        programme = world.programme(session)
        told = ComplaintMade(Matter.SEEN, "A plover was seen.", "ada@plover.example")
        made = complaints.complain(session, programme, told, now=world.now)
        given = files.look("Ada Plover leaving.csv", OTHERS)
        uploads.upload(session, programme, ImportKind.PEOPLE, given, by=BY, now=world.now)
    world.work()
    file = tmp_path / "kept" / "monday.db"
    file.parent.mkdir()
    backups.backup(world.database, file)
    before = "plover" in str(world.dump()).casefold()
    with world.write() as session:
        complaints.answer(session, world.programme(session), made.id, "Mended.", by=BY, now=world.now)
    world.work()
    erase(world, ada)
    restore(world, file)
    back = {name for name, rows in world.dump().items() if "plover" in str(rows).casefold()}
    raw = world.database.file.read_bytes().lower()
    assert (before, back, b"plover" in raw) == (True, set(), False)


def test_what_is_no_backup_changes_nothing(world: World, tmp_path: Path) -> None:
    world.join_many(2)
    wrong = tmp_path / "letter.txt"
    wrong.write_text("Dear all")
    before = world.dump()
    with pytest.raises(backups.BackupError, match="not a backup"):
        restore(world, wrong)
    assert world.dump() == before


def test_a_backup_of_the_other_kind_of_database_is_known_for_one(world: World, tmp_path: Path) -> None:
    """As from the month before somebody moved from a file to PostgreSQL."""
    begins = {"sqlite": b"PGDMP\x01\x10\x00\x04\x08\x01\x01", "postgresql": b"SQLite format 3\0"}
    file = tmp_path / "of-last-month"
    file.write_bytes(begins[world.database.engine.dialect.name] + b"\0" * 100)
    with pytest.raises(backups.BackupError, match=r"backup of a (SQLite|PostgreSQL) database.*db move"):
        restore(world, file)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (
            "pg_dump: error: aborting\npg_dump: detail: server version: 18.0; pg_dump version: 15.14",
            "pg_dump: error: aborting; detail: server version: 18.0; pg_dump version: 15.14",
        ),
        (
            'pg_dump: error: connection to server at "db" failed\nIs the server running there?',
            'pg_dump: error: connection to server at "db" failed',
        ),
        ("Killed", "pg_dump: Killed"),
        ("", "pg_dump: no reason given"),
    ],
)
def test_why_pg_dump_failed_is_told_in_a_line(
    postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, told: str
) -> None:
    _pg_dump_is(f"cat >&2 <<'END'\n{says}\nEND\nexit 1", tmp_path, monkeypatch)
    with contextmanager(database_of_its_own)(postgresql_server, tmp_path.name) as url:
        database = Database(url)
        database.upgrade()
        with pytest.raises(backups.BackupError) as refused:
            backups.backup(database, tmp_path / "monday.backup")
        database.dispose()
    assert str(refused.value) == told


def test_the_password_is_on_no_command_line(
    postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody on the machine could read it there. A `pg_dump` that writes down what it is given."""
    _pg_dump_is('echo "$@" > "${2#--file=}"\necho "$PGPASSWORD" >> "${2#--file=}"', tmp_path, monkeypatch)
    with contextmanager(database_of_its_own)(postgresql_server, tmp_path.name) as url:
        database = Database(make_url(url).set(password="p@ss word").render_as_string(hide_password=False))
        database.upgrade()
        backups.backup(database, tmp_path / "monday.backup")
        database.dispose()
    given = (tmp_path / "monday.backup").read_text().splitlines()
    assert ("ss word" in given[0] or "ss%20word" in given[0], given[1]) == (False, "p@ss word")


def _pg_dump_is(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{environ['PATH']}")


def back_after(world: World, file: Path, days: int) -> None:
    """A backup comes back after so many days, and a worker begins."""
    backups.backup(world.database, file)
    world.clock.turn(days=days)
    restore(world, file)
    world.worker.sweep()


def release(world: World) -> None:
    """As `unmentoring outbox release` does."""
    with world.write() as session:
        programme_settings.release_everything(session, now=world.now)


def test_nobody_is_erased_on_a_day_that_was_named_before_the_backup(world: World, tmp_path: Path) -> None:
    """They may have said since that they want to stay."""
    one = world.join("Amina Yusuf", email="amina@example.org")
    world.clock.now += retention.KEEP
    world.worker.sweep()
    back_after(world, tmp_path / "monday.db", days=31)
    assert world.person(one).name == "Amina Yusuf"


def test_no_programme_closes_before_letters_go_again(world: World, tmp_path: Path) -> None:
    """Its end may have been taken back since."""
    one = world.join("Amina Yusuf", email="amina@example.org")
    with world.write() as session:
        on = world.now.date() + timedelta(days=7)
        closings.announce(session, world.programme(session), on, wall_stays=True, by=BY, now=world.now)
    back_after(world, tmp_path / "monday.db", days=14)
    assert world.person(one).name == "Amina Yusuf"


def test_a_proposal_whose_time_is_over_can_still_be_objected_to(world: World, tmp_path: Path) -> None:
    """What was objected since the backup is not known any more."""
    consent = Consent.among(world, 10)
    number = consent.open()
    back_after(world, tmp_path / "monday.db", days=14)
    release(world)
    world.worker.sweep()
    assert (consent.state(number), consent.ends_at(number)) == ("open", world.now + timedelta(hours=48))


@pytest.mark.parametrize("held", [0, 5])
def test_what_is_urgent_stays_until_people_could_object_to_it(
    world: World, tmp_path: Path, held: int
) -> None:
    """It may have been adopted since the backup."""
    consent = Consent.among(world, 10)
    number = consent.open(urgent=True)
    back_after(world, tmp_path / "monday.db", days=14)
    consent.later(days=held)
    release(world)
    consent.look()
    consent.later(hours=48)
    assert (consent.size(), consent.state(number)) == (3, "adopted")


def test_what_is_objected_to_has_two_days_for_a_step_after_a_restore(world: World, tmp_path: Path) -> None:
    """A panel may have been asked since the backup, or something taken back."""
    consent = Consent.among(world, 10)
    number = consent.open()
    consent.object(number, consent.people[0])
    back_after(world, tmp_path / "monday.db", days=14)
    release(world)
    consent.look()
    before = consent.state(number)
    consent.later(hours=48)
    assert (before, consent.state(number)) == ("open", "withdrawn")


def test_a_letter_that_a_restore_held_says_until_when_people_can_object_by_now(
    world: World, tmp_path: Path
) -> None:
    consent = Consent.among(world, 10)
    with world.write() as session:
        programme = world.programme(session)
        made = deciding.bring(session, programme, THREES, consent.organiser, secret=SECRET, now=world.now)
        assert made
        asking.tell_some(session, programme, made, now=world.now)
    back_after(world, tmp_path / "monday.db", days=1)
    consent.later(days=1)
    release(world)
    consent.look()
    consent.look()  # all have it, so its time begins
    with world.read() as session:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.kind == messages.Proposal.kind)).all()
        said = {row.message().closes_at for row in rows if row.accepted_at}  # type: ignore[attr-defined]
    assert said == {consent.ends_at(made.number)}
