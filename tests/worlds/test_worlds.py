"""Installations that meet every two choices at least once, each lived in: `make faults` has all of them."""

import subprocess
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from tests.support.access import WHO
from tests.support.databases import OpenDatabase
from tests.support.world import fresh_app, settings_at
from tests.worlds.installations import (
    CHOICES,
    Around,
    Installation,
    Stay,
    environment,
    every,
    pairwise,
    stays,
)
from tests.worlds.life import IN_ORDER, Lived, live
from tests.worlds.running import BARE, PROGRAMS, ROOT, running

SOME = [(stay, stay.installation.database) for stay in pairwise()]
HALVES = {"one half": IN_ORDER[::2], "other half": IN_ORDER[1::2]}
AROUND = Around("sqlite:///u.db", None, 8000, *["http://127.0.0.1:9"] * 4, "key")  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("routes")
    return fresh_app(settings_at(f"sqlite:///{folder / 'routes.db'}", folder))


@pytest.mark.parametrize(
    ("stay", "database_url"),
    SOME,
    ids=[str(stay.installation) for stay, _ in SOME],
    indirect=["database_url"],
)
def test_an_installation_is_lived_in(
    stay: Stay, database_url: str, tmp_path: Path, routes: Flask, open_database: OpenDatabase
) -> None:
    lived = Lived()
    with running(stay.installation, tmp_path, database_url, routes, open_database=open_database) as made:
        live(made, lived, HALVES[stay.half])
    assert (lived.findings, lived.errors) == ([], [])


def test_every_two_choices_that_can_meet_do() -> None:
    met, can_meet = ({pair for stay in some for pair in stay.pairs()} for some in (pairwise(), stays()))
    assert (met, len(pairwise())) == (can_meet, 10)


def test_everybody_belongs_to_one_half() -> None:
    assert sorted(who for half in HALVES.values() for who in half) == sorted(WHO)


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
