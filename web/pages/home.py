"""The service's own pages, and the words everyone may read."""

from datetime import date

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from web.http.access import open_to_everyone
from web.http.context import house
from web.services.common import programmes, times
from web.services.people import joining

pages = Blueprint("home", __name__)


@pages.get("/")
@open_to_everyone
def home() -> ResponseReturnValue:
    every = programmes.every(g.session)
    going_on = [one for one in every if not one.closing_on]
    return render_template(
        "pages/home.html",
        programmes=going_on,
        next_round_on={one.slug: programmes.promised_day(one, times.today(g.now)) for one in going_on},
        is_new=not every,
        who_starts=house().settings.who_starts,
    )


@pages.get("/privacy")
@open_to_everyone
def privacy() -> ResponseReturnValue:
    wording = date.fromisoformat(joining.WORDINGS["privacy notice"])
    return render_template("pages/privacy.html", programmes=programmes.every(g.session), wording=wording)


@pages.get("/code-of-conduct")
@open_to_everyone
def code_of_conduct() -> ResponseReturnValue:
    return render_template("pages/code_of_conduct.html", programmes=programmes.every(g.session))


@pages.get("/accessibility")
@open_to_everyone
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html", programmes=programmes.every(g.session))


@pages.get("/contact")
@open_to_everyone
def contact() -> ResponseReturnValue:
    return render_template("pages/contact.html", programmes=programmes.every(g.session))


@pages.get("/robots.txt")
@open_to_everyone
def robots() -> ResponseReturnValue:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/me/", "/m/", "/confirm/", "/complaint/"))]
    lines += [
        "Disallow: /checkin/",
        "Disallow: /conversation/",
        "Disallow: /unsubscribe/",
        "Disallow: /organise/",
        "Disallow: /operate/",
        "Disallow: /start/confirm/",
        "Disallow: /start/decide/",
        "",
    ]
    return "\n".join(lines), 200, {"Content-Type": "text/plain; charset=utf-8"}


@pages.get("/.well-known/security.txt")
@open_to_everyone
def security() -> ResponseReturnValue:
    contact = house().settings.alert_email or house().settings.sender_address
    expires = g.now.replace(year=g.now.year + 1, microsecond=0, day=1).isoformat()
    text = f"Contact: mailto:{contact}\nExpires: {expires}\nPreferred-Languages: en\n"
    return text, 200, {"Content-Type": "text/plain; charset=utf-8"}
