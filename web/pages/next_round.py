"""Before a round: in, skip or pause. Opened by the heads-up; each step is one button."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.joining import PauseForm
from web.http.access import stop_if_closed, with_link
from web.http.context import house
from web.models import TAKING_PART, Membership, Person, Programme, Purpose, Round
from web.pages import first_press
from web.services.common import links, programmes, times
from web.services.people import participation
from web.services.rounds import pots
from web.tokens import BadLink

pages = Blueprint("next_round", __name__)


@dataclass(frozen=True)
class Coming:
    """The round somebody has been told of. `begun` is that round once it has been sent: then nothing here
    speaks of it any more. `on` is None where no day is set.
    """

    token: str
    programme: Programme
    membership: Membership
    number: int
    on: date | None
    begun: Round | None

    @property
    def is_paused(self) -> bool:
        until = self.membership.paused_until
        return bool(self.membership.silent_since or (until and until > (self.on or times.today(g.now))))

    @property
    def rests(self) -> bool:
        return self.membership.every > 1 and participation.rests(g.session, self.membership)


def _open(token: str) -> Coming:
    link = links.open_link(g.session, house().signer, token, Purpose.NEXT_ROUND, now=g.now)
    person = g.session.get(Person, link.person)
    membership = g.session.get(Membership, (link.subject, link.person))
    if person is None or person.erased_at or membership is None:
        raise BadLink
    programme = g.session.get_one(Programme, link.subject)
    stop_if_closed(programme)
    first_press.note(link)
    return Coming(
        token,
        programme,
        membership,
        number=pots.next_number(g.session, programme.id),
        on=programmes.promised_day(programme, times.today(g.now)),
        begun=participation.begun_since(g.session, programme, link.created_at),
    )


def _has_begun(coming: Coming, round_: Round) -> ResponseReturnValue:
    """On the page of that round, from which no other one is skipped."""
    where = url_for("me.a_round", token=coming.token, slug=coming.programme.slug, number=round_.number)
    return redirect(where, 303)


def _page(coming: Coming, form: PauseForm) -> str:
    return render_template(
        "me/next_round.html",
        coming=coming,
        programme=coming.programme,
        form=form,
        TAKING_PART=TAKING_PART,
        HOW_OFTEN=pots.HOW_OFTEN,
    )


@pages.get("/next-round/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    coming = _open(token)
    if coming.begun and coming.membership.standing in TAKING_PART:
        return _has_begun(coming, coming.begun)
    return _page(coming, PauseForm(formdata=None))


@pages.post("/next-round/<token>")
@with_link
def decide(token: str) -> ResponseReturnValue:
    """In or not, by one of two buttons."""
    coming = _open(token)
    if coming.begun:
        flash("That round has begun meanwhile, so nothing has changed. This is how things are now.", "error")
    elif coming.membership.standing in TAKING_PART:
        say = participation.resume
        if request.form.get("in") == "no":
            say = partial(participation.skip_next, skips=True)
        # Sent at this very moment: the page they come back to says so.
        with suppress(participation.HasBegun):
            say(g.session, coming.membership, of=coming.number, now=g.now)
    return redirect(url_for(".show", token=token), 303)


@pages.post("/next-round/<token>/pause")
@with_link
def pause(token: str) -> ResponseReturnValue:
    coming, form = _open(token), PauseForm()
    if coming.membership.standing not in TAKING_PART:
        return redirect(url_for(".show", token=token), 303)
    if not form.validate_on_submit() or form.until.data is None:
        form.until.errors = list(form.until.errors) or ["Enter the first day you would like to be in again"]
        return _page(coming, form), 422
    try:
        participation.pause(g.session, coming.membership, form.until.data, now=g.now)
    except participation.BadPause as error:
        form.until.errors = [str(error)]
        return _page(coming, form), 422
    flash("You are paused from the next round on." if coming.begun else "You are paused.")
    return redirect(url_for(".show", token=token), 303)
