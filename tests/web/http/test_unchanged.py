"""A browser that has a page for everybody as it is gets no second copy."""

from typing import Any

import pytest

from tests.support.world import World

PAGES = ["/", "/privacy", *(f"/p/councils/{page}" for page in ("", "learning", "agreements", "rounds"))]


def again(world: World, address: str) -> tuple[Any, Any]:
    """Two answers, the second to whoever has the first."""
    client = world.visitor().client
    first = client.get(address)
    return first, client.get(address, headers={"If-None-Match": first.headers["ETag"]})


@pytest.mark.parametrize("address", PAGES)
def test_a_page_as_it_was_is_not_sent_again(world: World, address: str) -> None:
    _, second = again(world, address)
    assert (second.status_code, second.data) == (304, b"")


def test_no_policy_comes_without_its_page(world: World) -> None:
    """Its nonce would be on none of the scripts that the browser has."""
    _, second = again(world, "/p/councils/")
    assert "Content-Security-Policy" not in second.headers


def test_a_page_that_says_something_else_is_sent(world: World) -> None:
    client = world.visitor().client
    tag = client.get("/p/councils/").headers["ETag"]
    with world.write() as session:
        world.programme(session).name = "Town councils"
    answer = client.get("/p/councils/", headers={"If-None-Match": tag})
    assert "Town councils" in answer.text


def test_a_browser_asks_each_time_and_nothing_between_keeps_it(world: World) -> None:
    first, _ = again(world, "/p/councils/learning")
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_what_is_one_person_s_is_kept_by_nobody(world: World) -> None:
    amina = world.join("Amina Shah", "amina@leeds.example")
    answer = world.visitor().client.get(world.page_of(amina))
    assert ("ETag" in answer.headers, answer.headers["Cache-Control"]) == (False, "no-store")


def test_a_page_with_news_for_one_is_kept_by_nobody(world: World) -> None:
    client = world.visitor().client
    with client.session_transaction() as session:
        session["_flashes"] = [("message", "Saved.")]
    assert client.get("/p/councils/").headers["Cache-Control"] == "no-store"
