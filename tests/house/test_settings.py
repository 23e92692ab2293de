"""A setting that nothing turns does not work until shown: each is lived with by an installation or by a test.

It is turned where it is given another value than its default and the application runs with it:

- an installation of `tests/worlds/` sets its variable, or
- a test hands it, by its field's name, to `Settings`, `settings_at`, `world_of`, `served`,
  `served_publicly` or `model_copy(update=…)`, or by its variable's name to a process as `env=` or
  `environment=`.

What tests/web/test_settings.py does is no turning: there wrong values are refused, and nothing runs.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.worlds.installations import CHOICES, Around, Installation, environment
from web.settings import Settings

TAKE_SETTINGS = {"Settings", "settings_at", "world_of", "served", "served_publicly"}
REFUSALS = Path("tests/web/test_settings.py")
AROUND = Around("sqlite:///u.db", "sqlite:///q.db", 8000, *["http://127.0.0.1:9"] * 4, "key")  # type: ignore[call-arg]


def turned_by_worlds() -> set[str]:
    worlds = [
        Installation("sqlite", carriers, address, "waitress")
        for carriers in CHOICES["carriers"]
        for address in CHOICES["address"]
    ]
    return {name.lower() for one in worlds for name in environment(one, AROUND)}


def turned_in(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and _name(node.func) in TAKE_SETTINGS:
            yield from (word.arg for word in node.keywords if word.arg)
        if isinstance(node, ast.keyword) and node.arg in ("update", "env", "environment"):
            yield from (name.lower() for name in _keys(node.value))


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def _keys(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant))


def test_every_setting_is_turned() -> None:
    tests = [file for file in Path("tests").rglob("test_*.py") if file != REFUSALS]
    turned = turned_by_worlds().union(*(turned_in(file.read_text()) for file in tests))
    assert set(Settings.model_fields) - turned == set()


def test_only_what_is_handed_over_counts_as_turned() -> None:
    handed = "settings_at(url, folder, sms_daily_cap=2)", 'Popen(x, env=os.environ | {"MAIL_FROM": "a"})'
    turned = [set(turned_in(code)) for code in (*handed, "proxy_hops = 1")]
    assert turned == [{"sms_daily_cap"}, {"mail_from"}, set()]
