"""Who hears of trouble by a webhook, once, and of its end."""

import json

import pytest

from notifications import pace
from tests.support.fake_provider import Answer, Call, FakeProvider, nobody_there
from tests.support.world import World
from web import watching
from web.db import Database
from web.services.background import heartbeats
from web.watching import Watch


class Chat(FakeProvider):
    def accept(self, call: Call) -> Answer:
        return 200, {}, b"ok"

    def said(self) -> list[tuple[str, str]]:
        told = [json.loads(call.body) for call in self.calls]
        return [(one["state"], one["headline"]) for one in told]


@pytest.fixture
def chat():  # type: ignore[no-untyped-def]
    fake = Chat()
    with fake.serving():
        yield fake


@pytest.fixture
def watch(world: World, chat: Chat) -> Watch:
    made = Watch(
        world.worker.settings,
        world.database,
        lambda: True,
        lambda said: watching.post(chat.url, said),
        world.clock,
    )
    swept(world)
    return made


def swept(world: World) -> None:
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.1, now=world.now)


def test_while_all_is_well_nobody_hears(watch: Watch, chat: Chat) -> None:
    watch.look()
    assert chat.said() == []


def test_a_silent_worker_is_told_of_once_and_when_it_is_over(watch: Watch, chat: Chat, world: World) -> None:
    world.clock.turn(minutes=4)
    for _ in range(5):
        watch.look()
    swept(world)
    watch.look()
    headline = "No worker has swept for three minutes"
    assert chat.said() == [("trouble", headline), ("over", headline)]


def test_a_queue_that_is_away_for_one_look_is_no_news(watch: Watch, chat: Chat) -> None:
    watch.queue_answers = iter([True, False, True, False, False]).__next__
    for _ in range(5):
        watch.look()
    assert chat.said() == [("trouble", "The queue cannot be reached")]


def test_a_database_that_is_away_is_told_of(watch: Watch, chat: Chat) -> None:
    there = watch.database
    watch.database = Database(nobody_there().replace("http", "postgresql+psycopg") + "/none")
    for _ in range(2):
        watch.look()
    watch.database.dispose()
    watch.database = there
    watch.look()
    headline = "The database cannot be used"
    assert chat.said() == [("trouble", headline), ("over", headline)]


def test_what_the_operator_is_written_of_is_told_too(watch: Watch, chat: Chat, world: World) -> None:
    with world.write() as session:
        pace.stop(session, "smtp", "the password is refused", world.now)
    watch.look()
    assert chat.said() == [("trouble", "smtp refuses us")]


def test_a_call_that_nobody_took_is_made_again(watch: Watch, chat: Chat, world: World) -> None:
    chat.troubles.append((503, {}, b""))
    with world.write() as session:
        pace.stop(session, "smtp", "the password is refused", world.now)
    with pytest.raises(OSError, match="503"):
        watch.look()
    watch.look()
    assert chat.said()[-1] == ("trouble", "smtp refuses us")


def test_what_is_told_names_nobody(watch: Watch, chat: Chat, world: World) -> None:
    world.join("Ada Plover", "Plover Parish Council", email="ada@plover.example")
    world.clock.turn(hours=2)
    for _ in range(2):
        watch.look()
    assert [b"lover" in call.body for call in chat.calls] == [False] * len(chat.calls) != []


def test_a_call_is_made_in_our_own_name(chat: Chat) -> None:
    watching.post(chat.url, SAID)
    assert chat.calls[0].headers["User-Agent"] == "Unmentoring/1"


SAID = {"text": "It is away", "state": "trouble", "headline": "Away", "detail": "", "service": "x"}


@pytest.mark.parametrize(
    "address",
    [
        "https://prod-12.uksouth.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=b",
        "https://default1a.0b.environment.api.powerplatform.com:443/powerautomate/automations/direct/x?sig=b",
    ],
)
def test_teams_is_told_by_a_card_for_it_shows_nothing_else(address: str) -> None:
    told = watching.shaped(address, SAID)
    (card,) = told["attachments"]
    assert (told["type"], card["contentType"], card["content"]["body"][0]["text"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
        "It is away",
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://chat.googleapis.com/v1/spaces/A/messages?key=b&token=c", {"text": "It is away"}),
        ("https://discord.com/api/webhooks/1/a", {"content": "It is away"}),
        ("https://discord.com/api/webhooks/1/a/slack", SAID),
        ("https://hooks.slack.com/services/T/B/x", SAID),
        ("https://chat.example.org/hooks/x", SAID),
    ],
)
def test_each_chat_is_told_what_it_takes(address: str, told: dict[str, str]) -> None:
    assert watching.shaped(address, SAID) == told
