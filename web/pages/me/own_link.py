"""A fresh link to one's own page."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.forms.joining import LinkForm
from web.http.access import open_to_everyone, with_link
from web.http.context import house
from web.pages.me import pages
from web.pages.me.visits import back_to_page, open_visit
from web.services.common import programmes
from web.services.people import own_link

NO_MORE = (
    "We have sent three links this hour, or five by text today. Look in your spam folder, or ask again later."
)


@pages.post("/me/<token>/fresh-link")
@with_link
def fresh_link(token: str) -> ResponseReturnValue:
    visit = open_visit(token)
    try:
        own_link.send_fresh_link(g.session, visit.person, now=g.now)
        flash("We have sent a fresh link to the address we have for you. It is good for two hours.")
    except own_link.TooManyLinks:
        flash(NO_MORE, "error")
    return back_to_page(token)


@pages.get("/my-page")
@pages.get("/p/<slug>/my-page")
@open_to_everyone
def ask_for_link(slug: str | None = None) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug) if slug else None
    return render_template("me/ask_for_link.html", programme=programme, form=LinkForm())


@pages.post("/my-page")
@open_to_everyone
def send_link() -> ResponseReturnValue:
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template("me/ask_for_link.html", programme=None, form=form), 422
    own_link.ask_for_link(g.session, form.address.data, signer=house().signer, now=g.now)
    return redirect(url_for(".link_sent"), 303)


@pages.get("/my-page/sent")
@open_to_everyone
def link_sent() -> ResponseReturnValue:
    settings = house().settings
    return render_template(
        "me/link_sent.html", outbox=settings.is_trial and settings.email_provider == "local"
    )
