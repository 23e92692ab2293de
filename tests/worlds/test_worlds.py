"""Installations that meet every two choices at least once, each lived in: `make faults` has all of them."""

import subprocess
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from tests.support import knocking
from tests.support.access import WHO
from tests.support.databases import OpenDatabase
from tests.support.world import fresh_app, settings_at
from tests.worlds.installations import (
    CHOICES,
    Around,
    Installation,
    doors,
    environment,
    every,
    pairs,
    pairwise,
)
from tests.worlds.life import IN_ORDER, Lived, live
from tests.worlds.running import BARE, PROGRAMS, ROOT, running

SOME = [(number, one, one.database) for number, one in enumerate(pairwise())]
AROUND = Around("sqlite:///u.db", None, 8000, *["http://127.0.0.1:9"] * 4, "key")  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("routes")
    return fresh_app(settings_at(f"sqlite:///{folder / 'routes.db'}", folder))


@pytest.mark.parametrize(
    ("number", "installation", "database_url"),
    SOME,
    ids=[str(one) for _, one, _ in SOME],
    indirect=["database_url"],
)
def test_an_installation_is_lived_in(
    number: int,
    installation: Installation,
    database_url: str,
    tmp_path: Path,
    routes: Flask,
    open_database: OpenDatabase,
) -> None:
    lived = Lived()
    with running(installation, tmp_path, database_url, routes, open_database=open_database) as made:
        live(made, lived, partial(doors, number))
    assert (lived.findings, lived.errors) == ([], [])


def test_every_two_choices_that_can_meet_do(routes: Flask) -> None:
    """Which door it is, and who knocks, are choices as well."""
    everywhere = [f"{method} {rule.rule}" for method, _, rule in knocking.routes(routes)]
    choices = {choice for one in every() for choice in one.choices}
    can_meet = {pair for one in every() for pair in pairs(one.choices)}
    can_meet |= set(product(choices, [*IN_ORDER, *everywhere])) | set(product(IN_ORDER, everywhere))
    met = {
        pair
        for number, one, _ in SOME
        for who, name in enumerate(IN_ORDER)
        for door in everywhere[doors(number, who)]
        for pair in pairs((*one.choices, name, door))
    }
    assert (met, len(SOME)) == (can_meet, 10)


def test_everybody_knocks() -> None:
    assert sorted(IN_ORDER) == sorted(WHO)


def test_nothing_is_installed_in_all_but_what_refuses_to_start() -> None:
    everything = {Installation(*chosen) for chosen in product(*CHOICES.values())}
    left_out = everything - set(every())
    assert {(one.carriers, one.address) for one in left_out} == {("local", "https")}


@pytest.mark.parametrize("server", CHOICES["server"])
@pytest.mark.parametrize("database", CHOICES["database"])
def test_messages_that_go_nowhere_stop_the_start_at_a_public_address(
    database: str, server: str, tmp_path: Path
) -> None:
    variables = environment(Installation(database, "local", "https", server), AROUND)
    start = {
        "waitress": [PROGRAMS / "unmentoring", "serve"],
        "gunicorn": [PROGRAMS / "gunicorn", "wsgi:app", "--bind", "127.0.0.1:0"],
    }
    done = subprocess.run(
        start[server], env=BARE | variables, cwd=ROOT, capture_output=True, text=True, check=False
    )
    *before, last = done.stderr.splitlines()
    assert (done.returncode, last.partition(",")[0]) == (2, "unmentoring: EMAIL_PROVIDER: got 'local'")
    assert not [line for line in before if not line.startswith("{")]
