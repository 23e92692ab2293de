"""Links are put together as Flask does it, each when it is first asked for."""

import pytest
from flask import Flask, url_for
from werkzeug.routing import Rule

from web.http.routing import Route


def with_routes() -> Flask:
    app = Flask("routes", static_folder=None)
    app.url_rule_class = Route
    app.add_url_rule("/p/<slug>/rounds/<int:rule>", "round_", lambda slug, rule: f"{slug} {rule}")
    return app


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The routes a link to which was compiled."""
    seen: list[str] = []
    compile_ = Rule._compile_builder

    def watched(rule: Rule, append_unknown: bool = True) -> object:
        seen.append(rule.rule)
        return compile_(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", watched)
    return seen


def test_no_link_is_compiled_before_one_is_asked_for(compiled: list[str]):
    with_routes()
    assert compiled == []


def test_a_link_is_compiled_once(compiled: list[str]):
    app = with_routes()
    with app.test_request_context():
        for number in (1, 2):
            url_for("round_", slug="leeds", rule=number)
    assert compiled == ["/p/<slug>/rounds/<int:rule>"]


@pytest.mark.parametrize(
    ("values", "link"),
    [
        ({"rule": 7}, "/p/leeds/rounds/7"),
        ({"rule": 7, "page": "2"}, "/p/leeds/rounds/7?page=2"),
        ({"rule": 7, "self": "a b"}, "/p/leeds/rounds/7?self=a+b"),
    ],
)
def test_a_link_is_what_flask_makes_of_it(values: dict[str, object], link: str):
    with with_routes().test_request_context():
        assert url_for("round_", slug="leeds", **values) == link


def test_a_route_is_found_as_before():
    assert with_routes().test_client().get("/p/leeds/rounds/7").text == "leeds 7"
