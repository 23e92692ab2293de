"""The personal page. A link from a message opens the everyday steps; a fresh one opens everything."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications.suppression import Why
from web.forms.checkin import ANSWERS
from web.forms.joining import PauseForm
from web.forms.me import BLOCKS, HowOftenForm
from web.http.access import with_link
from web.http.context import house, row_number
from web.models import TAKING_PART, Membership, Person, Programme, Purpose, Round, RoundState, Standing
from web.pages.me import pages
from web.pages.me.visits import (
    Visit,
    back_to_page,
    known_to,
    membership_of,
    nothing_changed,
    open_visit,
)
from web.services.common import links, programmes, times
from web.services.conversations import conversations
from web.services.gathering import offers
from web.services.people import own_details, participation, phone_codes, reachability, retention
from web.services.people.participation import Section
from web.services.rounds import dropouts, never_pairs, pots, rounds, top_ups
from web.services.rounds.introductions import Window

# Why we do not write to somebody, said to themselves.
SAYS = {
    Why.STOP: "you sent STOP",
    Why.UNSUBSCRIBED: "you asked us to stop",
    Why.SPAM: "you reported our mail as spam",
}


@pages.get("/me/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    visit = open_visit(token)
    return _page(visit)


def _page(visit: Visit, pausing: PauseForm | None = None, slug: str = "") -> str:
    """The personal page; `pausing` is the pause form of `slug` that needs another look."""
    sections = participation.sections(g.session, visit.person)
    forms = {one.programme.slug: PauseForm(formdata=None) for one in sections}
    if pausing:
        forms[slug] = pausing
    for name, form in forms.items():
        form.until.id = f"until-{name}"
    talks = conversations.history(g.session, visit.person)
    shown = known_to(visit, talks)
    check_ins, introductions = (
        _doors(visit.person, Purpose.CHECK_IN),
        _doors(visit.person, Purpose.CONVERSATION),
    )
    if not visit.full:
        # A forwarded message opens what it was about, and nothing else of its reader's.
        check_ins, introductions = (
            {group: at for group, at in doors.items() if group == visit.group}
            for doors in (check_ins, introductions)
        )
    return render_template(
        "me/page.html",
        visit=visit,
        person=visit.person,
        sections=sections,
        programme=sections[0].programme if len(sections) == 1 else None,
        talks=shown,
        met_again={one.id for one in never_pairs.met(g.session, visit.person)} if visit.full else None,
        met_since=len(talks) > len(shown),
        running=[talk for talk in talks if talk.can_drop_out(g.now)],
        check_ins=check_ins,
        introductions=introductions,
        form=pausing,
        pause_forms=forms,
        pausing=slug,
        now=g.now,
        today=times.today(g.now),
        promised={one.programme.slug: _promised(one) for one in sections},
        erased_on=retention.erased_on(g.session, visit.person),
        SAYS=SAYS,
        Why=Why,
        ANSWERS=ANSWERS,
        free=[words.lower() for block, words in BLOCKS.items() if block in visit.person.availability],
        HOW_OFTEN=pots.HOW_OFTEN,
        Standing=Standing,
        TAKING_PART=TAKING_PART,
        stopped=reachability.stopped(g.session, visit.person, key=house().signer.suppression_key()),
        unproven=_unproven_number(visit.person),
        new_address=own_details.waiting_address(g.session, visit.person.id, now=g.now)
        if visit.full
        else None,
        offers=offers.to(g.session, visit.person, found_by=visit.knows_until),
    )


@dataclass(frozen=True)
class Promised:
    """The days that somebody reads of one programme of theirs; None where nothing is promised."""

    next_round_on: date | None
    top_up_on: date | None
    in_rounds_from: date | None


def _promised(of: Section) -> Promised:
    programme, mine, today = of.programme, of.membership, times.today(g.now)
    return Promised(
        programmes.promised_day(programme, today),
        top_ups.promised(g.session, programme, mine.person_id, today),
        pots.in_rounds_from(mine.notified_at) if mine.standing is Standing.NOTIFIED else None,
    )


def _unproven_number(person: Person) -> str | None:
    """One that is of use once it is known to be theirs, and that we can text a code to."""
    asked = phone_codes.awaits_code(person) or phone_codes.is_only_way(person)
    return (
        phone_codes.unproven(g.session, person, now=g.now)
        if asked and house().settings.texts_offered
        else None
    )


def _doors(person: Person, purpose: Purpose) -> dict[int | None, str]:
    """The addresses of a person's check-ins or introductions that still open, by group."""
    address = links.address_maker(house().signer, "")
    sent = links.usable(g.session, purpose, person.id, now=g.now)
    return {group: address(link, person.id) for group, link in sent.items()}


@pages.post("/me/<token>/<slug>/next-round")
@with_link
def next_round(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token)
    membership, skips = membership_of(visit, slug), request.form.get("in") == "no"
    if membership.standing not in TAKING_PART:
        return nothing_changed(token)
    try:
        participation.skip_next(g.session, membership, skips, of=_shown(), now=g.now)
    except participation.HasBegun as error:
        return _from_before(token, slug, error.round)
    if skips:
        flash("You skip the next round, and are in again after it.")
    else:
        flash("You are in the next round." if _is_in_next(membership) else "Saved.")
    return back_to_page(token)


def _is_in_next(membership: Membership) -> bool:
    return participation.is_in_next(g.session, membership, times.today(g.now))


def _shown() -> int | None:
    """The number of the round that was the next one on the page they pressed."""
    return request.form.get("round", type=row_number)


def _from_before(token: str, slug: str, round_: Round | None) -> ResponseReturnValue:
    """After a press on a page that was opened before a round began."""
    back = nothing_changed(token)
    if round_ is None:
        return back
    return redirect(url_for(".a_round", token=token, slug=slug, number=round_.number), 303)


@pages.route("/me/<token>/<slug>/rounds/<int:number>", methods=["GET", "POST"])
@with_link
def a_round(token: str, slug: str, number: int) -> ResponseReturnValue:
    """A round that has begun: are they in it, and what if they cannot make it? It names nobody, as messages
    get forwarded.
    """
    visit = open_visit(token)
    membership = membership_of(visit, slug)
    programme = g.session.get_one(Programme, membership.programme_id)
    with suppress(rounds.NoDraft):
        round_ = rounds.by_number(g.session, programme, number)
        if round_.state is RoundState.SENT:
            return _a_round(visit, programme, membership, round_)
    return render_template("errors/404.html"), 404


def _a_round(
    visit: Visit, programme: Programme, membership: Membership, round_: Round
) -> ResponseReturnValue:
    talk, today = conversations.in_round(g.session, round_, visit.person.id), times.today(g.now)
    if request.method == "POST" and talk:
        with suppress(dropouts.CutOffPassed):
            dropouts.cannot_make_it(g.session, talk.group.id, visit.person.id, now=g.now)
        return redirect(request.path, 303)
    return render_template(
        "me/round.html",
        visit=visit,
        programme=programme,
        round=round_,
        talk=talk,
        window=Window.of_round(round_),
        now=g.now,
        today=today,
        in_next=_is_in_next(membership),
        next_number=pots.next_number(g.session, programme.id),
        next_round_on=programmes.promised_day(programme, today),
    )


@pages.post("/me/<token>/start-again")
@with_link
def start_again(token: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    reachability.start_again(g.session, visit.person, key=house().signer.suppression_key(), now=g.now)
    flash("Welcome back. We write to you again.")
    return back_to_page(token)


@pages.post("/me/<token>/stay")
@with_link
def stay(token: str) -> ResponseReturnValue:
    retention.stay(g.session, open_visit(token).person, now=g.now)
    flash("We keep your place. Nice to hear from you.")
    return back_to_page(token)


@pages.post("/me/<token>/<slug>/pause")
@with_link
def pause(token: str, slug: str) -> ResponseReturnValue:
    visit, form = open_visit(token), PauseForm()
    membership = membership_of(visit, slug)
    if membership.standing not in TAKING_PART:
        return nothing_changed(token)
    if form.validate_on_submit() and form.until.data:
        try:
            participation.pause(g.session, membership, form.until.data, now=g.now)
        except participation.BadPause as error:
            form.until.errors = [str(error)]
            return _page(visit, form, slug), 422
        flash("You are paused.")
        return back_to_page(token)
    form.until.errors = list(form.until.errors) or ["Enter the first day you would like to be in again"]
    return _page(visit, form, slug), 422


@pages.post("/me/<token>/<slug>/resume")
@with_link
def resume(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token)
    membership = membership_of(visit, slug)
    if membership.standing not in (*TAKING_PART, Standing.LEFT):
        return nothing_changed(token)
    try:
        participation.resume(g.session, membership, of=_shown(), now=g.now)
    except participation.HasBegun as error:
        return _from_before(token, slug, error.round)
    flash("Welcome back. You are in the next round." if _is_in_next(membership) else "Welcome back.")
    return back_to_page(token)


@pages.post("/me/<token>/<slug>/threes")
@with_link
def threes(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token)
    happy = request.form.get("happy") == "yes"
    participation.set_happy_in_three(g.session, membership_of(visit, slug), happy, now=g.now)
    flash("Saved.")
    return back_to_page(token)


@pages.route("/me/<token>/<slug>/how-often", methods=["GET", "POST"])
@with_link
def how_often(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token)
    membership = membership_of(visit, slug)
    form = HowOftenForm(every=str(membership.every))
    if form.validate_on_submit():
        participation.set_how_often(g.session, membership, int(form.every.data), now=g.now)
        flash("Saved.")
        return back_to_page(token)
    programme = g.session.get_one(Programme, membership.programme_id)
    page = render_template("me/how_often.html", visit=visit, form=form, programme=programme)
    return page, 422 if form.errors else 200
