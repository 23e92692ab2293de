"""Every address we answer: somebody decided who may open it, and no form is taken without its token."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from tests.support.access import RECENT
from tests.support.access import rows as rows_of_access
from web.app import create_app
from web.http.access import Access
from web.http.context import KEY
from web.settings import Settings

READS = {"GET", "HEAD", "OPTIONS"}
SAMPLES = {"int": 1, "default": "x"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    file = tmp_path_factory.mktemp("routes") / "unmentoring.db"
    made = create_app(Settings(database_url=f"sqlite:///{file}"), poke=lambda: None, limits=False)
    yield made
    made.extensions[KEY].database.dispose()


def rules(app: Flask, access: Access | None = None) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        decided = getattr(app.view_functions[rule.endpoint], "access", None)
        if access is None or decided is access:
            yield rule


def test_somebody_decided_who_may_open_each_route(app: Flask) -> None:
    undecided = [str(rule) for rule in rules(app) if not hasattr(app.view_functions[rule.endpoint], "access")]
    assert undecided == []


def test_every_route_has_its_row_in_the_matrix_of_who_may_open_what(app: Flask) -> None:
    """Add what is missing to a line of tests/support/access.py: who should be let in there?"""
    named = [endpoint for endpoint, _ in rows_of_access()]
    assert (set(app.view_functions) - set(named), set(named) - set(app.view_functions)) == (set(), set())
    assert [endpoint for endpoint, times in Counter(named).items() if times > 1] == []


def test_what_asks_for_a_recent_sign_in_is_what_was_decided(app: Flask) -> None:
    assert {name for name, view in app.view_functions.items() if hasattr(view, "recent")} == RECENT


def test_every_organiser_s_page_asks_for_a_role_or_a_sign_in(app: Flask) -> None:
    open_doors = {str(rule) for rule in rules(app) if str(rule).startswith("/organise")} & {
        str(rule) for access in (Access.EVERYONE, Access.LINK) for rule in rules(app, access)
    }
    assert {path for path in open_doors if "sign-in" not in path} == set()


def test_a_role_is_asked_for_wherever_a_programme_is_organised(app: Flask) -> None:
    guarded = {Access.VIEWER, Access.ORGANISER, Access.OWNER}
    for rule in rules(app):
        if str(rule).startswith("/organise/<slug>"):
            assert app.view_functions[rule.endpoint].access in guarded, str(rule)


def address_of(app: Flask, rule: Rule) -> str:
    values = {
        name: SAMPLES["int" if isinstance(kind, IntegerConverter) else "default"]
        for name, kind in rule._converters.items()
    }
    return app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")


def test_no_form_is_taken_without_its_token(app: Flask) -> None:
    taken = {}
    for rule in rules(app):
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        if not (rule.methods or set()) - READS or access is Access.PROVIDER:
            continue
        answer = app.test_client().post(address_of(app, rule), base_url="http://127.0.0.1")
        if answer.status_code != 422:
            taken[str(rule)] = answer.status_code
    # RFC 8058: a mail program presses this button, and it has no token. The link itself is signed.
    # A Webmention comes from another site's program, which has no token either, and no session of anybody's.
    assert {path for path in taken if not path.startswith("/unsubscribe/")} == {"/webmention"}


def test_every_form_says_back_in_a_moment_while_the_database_is_away(tmp_path: Path) -> None:
    away = create_app(Settings(database_url=f"sqlite:///{tmp_path}"), poke=lambda: None, limits=False)
    away.config["WTF_CSRF_ENABLED"] = False
    answered = {
        str(rule): away.test_client().post(address_of(away, rule), base_url="http://127.0.0.1").status_code
        for rule in rules(away)
        if (rule.methods or set()) - READS
        and getattr(away.view_functions[rule.endpoint], "access", None) is not Access.PROVIDER
    }
    away.extensions[KEY].database.dispose()
    to_sign_in = 303  # by the cookie alone
    assert {path: code for path, code in answered.items() if code not in (503, to_sign_in)} == {}


def test_no_page_takes_a_number_that_a_database_has_no_room_for() -> None:
    """`row_number` and `page_number` know what fits; `int` does not."""
    pages = {path.as_posix(): path.read_text() for path in Path("web/pages").rglob("*.py")}
    assert [path for path, text in pages.items() if "type=int" in text] == []
