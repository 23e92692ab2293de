"""Who runs a programme, from the command line: for when nobody is left who can do it on the page."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from tests.support.commands import environment_of
from tests.support.world import World
from web.cli import main


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs `unmentoring …` on the world's database."""
    for name, value in environment_of(world.worker.settings).items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    return run


def listed(command) -> list[list[str]]:  # type: ignore[no-untyped-def]
    """Programme, role and address of each line."""
    return [line.split()[:3] for line in command("organiser", "list").stdout.splitlines()]


def test_everybody_who_has_a_role_is_listed(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.appoint("own@host.example")
    command("organiser", "add", "look@host.example", "--programme", "councils", "--role", "viewer")
    assert listed(command) == [
        ["councils", "owner", "own@host.example"],
        ["councils", "viewer", "look@host.example"],
    ]


def test_who_has_not_signed_in_yet_is_listed_as_such(command) -> None:  # type: ignore[no-untyped-def]
    command("organiser", "add", "own@host.example", "--programme", "councils")
    said = command("organiser", "list", "--programme", "councils").stdout
    assert said.endswith(", has not signed in yet\n")


def test_whose_schedule_it_is_is_listed(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.appoint("own@host.example")
    on = ("schedule", "on", "councils", "--for", "own@host.example", "--every", "monthly")
    command(*on, "--first", f"{datetime.now(UTC) + timedelta(days=40):%Y-%m-%d}")
    assert command("organiser", "list").stdout.endswith(", rounds begin in their name\n")


def test_where_nobody_organises_it_says_so(command) -> None:  # type: ignore[no-untyped-def]
    for words in ([], ["--programme", "councils"]):
        assert command("organiser", "list", *words).stdout.startswith("Nobody organises yet: ")


def test_a_role_taken_away_signs_its_holder_out(command, world: World) -> None:  # type: ignore[no-untyped-def]
    world.organiser("own@host.example")
    thief = world.organiser()
    command("organiser", "remove", "Organiser@councils.example", "--programme", "councils")
    assert thief.open("/organise/").path == "/organise/sign-in"


def test_whoever_takes_over_owns_it_once_they_have_signed_in(command, world: World) -> None:  # type: ignore[no-untyped-def]
    """The only owner's account is stolen: nobody can take it away on the page."""
    world.organiser("stolen@host.example")
    gone = ("organiser", "remove", "stolen@host.example", "--programme", "councils")
    link = command("organiser", "add", "new@host.example", "--programme", "councils").stdout.strip()
    before = command(*gone)
    world.clock.now = datetime.now(UTC)
    world.visitor().open(link).press("Sign in")
    command(*gone)
    assert (before.exit_code, listed(command)) == (2, [["councils", "owner", "new@host.example"]])


@pytest.mark.parametrize(
    ("email", "told"),
    [
        ("own@host.example", "Nobody else is an owner, and a programme needs one: give it another by"),
        ("nobody@host.example", "nobody@host.example has no role in this programme"),
        ("nobody", "Enter an email address"),
    ],
)
def test_who_cannot_be_removed_is_told_in_a_line(  # type: ignore[no-untyped-def]
    command, world: World, email: str, told: str
) -> None:
    world.appoint("own@host.example")
    said = command("organiser", "remove", email, "--programme", "councils")
    assert (said.exit_code, told in said.stderr, said.stderr.count("\n")) == (2, True, 1)


def test_a_programme_that_did_not_begin_is_not_told_of(command) -> None:  # type: ignore[no-untyped-def]
    said = command("programme", "add", "leeds", "--name", "Leeds", "--owner", "nobody")
    assert (said.exit_code, said.stdout) == (2, "")
