"""What a programme shows to anyone: itself, what was learned, how it matches."""

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.http.access import open_to_everyone
from web.http.context import house, page_number, row_number, stop_past_the_end
from web.http.feeds import agreements_feed, dates_feed, learning_feed
from web.pages import webmention
from web.pages.learning import card
from web.services.agreements import in_force, log, words
from web.services.common import programmes, times
from web.services.learning import walls
from web.services.learning.walls import WallSearch
from web.services.rounds import schedule

pages = Blueprint("programme", __name__, url_prefix="/p/<slug>")
ON_THE_FRONT = 3
LONGEST_SEARCH = 100  # letters


@pages.get("/")
@open_to_everyone
def home(slug: str) -> ResponseReturnValue:
    today = times.today(g.now)
    facts = house().recent.of(("home", slug, today), lambda: _home(slug, today))
    page = render_template("programme/home.html", texts_to=house().settings.texts_to, **facts)
    return page, 200, facts["told"]


def _home(slug: str, today: date) -> dict[str, Any]:
    programme = programmes.by_slug(g.session, slug)
    shown, _ = walls.wall(g.session, programme, size=ON_THE_FRONT)
    return {
        "programme": programme,
        "told": webmention.header(programme),
        "learnings": [card(one) for one in shown],
        "figures": programmes.figures(g.session, programme),
        "next_round_on": programmes.promised_day(programme, today),
    }


@pages.get("/learning")
@open_to_everyone
def wall(slug: str) -> ResponseReturnValue:
    page, wanted = page_number(), _wanted()
    facts = house().recent.of(("wall", slug, wanted, page), lambda: _wall(slug, wanted, page))
    stop_past_the_end(facts["cards"])
    body = render_template("programme/wall.html", wanted=wanted, page=page, **facts)
    return body, 200, facts["told"]


def _wall(slug: str, wanted: WallSearch, page: int) -> dict[str, Any]:
    programme = programmes.by_slug(g.session, slug)
    shown, older = walls.wall(g.session, programme, wanted, page=page)
    return {
        "programme": programme,
        "told": webmention.header(programme),
        "cards": [card(one) for one in shown],
        "older": older,
        "choices": walls.choices(g.session, programme),
        "found": None if wanted.is_everything else walls.count(g.session, programme, wanted),
    }


def _wanted() -> WallSearch:
    return WallSearch(
        request.args.get("search", "").strip()[:LONGEST_SEARCH],
        request.args.get("round", type=row_number),
        request.args.get("organisation", type=row_number),
    )


@pages.get("/learning.atom")
@open_to_everyone
def feed(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    shown, _ = walls.wall(g.session, programme)
    base = house().settings.public_url
    body = learning_feed(
        programme,
        shown,
        page=base + url_for(".wall", slug=slug),
        own=base + url_for(".feed", slug=slug),
    )
    return body, 200, {"Content-Type": "application/atom+xml; charset=utf-8", "Cache-Control": "max-age=300"}


@pages.get("/dates.ics")
@open_to_everyone
def dates(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    page = house().settings.public_url + url_for(".home", slug=slug)
    body = dates_feed(
        programme, schedule.days(g.session, programme, times.today(g.now)), page=page, now=g.now
    )
    return body, 200, {"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "max-age=300"}


@pages.get("/how-we-match")
@open_to_everyone
def how_we_match(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    return render_template(
        "programme/how_we_match.html", programme=programme, agreement=in_force.in_force(g.session, programme)
    )


@pages.get("/agreements")
@open_to_everyone
def agreements(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    page = page_number()
    proposed, older = log.of_programme(g.session, programme, page=page)
    stop_past_the_end(proposed)
    return render_template(
        "agreements/log.html",
        programme=programme,
        rules=log.rules(g.session, programme, times.today(g.now)),
        proposed=proposed,
        page=page,
        older=older,
        HOW=words.HOW,
    )


@pages.get("/agreements/<int:number>")
@open_to_everyone
def proposal(slug: str, number: int) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    one = log.public(g.session, programme, number, page=page_number())
    stop_past_the_end(one.arguments.rows if one.arguments else ())
    return render_template("agreements/proposal.html", programme=programme, one=one)


@pages.get("/agreements.atom")
@open_to_everyone
def agreements_as_feed(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    proposed, _ = log.of_programme(g.session, programme)
    base = house().settings.public_url
    body = agreements_feed(
        programme,
        proposed,
        page=base + url_for(".agreements", slug=slug),
        own=base + url_for(".agreements_as_feed", slug=slug),
    )
    return body, 200, {"Content-Type": "application/atom+xml; charset=utf-8", "Cache-Control": "max-age=300"}
