"""Leaving, stopping messages, taking one's data along and being erased."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications.messages import Channel
from web.http.access import open_to_everyone, with_link
from web.http.context import house
from web.models import TAKING_PART, Person, Programme, Purpose, Standing
from web.pages.me import pages
from web.pages.me.visits import back_to_page, membership_of, nothing_changed, open_visit
from web.services.people import data_export, erasure, merging, participation, reachability
from web.tokens import BadLink


@pages.route("/me/<token>/stop-texts", methods=["GET", "POST"])
@with_link
def stop_texts(token: str) -> ResponseReturnValue:
    visit = open_visit(token)
    if request.method == "GET":
        return render_template("me/stop_texts.html", visit=visit)
    reachability.stop(g.session, visit.person, Channel.SMS, key=house().signer.suppression_key(), now=g.now)
    flash("We have stopped. No text comes any more.")
    return back_to_page(token)


@pages.get("/me/<token>/<slug>/leave")
@with_link
def ask_to_leave(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token)
    programme = g.session.get_one(Programme, membership_of(visit, slug).programme_id)
    return render_template("me/leave.html", visit=visit, programme=programme)


@pages.post("/me/<token>/<slug>/leave")
@with_link
def leave(token: str, slug: str) -> ResponseReturnValue:
    membership = membership_of(open_visit(token), slug)
    if membership.standing not in (*TAKING_PART, Standing.LEFT):
        return nothing_changed(token)
    participation.leave(g.session, membership, now=g.now)
    flash("You have left. Thank you for taking part.")
    return back_to_page(token)


@pages.get("/me/<token>/my-data.json")
@with_link
def my_data(token: str) -> ResponseReturnValue:
    held = data_export.everything(g.session, open_visit(token, full=True).person)
    return _file(data_export.as_json(held), "application/json", "my-data.json")


@pages.get("/me/<token>/my-data.zip")
@with_link
def my_spreadsheets(token: str) -> ResponseReturnValue:
    held = data_export.everything(g.session, open_visit(token, full=True).person)
    return _file(data_export.as_spreadsheets(held, g.now), "application/zip", "my-data.zip")


def _file(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return content, 200, headers


@pages.get("/me/<token>/erase")
@with_link
def ask_to_erase(token: str) -> ResponseReturnValue:
    return render_template("me/erase.html", visit=open_visit(token, full=True))


@pages.post("/me/<token>/erase")
@with_link
def erase(token: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    key = house().signer.suppression_key()
    erasure.erase_as_asked(g.session, visit.person, by=visit.person.id, key=key, now=g.now)
    return redirect(url_for(".erased"), 303)


@pages.get("/erased")
@open_to_everyone
def erased() -> ResponseReturnValue:
    return render_template("me/erased.html")


@pages.get("/unsubscribe/<token>")
@with_link
def ask_to_unsubscribe(token: str) -> ResponseReturnValue:
    person = _standing(token)
    return render_template("me/unsubscribe.html", token=token, person=person)


@pages.post("/unsubscribe/<token>")
@with_link
def unsubscribe(token: str) -> ResponseReturnValue:
    """One click, by a mail program or a person: no cookie, no form token, no redirect (RFC 8058)."""
    person = _standing(token)
    reachability.stop(g.session, person, Channel.EMAIL, key=house().signer.suppression_key(), now=g.now)
    return render_template("me/unsubscribed.html")


def _standing(token: str) -> Person:
    person = merging.survivor(g.session, house().signer.standing_person(token, Purpose.UNSUBSCRIBE))
    if person is None or person.erased_at:
        raise BadLink
    return person
