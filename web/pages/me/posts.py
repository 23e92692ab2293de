"""Where somebody posts in public, and which of those posts are about what they learned."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.gathering import ClaimForm, HandleForm
from web.http.access import with_link
from web.models import HandleKind, Showing
from web.pages.me import pages
from web.pages.me.visits import Visit, back_to_page, known_to, open_visit, say_whether_removed
from web.services.gathering import handles as places
from web.services.gathering import offers
from web.services.gathering.offers import Offer

CLAIMED = "Thank you. An organiser looks at it first."


@pages.route("/me/<token>/handles", methods=["GET", "POST"])
@with_link
def handles(token: str) -> ResponseReturnValue:
    visit, form = open_visit(token, full=True), HandleForm()
    if form.validate_on_submit():
        try:
            places.add(g.session, visit.person, HandleKind(form.kind.data), form.name.data, now=g.now)
            flash("Saved. Posts of yours that we find are on your page, for you to decide.")
            return redirect(url_for(".handles", token=token), 303)
        except places.BadHandle as error:
            form.name.errors = [str(error)]
    known = places.of_person(g.session, visit.person)
    page = render_template("me/handles.html", visit=visit, form=form, handles=known)
    return page, 422 if form.errors else 200


@pages.post("/me/<token>/handles/<int:number>/remove")
@with_link
def remove_handle(token: str, number: int) -> ResponseReturnValue:
    person, name = open_visit(token, full=True).person, request.form.get("words")
    say_whether_removed(places.remove(g.session, person, number, name=name, now=g.now))
    return redirect(url_for(".handles", token=token), 303)


@pages.route("/me/<token>/posts/<int:number>", methods=["GET", "POST"])
@with_link
def claim_post(token: str, number: int) -> ResponseReturnValue:
    visit = open_visit(token)
    if request.method == "POST" and offers.is_claimed(g.session, visit.person, number):  # by a first press
        flash(CLAIMED)
        return back_to_page(token)
    offer = _offer(visit, number)
    talks, form = known_to(visit, offers.talks(g.session, visit.person, offer)), ClaimForm()
    form.offer(talks)
    if talks and form.validate_on_submit():
        talk = next(one for one in talks if one.group.id == form.chosen())
        showing = Showing(form.showing.data)
        offers.claim(g.session, visit.person, offer, talk, showing, now=g.now)
        flash(CLAIMED)
        return back_to_page(token)
    page = render_template("me/claim_post.html", visit=visit, offer=offer, talks=talks, form=form)
    return page, 422 if form.errors else 200


@pages.post("/me/<token>/posts/<int:number>/not-mine")
@with_link
def not_my_post(token: str, number: int) -> ResponseReturnValue:
    visit = open_visit(token)
    if not offers.is_declined(g.session, visit.person, number):
        offers.decline(g.session, visit.person, _offer(visit, number), now=g.now)
    flash("We do not ask you about it again.")
    return back_to_page(token)


def _offer(visit: Visit, number: int) -> Offer:
    try:
        return offers.one(g.session, visit.person, number, found_by=visit.knows_until)
    except offers.NoSuchOffer:
        abort(404)
