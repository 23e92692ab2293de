"""Rounds that took place, as anybody may see them."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from web.http.access import open_to_everyone
from web.http.context import page_number, stop_past_the_end
from web.models import Role
from web.pages.learning import card
from web.services.common import programmes
from web.services.evidence import maps
from web.services.learning import stories
from web.services.rounds import public_rounds

pages = Blueprint("rounds", __name__, url_prefix="/p/<slug>/rounds")


@pages.get("")
@open_to_everyone
def every(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    page = page_number()
    listed, older = public_rounds.every(g.session, programme, page=page)
    stop_past_the_end(listed)
    return render_template(
        "programme/rounds.html",
        programme=programme,
        listed=listed,
        page=page,
        older=older,
        told=stories.public_numbers(g.session, programme, [one.round.number for one in listed]),
    )


@pages.get("/<int:number>")
@open_to_everyone
def one(slug: str, number: int) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    return render_template(
        "programme/round.html",
        programme=programme,
        one=public_rounds.of_number(g.session, programme, number),
        has_story=bool(stories.public_numbers(g.session, programme, [number])),
    )


@pages.get("/<int:number>/story")
@open_to_everyone
def story(slug: str, number: int) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    found = stories.public(g.session, programme, number)
    return render_template(
        "programme/story.html",
        programme=programme,
        story=found,
        learned=[card(one) for one in found.learned],
        network=maps.network(found.told.map),
        as_read=Role.VIEWER,
    )
