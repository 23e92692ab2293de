"""A post’s whole way: introduced, posted, found, offered, approved, read, deleted there, gone here."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import strange_site
from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from tests.support.strange_site import StrangeSite
from tests.support.world import BY
from web.models import GatheringSource, Purpose, SourceKind
from web.services.fetching.fetching import Fetcher

WORDS = "Kirklees lends its vans on Fridays."
TIMELINE = "/api/v1/timelines/tag/unmentoring?limit=40"


@pytest.fixture
def server() -> Iterator[StrangeSite]:
    with StrangeSite().serving() as made:
        yield made


@pytest.fixture
def organiser(browser: Browser, live: LiveApp) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, live.world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


def post(live: LiveApp, server: StrangeSite) -> str:
    """Jo posts on the server, which shows it to programs and to people."""
    url = f"{server.url}/@jo/17"
    status = {
        "id": "17",
        "url": url,
        "visibility": "public",
        "created_at": live.world.now.isoformat(),
        "account": {"acct": "jo@example.social", "display_name": "Jo Bloggs"},
        "content": f"<p>{WORDS} #unmentoring</p>",
        "tags": [{"name": "unmentoring"}],
    }
    server.pages[TIMELINE] = strange_site.page(json.dumps([status]), "application/json")
    shown = f"<meta property=og:description content='{WORDS}'>"
    title = "<meta property=og:title content='Jo Bloggs (@jo@example.social)'>"
    server.pages["/@jo/17"] = strange_site.page(f"{title}{shown}")
    return url


def introduce(live: LiveApp, server: StrangeSite) -> str:
    """Two people have a conversation; the programme looks for posts on the server. The id of one of them."""
    world = live.world
    fetcher = Fetcher("https://councils.example.org", allow_loopback=True)
    world.worker.fetcher, world.worker.look = fetcher, fetcher.look
    world.change(gathers=True, hashtag="unmentoring")
    jo, _ = world.join("Jo Bloggs", "Brent Council"), world.join("Tom Field", "Kirklees Council")
    world.round()
    with world.write() as session:
        here = {"programme_id": world.programme(session).id, "added_by": BY, "added_at": world.now}
        place = {"server": server.url.removeprefix("http://"), "hashtag": "unmentoring"}
        session.add(GatheringSource(kind=SourceKind.MASTODON, look_at=world.now, **here, **place))
    return jo


@pytest.mark.slow
def test_a_post_is_found_offered_approved_read_and_gone(
    page: Page, organiser: Page, live: LiveApp, server: StrangeSite
) -> None:
    jo = introduce(live, server)
    url = post(live, server)
    live.world.worker.gather()

    organiser.goto(live.at("/organise/councils/learning/posts"))
    look_at(organiser, "posts")
    expect(organiser.get_by_text(WORDS)).to_be_visible()

    own_page = live.at(live.world.page_of(jo, full=True))
    page.goto(f"{own_page}/handles")
    page.get_by_label("A handle on Mastodon").check()
    page.get_by_label("Handle or address").fill("@jo@example.social")
    page.get_by_label("You may keep it").check()
    look_at(page, "handles")
    page.get_by_role("button", name="Add it").click()
    page.goto(own_page)
    page.get_by_role("link", name=WORDS).click()
    page.get_by_label("The post alone").check()
    look_at(page, "claim")
    page.get_by_role("button", name="Yes, it is mine").click()

    live.world.worker.look_at_links()
    organiser.goto(live.at("/organise/councils/learning"))
    look_at(organiser, "claimed")
    organiser.get_by_role("button", name="Publish").click()
    page.goto(live.at("/p/councils/learning"))
    expect(page.get_by_role("figure")).to_contain_text("Jo Bloggs (@jo@example.social)")
    assert url in page.request.get(live.at("/p/councils/learning.atom")).text()

    del server.pages["/@jo/17"]
    for days in (8, 2):
        live.world.clock.turn(days=days)
        live.world.worker.look_at_links()
    live.world.worker.sweep()
    page.goto(live.at("/p/councils/learning?search=vans"))  # the wall itself may be a second old
    expect(page.get_by_text(WORDS)).to_have_count(0)
