"""What a Sentry hears of our errors: where in the code, and nothing of anybody."""

import gzip
import json
from collections.abc import Iterator

import pytest
import sentry_sdk
from flask import Flask

from tests.support.fake_provider import Answer, Call, FakeProvider
from tests.support.world import World
from web import reporting
from web.app import create_app
from web.http.access import open_to_everyone
from web.http.context import KEY
from web.settings import Settings

CANARY = "plover"


class Sentry(FakeProvider):
    def accept(self, call: Call) -> Answer:
        return 200, {}, b"{}"

    def heard(self) -> str:
        sentry_sdk.flush(10)
        bodies = [
            gzip.decompress(call.body) if "gzip" in call.headers.get("Content-Encoding", "") else call.body
            for call in self.calls
        ]
        return b"\n".join(bodies).decode()


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    fake = Sentry()
    with fake.serving():
        yield fake
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)


@pytest.fixture
def told(settings: Settings, world: World, sentry: Sentry) -> Iterator[Flask]:
    dsn = sentry.url.replace("http://", "http://key@") + "/1"
    app = create_app(settings.model_copy(update={"sentry_dsn": dsn}), clock=world.clock, limits=False)

    @app.get("/broken/<token>")
    @open_to_everyone
    def broken(token: str) -> str:
        name = f"Ada {CANARY}"
        raise ValueError(f"{name} cannot be {token}")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    app.extensions[KEY].database.dispose()


def test_an_error_of_ours_is_told_with_its_place_and_route(told: Flask, sentry: Sentry) -> None:
    told.test_client().get("/broken/x")
    heard = sentry.heard()
    assert [word in heard for word in ("ValueError", '"broken"', "/broken/<token>")] == [True] * 3


def test_nothing_of_anybody_is_told(told: Flask, sentry: Sentry) -> None:
    client = told.test_client()
    client.set_cookie("session", CANARY)
    client.get(f"/broken/{CANARY}?q={CANARY}", headers={"User-Agent": CANARY, "X-Forwarded-For": CANARY})
    heard = sentry.heard().replace("Ada {CANARY}", "")  # the line of code above
    assert (bool(heard), CANARY in heard, "127.0.0.1" in heard) == (True, False, False)


def test_what_is_told_is_what_was_decided_and_no_more(told: Flask, sentry: Sentry) -> None:
    told.test_client().get("/broken/x")
    event = json.loads(sentry.heard().splitlines()[-1])
    assert set(event) <= set(reporting.KEPT)


def test_a_page_that_is_not_there_is_no_error(told: Flask, sentry: Sentry) -> None:
    told.test_client().get("/nowhere")
    assert sentry.heard() == ""


def test_without_an_address_nobody_hears(world: World, sentry: Sentry) -> None:
    reporting.tell(world.worker.settings, ValueError(), "a test")
    assert sentry.heard() == ""
