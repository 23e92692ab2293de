"""Commands given something wrong end with one line that names it, and exit code 2."""

import os
import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from notifications import outbox
from notifications.messages import Channel, Recipient
from notifications.tables import OutboxMessage, ProviderPace, State
from tests.support.databases import postgresql_programs
from tests.support.letters import introduction
from tests.support.world import World
from web.cli import main
from web.clock import utc_now
from web.commands import errors
from web.models import Person, Schedule
from web.services.background import last_backup
from web.services.rounds import previews
from web.sizes import FILE_BYTES

PEOPLE = "name,organisation,email\n"


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs `unmentoring …` on the world's database."""
    monkeypatch.setenv("DATABASE_URL", world.worker.settings.database_url)
    monkeypatch.setenv("QUEUE_URL", world.worker.settings.queue)
    monkeypatch.setenv("PUBLIC_URL", world.worker.settings.public_url)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return run


def a_morning_passes(world: World) -> None:
    """Commands live by the clock on the wall, and what they have sent may wait for the day."""
    world.clock.now = (utc_now() + timedelta(days=1)).replace(hour=10)
    world.work()


def write(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("round draw nowhere", "there is no programme 'nowhere'"),
        ("round draw councils", "Nobody is in the pot"),
        ("round show councils", "There is no round yet"),
        ("round show councils 7", "There is no round yet"),
        ("round send councils 7", "There is no round 7"),
        ("agreements export nowhere", "there is no programme 'nowhere'"),
        ("agreements export councils --format xml", "'xml' is not one of 'markdown', 'json'"),
        ("agreements export councils --out missing/log.md", "missing/log.md: No such file or directory"),
        ("people export --programme nowhere", "there is no programme 'nowhere'"),
        ("people import none.csv --programme councils", "none.csv"),
        ("people import . --programme councils", "."),
        ("people erase nobody@example.org", "nobody@example.org: nobody has that address"),
        ("programme approve 7", "there is no request 7: `unmentoring programme list` shows them"),
        ("people erase 07700900123", "07700900123: nobody has confirmed that number"),
        (f"people erase {'0' * 20}", "nobody has that id"),
        ("people erase nobody", "Enter an email address like name@example.org"),
        ("organiser add nobody --programme councils", "Enter an email address like name@example.org"),
        ("organiser add a@example.org --programme nowhere", "there is no programme 'nowhere'"),
        ("programme add councils --name Again", "slug: “councils” is another programme’s address"),
        ("programme add UPPER --name Again", "slug: Use 1 to 40 small letters from a to z"),
        ("programme add blank --name=", "name: a programme needs a name"),
        (f"programme add long --name {'x' * 81}", "name: at most 80 letters"),
        ("programme add prizes --name evil.example/x", "name: Enter a name without a link"),
        ("programme add wrong --name A --contact nobody", "Enter an email address like name@example.org"),
        ("programme add wrong --name A --owner nobody", "Enter an email address like name@example.org"),
        ("programme add wrong --name A --owner=", "Enter an email address like name@example.org"),
        ("programme add wrong --name A --contact=", "Enter an email address like name@example.org"),
        ("programme pause nowhere", "there is no programme 'nowhere'"),
        ("programme pause caf\udce9", "something in what was typed is no text in UTF-8"),
        ("schedule show nowhere", "there is no programme 'nowhere'"),
        ("schedule on councils --for a@example.org --on 9000-12-08", "a@example.org is no organiser"),
        ("schedule on councils --for a@example.org --every weekly", "say --every with --first"),
        ("schedule next councils tomorrow", "'tomorrow' is not a day like 2026-12-08"),
        ("schedule next councils 2020-12-08", "on: Choose a day after today"),
        ("schedule days-off councils 2026-12-08", "There is no schedule: switch one on first"),
        ("schedule days-off councils never", "“never” is not a day"),
        (f"round send councils {10**20}", "is not in the range"),
        (f"round show councils {10**20}", "is not in the range"),
        (f"outbox retry --state failed --since 2026-12-01 --round councils {10**20}", "is not in the range"),
        ("outbox retry --state failed --since yesterday", "'yesterday' is not a moment like 2026-12-01"),
        ("db backup missing/monday.db", "missing: there is no such folder"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(command, words: str, told: str) -> None:  # type: ignore[no-untyped-def]
    result = command(*words.split())
    said = result.stderr.strip()
    assert (result.exit_code, told in said, len(said.splitlines()) == 1 or "Usage:" in said) == (
        2,
        True,
        True,
    )


def test_who_asks_for_a_programme_at_its_old_address_is_told_the_new_one(command) -> None:  # type: ignore[no-untyped-def]
    assert (
        "/p/councils/. It was there before." in command("programme", "rename", "councils", "councils").stdout
    )
    command("programme", "rename", "councils", "shire")
    said = command("people", "export", "--programme", "councils").stderr
    assert said == "unmentoring: there is no programme 'councils' any more: it is 'shire' now\n"


def test_the_version_is_told(command) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"\S+, version \d+\.\d+\.\d+\n", command("--version").stdout)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "p.csv: the file is empty"),
        (
            "name,email\nA,a@x.org\n",
            "p.csv:2: organisation: is empty, and no organisation has the domain x.org",
        ),
        (PEOPLE + "Amina,Leeds,amina\n", "p.csv:2: email: Enter an email address"),
        (PEOPLE.encode() + b"\x01\x02\x03" * 9, "there is a character in it that no text has"),
        ("PK\x03\x04", "p.csv: it is no workbook that we can read"),
    ],
)
def test_a_wrong_file_is_told_with_file_row_and_column(  # type: ignore[no-untyped-def]
    command, tmp_path: Path, content: str | bytes, told: str
) -> None:
    result = command("people", "import", write(tmp_path, "p.csv", content), "--programme", "councils")
    assert (result.exit_code, told in result.stderr, result.stderr.count("\n")) == (2, True, 1)


LEAVERS = "name,organisation,email,standing\nAnn,Leeds,ann@example.org,left\nBo,Leeds,bo@example.org,active\n"


def test_who_has_left_by_the_file_s_own_account_is_named_and_refuses_nobody_else(  # type: ignore[no-untyped-def]
    command, tmp_path: Path, world: World
) -> None:
    """As in a file that `people export` wrote."""
    result = command("people", "import", write(tmp_path, "p.csv", LEAVERS), "--programme", "councils")
    a_morning_passes(world)
    assert (result.exit_code, [letter.to for letter in world.inbox(kind="invitation")]) == (
        0,
        ["bo@example.org"],
    )
    assert "row 2: left out: “standing” says “left”" in result.stdout


def test_of_a_wrong_row_behind_somebody_who_has_left_it_is_the_wrong_one_that_is_told(  # type: ignore[no-untyped-def]
    command, tmp_path: Path
) -> None:
    file = write(tmp_path, "p.csv", f"{LEAVERS}Cy,Leeds,nowhere,active\n")
    assert "p.csv:4: email:" in command("people", "import", file, "--programme", "councils").stderr


def test_a_wrong_setting_is_told_in_one_line(command, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PROXY_HOPS", "many")
    result = command("audit", "verify")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_a_database_without_tables_is_told_in_one_line(  # type: ignore[no-untyped-def]
    command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    result = command("audit", "verify")
    assert (result.exit_code, "unmentoring db upgrade" in result.stderr, result.stderr.count("\n")) == (
        2,
        True,
        1,
    )


def test_a_database_that_is_not_there_is_not_made_by_asking(  # type: ignore[no-untyped-def]
    command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As by a cron that has not the service's settings: its backups would be of nothing."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    told = [command(*words.split()).stderr for words in ("programme list", "db backup nightly.backup")]
    assert ["is DATABASE_URL what the service has?" in said for said in told] == [True, True]
    assert [file.name for file in tmp_path.glob("other.db*")] == []


def test_a_backup_drops_old_ones_where_that_is_asked(command, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for number in range(9):
        (tmp_path / f"{number}.backup").touch()
        os.utime(tmp_path / f"{number}.backup", (number, number))
    with postgresql_programs():
        first, second = (command("db", "backup", "new.backup", *drop) for drop in ((), ("--drop-old",)))
    assert ("dropped" in first.stdout, "3 old files dropped" in second.stdout) == (False, True)
    assert sorted(file.name for file in tmp_path.glob("*.backup")) == [
        *(f"{number}.backup" for number in range(3, 9)), "new.backup",
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["programme list", "programme pause councils"])
def test_no_command_works_on_a_database_of_a_newer_version(command, world: World, words: str) -> None:  # type: ignore[no-untyped-def]
    with world.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    result = command(*words.split())
    assert (result.exit_code, "of a newer version" in result.stderr) == (2, True)


def test_what_is_no_database_is_told_in_one_line(  # type: ignore[no-untyped-def]
    command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{write(tmp_path, 'other.db', 'a letter, say' * 99)}")
    assert command("programme", "list").stderr == (
        "unmentoring: the database cannot be used (file is not a database)\n"
    )


def test_a_database_that_somebody_else_locks_needs_no_upgrade() -> None:
    error = OperationalError("BEGIN", None, sqlite3.OperationalError("database is locked"))
    assert errors.sentence(error) == "the database cannot be used (database is locked)"


def test_a_file_may_be_called_what_is_no_text(command, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = os.fsencode(tmp_path) + b"/li\xf1st.csv"
    Path(os.fsdecode(file)).write_text(f"{PEOPLE}Ann,Leeds,ann@example.org\n")
    result = command("people", "import", os.fsdecode(file), "--programme", "councils")
    assert (result.exit_code, "1 person invited" in result.stdout) == (0, True)


def test_the_database_knows_when_it_was_backed_up(command, world: World, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    began = utc_now()
    done = command("db", "backup", str(tmp_path / "monday.backup"))
    with world.read() as session:
        made = last_backup.last(session)
    assert (done.exit_code, made is not None and began <= made) == (0, True)


def test_a_database_that_takes_nothing_is_backed_up_all_the_same(
    command, world: World, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    with world.write() as session:
        session.connection().exec_driver_sql("DROP TABLE auditentry")
    done = command("db", "backup", str(tmp_path / "monday.backup"))
    assert (done.exit_code, (tmp_path / "monday.backup").exists()) == (0, True)


def test_where_no_folder_can_be_made_the_setting_is_asked_about(
    command, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/nowhere/unmentoring.db")
    told = command("programme", "list").stderr
    assert "is DATABASE_URL what the service has? It leads to /proc/nowhere/unmentoring.db" in told
    assert told.count("\n") == 1


def test_a_backup_needs_the_name_of_a_file(command) -> None:  # type: ignore[no-untyped-def]
    assert command("db", "backup", "").stderr == "unmentoring: say the name of the file to write\n"


def test_a_tampered_audit_is_told_in_one_line(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.join()
    with world.write() as session:
        session.execute(text("UPDATE auditentry SET actor = 'x' WHERE id = 2"))
    result = command("audit", "verify")
    assert (result.exit_code, result.stderr) == (
        2,
        "unmentoring: entry 2: does not follow from the entry before it\n",
    )


def test_a_round_is_shown_with_names_as_they_are_written(command, world: World) -> None:  # type: ignore[no-untyped-def]
    """What looks like a style was left out, or ended in an error."""
    for name in ("Ann [she/her]", "Tom [/]"):
        world.join(name, "Arts :art: Council")
    command("round", "draw", "councils")
    told = command("round", "show", "councils")
    assert told.exit_code == 0
    shown = " ".join(told.stdout.split())
    assert all(words in shown for words in ("Ann [she/her]", "Tom [/]", ":art:"))


def test_all_groups_of_a_large_round_are_shown(  # type: ignore[no-untyped-def]
    command, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "GROUPS_ON_A_PAGE", 2)
    people = world.join_many(10)
    command("round", "draw", "councils")
    shown = " ".join(command("round", "show", "councils").stdout.split())
    assert all(world.person(person).name in shown for person in people)


def test_a_round_is_drawn_shown_and_sent(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.join_many(4)
    said = [command(*words.split()) for words in ("round draw councils --seed 1", "round send councils 1")]
    a_morning_passes(world)
    assert ([result.exit_code for result in said], len(world.inbox(kind="introduction"))) == ([0, 0], 4)


def test_a_round_is_sent_once(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.join_many(4)
    world.draw()
    results = [command("round", "send", "councils", "1") for _ in range(2)]
    a_morning_passes(world)
    assert ([result.exit_code for result in results], len(world.inbox(kind="introduction"))) == ([0, 0], 4)


def test_the_first_organiser_s_link_signs_in(command, world: World) -> None:  # type: ignore[no-untyped-def]
    link = command("organiser", "add", "first@example.org", "--programme", "councils").stdout.strip()
    world.clock.now = datetime.now(UTC)
    assert world.visitor().open(link).press("Sign in").path == "/organise/councils/"


def test_a_programme_begins_with_its_owner(command, world: World) -> None:  # type: ignore[no-untyped-def]
    said = command("programme", "add", "leeds", "--name", "Leeds", "--owner", "first@example.org").stdout
    where, link = said.splitlines()
    world.clock.now = datetime.now(UTC)
    assert (where, world.visitor().open(link).press("Sign in").path) == (
        "Leeds is at http://127.0.0.1:8000/p/leeds/",
        "/organise/leeds/",
    )


def test_no_programme_begins_with_an_owner_who_cannot_be(command) -> None:  # type: ignore[no-untyped-def]
    command("programme", "add", "leeds", "--name", "Leeds", "--owner", "nobody")
    assert "leeds" not in command("programme", "list").stdout


def test_people_go_out_as_they_are(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.join("Amina Yusuf")
    assert "Amina Yusuf" in command("people", "export", "--programme", "councils").stdout


@pytest.mark.parametrize(("kind", "begins"), [("markdown", "# What we have agreed"), ("json", "{\n")])
def test_the_log_is_exported_as_text_or_data(command, kind: str, begins: str) -> None:  # type: ignore[no-untyped-def]
    assert command("agreements", "export", "councils", "--format", kind).stdout.startswith(begins)


def test_the_log_is_written_where_it_is_wanted(command, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    printed = command("agreements", "export", "councils").stdout
    command("agreements", "export", "councils", "--out", "log.md")
    assert (tmp_path / "log.md").read_text() == printed


def test_somebody_is_erased_by_address(command, world: World) -> None:  # type: ignore[no-untyped-def]
    person = world.join(email="amina@example.org")
    command("people", "erase", "Amina@example.org")
    assert world.person(person).name == ""


def test_who_has_no_address_is_erased_by_number_or_id(command, world: World) -> None:  # type: ignore[no-untyped-def]
    """They joined by text, and ask the organisers: nobody else could do it for them."""
    by_number, by_id = [world.join(phone=f"+44770090012{n}", verified=True) for n in (3, 4)]
    done = [command("people", "erase", who).exit_code for who in ("07700 900123", by_id, by_id)]
    with world.read() as session:
        gone = [session.get_one(Person, person).erased_at is not None for person in (by_number, by_id)]
    assert (done, gone) == ([0, 0, 2], [True, True])


def test_of_two_who_share_a_number_none_is_erased_by_it(command, world: World) -> None:  # type: ignore[no-untyped-def]
    for name in ("Ann", "Bo"):
        world.join(name, phone="+447700900123", verified=True)
    told = command("people", "erase", "07700900123")
    assert "2 people have confirmed that number: say the id of one" in told.stderr


def test_the_outbox_opens_by_the_link_that_is_printed(command, world: World) -> None:  # type: ignore[no-untyped-def]
    assert world.visitor().open(command("outbox", "link").stdout.strip()).path == "/outbox"


def test_where_there_is_no_outbox_no_link_is_printed(command, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("EMAIL_PROVIDER", "smtp")
    monkeypatch.setenv("SMTP_URL", "smtp://localhost")
    for name, value in {"SID": "AC" + "0" * 32, "TOKEN": "token"}.items():
        monkeypatch.setenv(f"TWILIO_{'ACCOUNT' if name == 'SID' else 'AUTH'}_{name}", value)
    monkeypatch.setenv("TWILIO_FROM", "Unmentoring")
    monkeypatch.setenv("SMS_PROVIDER", "twilio")
    done = command("outbox", "link")
    assert (done.exit_code, done.stdout, "a local provider" in done.stderr) == (2, "", True)


def test_the_outbox_is_listed_without_addresses(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.join(email="amina@example.org")
    said = command("outbox", "list").stdout
    assert ("welcome" in said, "amina" in said) == (True, False)


def test_all_that_is_held_is_counted_by_kind_and_day(command, world: World) -> None:  # type: ignore[no-untyped-def]
    """More than can be listed may be held after a restore, and all of it is decided about."""
    people = [
        Recipient(f"{number:020}", "Jo", Channel.EMAIL, f"{number}@example.org") for number in range(101)
    ]
    with world.write() as session:
        for number, person in enumerate(people):
            due = world.now + timedelta(minutes=number)
            outbox.queue(session, introduction(), person, subject="1", now=due)
        outbox.hold(session, reason="restored from a backup", now=world.now)
    said = command("outbox", "list", "--state", "held").stdout
    first, last = (f"{world.now + timedelta(minutes=number):%Y-%m-%dT%H:%M}" for number in (0, 100))
    assert [*re.findall(r"introduction │ 101 +│ (\S+) +│ (\S+)", said)] == [(first, last)]
    assert "101 messages, the newest 100 of them listed above." in said


def test_the_outbox_says_what_a_provider_waits_for_and_release_ends_it(command, world: World) -> None:  # type: ignore[no-untyped-def]
    with world.write() as session:
        session.add(ProviderPace(provider="smtp", rate=4.0, rate_until=utc_now() + timedelta(hours=1)))
    slowed = "smtp: at most 4.0 calls a second"
    told = slowed in command("outbox", "list").stdout
    released = command("outbox", "release").stdout
    after = command("outbox", "list").stdout
    assert (told, "smtp is tried again." in released, slowed in after) == (True, True, False)


def test_what_failed_is_sent_again_by_command(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.clock.now = utc_now()
    world.join_many(4)
    world.send(world.draw())
    with world.write() as session:
        introductions = update(OutboxMessage).where(OutboxMessage.kind == "introduction")
        session.execute(introductions.values(state=State.FAILED, settled_at=utc_now()))
    asked = ["outbox", "retry", "--state", "failed", "--since"]
    later = command(*asked, f"{utc_now() + timedelta(days=1):%Y-%m-%d}").stdout
    other = command(*asked, "2026-01-01", "--kind", "nudge").stdout
    all_ = command(*asked, "2026-01-01", "--kind", "introduction", "--round", "councils", "1").stdout
    assert [said.split()[0] for said in (later, other, all_)] == ["0", "0", "4"]


# The schedule. Commands have no other clock than the machine's.

SOON = (utc_now() + timedelta(days=40)).date()


def plan(world: World) -> Schedule | None:
    with world.read() as session:
        return session.get(Schedule, world.programme(session).id)


def test_a_schedule_is_switched_on_in_an_organiser_s_name_shown_and_switched_off(  # type: ignore[no-untyped-def]
    command, world: World
) -> None:
    who = world.appoint("organiser@councils.example")
    on = command(
        *"schedule on councils --for organiser@councils.example --every monthly --at 10:30 --send".split(),
        *("--first", f"{SOON:%d/%m/%Y}", "--off", f"{SOON} to {SOON + timedelta(days=2)}"),
    )
    kept, shown = plan(world), command("schedule", "show", "councils").stdout
    assert on.exit_code == 0, on.stderr
    assert kept
    assert (kept.enabled_by, kept.first_on, kept.automatic, f"{kept.at:%H:%M}") == (who, SOON, True, "10:30")
    assert kept.days_off == [[f"{SOON}", f"{SOON + timedelta(days=2)}"]]
    assert "Monthly, at 10:30: drawn and sent, in the name of organiser@councils.example." in shown
    assert (command("schedule", "off", "councils").exit_code, plan(world)) == (0, None)
    assert "by hand" in command("schedule", "show", "councils").stdout


def test_a_schedule_begins_on_no_day_that_has_been(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.appoint("organiser@councils.example")
    on = "schedule on councils --for organiser@councils.example --every monthly --first".split()
    past = command(*on, "2025-12-08")
    assert (past.exit_code, "Choose a first day after today" in past.stderr) == (2, True)
    assert plan(world) is None


def test_a_schedule_says_that_a_restore_holds_it(command, world: World) -> None:  # type: ignore[no-untyped-def]
    with world.write() as session:
        outbox.hold(session, reason="restored from a backup", now=world.now)
    assert "nothing begins by itself before `unmentoring outbox release`" in (
        command("schedule", "show", "councils").stdout
    )


def test_days_off_move_the_next_round_only_where_it_falls_on_one(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.appoint("organiser@councils.example")
    later = SOON + timedelta(days=30)
    days = [word for day in (SOON, later) for word in ("--on", str(day))]
    command("schedule", "on", "councils", "--for", "organiser@councils.example", *days)

    def next_round() -> date | None:
        with world.read() as session:
            return world.programme(session).next_round_on

    before = next_round()
    command("schedule", "days-off", "councils", str(later))
    assert (before, next_round()) == (before, before)
    command("schedule", "days-off", "councils", f"{SOON} to {SOON + timedelta(days=9)}")
    assert (next_round() or SOON) >= later
    nothing = command("schedule", "days-off", "councils", f"{SOON} to {later + timedelta(days=9)}")
    assert (nothing.exit_code, "No day of the schedule is left" in nothing.stderr) == (2, True)
    assert plan(world).days_off == [[str(SOON), str(SOON + timedelta(days=9))]]  # type: ignore[union-attr]


def test_the_next_round_is_set_and_taken_back(command, world: World) -> None:  # type: ignore[no-untyped-def]
    said = [command("schedule", "next", "councils", *words).stdout for words in ([str(SOON)], [])]
    assert [f"{SOON:%B %Y}" in said[0], said[1]] == [True, "No day is set for the next round.\n"]


def test_a_programme_is_paused_and_goes_on(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.clock.now = (utc_now() - timedelta(days=1)).replace(hour=10)
    world.join_many(2)
    number = world.draw()
    world.send(number)
    paused = command("programme", "pause", "councils")
    world.work()
    held = len(world.inbox(kind="introduction"))
    gone_on = command("programme", "go-on", "councils")
    a_morning_passes(world)
    assert (paused.exit_code, held, len(world.inbox(kind="introduction"))) == (0, 0, 2)
    assert "go out now" in gone_on.stdout


def test_a_file_that_is_too_large_is_told_so(command, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write(tmp_path, "p.csv", b"a" * (FILE_BYTES + 1))
    result = command("people", "import", file, "--programme", "councils")
    assert (result.exit_code, "p.csv: at most 32 MB; split it" in result.stderr) == (2, True)
