"""Rounds that took place, as anybody may see them."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from web.http.access import open_to_everyone
from web.http.context import page_number
from web.services.common import programmes
from web.services.rounds import public_rounds

pages = Blueprint("rounds", __name__, url_prefix="/p/<slug>/rounds")


@pages.get("")
@open_to_everyone
def every(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    page = page_number()
    listed, older = public_rounds.every(g.session, programme, page=page)
    return render_template(
        "programme/rounds.html", programme=programme, listed=listed, page=page, older=older
    )


@pages.get("/<int:number>")
@open_to_everyone
def one(slug: str, number: int) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    return render_template(
        "programme/round.html", programme=programme, one=public_rounds.of_number(g.session, programme, number)
    )
