"""A draft, changed by hand. Each button says which version its page showed."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeGuard

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from notifications import outbox
from web.http.access import holds_no_lock, needs
from web.http.context import house, row_number
from web.models import Role
from web.pages.organise import pages
from web.pages.organise.numbered import of_a_draft, of_a_round, person_named
from web.services.common import times
from web.services.rounds import editing, keeping_apart, previews, rounds, seating, swap_choices, try_outs
from web.services.rounds.editing import DraftPlan


@pages.get("/<slug>/rounds/<int:number>/people/<person>")
@needs(Role.ORGANISER)
def one_in_a_draft(number: int, person: str) -> ResponseReturnValue:
    """What can be done with one person of a draft."""
    wanted = request.args.get("search", "").strip()
    with suppress(rounds.NoDraft):
        round_ = rounds.by_number(g.session, g.programme, number)
        found = swap_choices.of_person(
            g.session, g.programme, number, person, today=times.today(g.now), wanted=wanted
        )
        if round_.state == "draft":
            return render_template(
                "organise/person_in_draft.html",
                programme=g.programme,
                role=g.role,
                round=round_,
                choices=found,
                wanted=wanted,
            )
    return render_template("errors/404.html"), 404


@pages.post("/<slug>/rounds/<int:number>/swap")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_draft
def swap(number: int) -> ResponseReturnValue:
    return _change(number, editing.swap, person_named("person"), person_named("other"))


@pages.post("/<slug>/rounds/<int:number>/move")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_draft
def move(number: int) -> ResponseReturnValue:
    return _change(
        number, editing.move, person_named("person"), request.form.get("group", 0, type=row_number)
    )


@pages.post("/<slug>/rounds/<int:number>/leave-out")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_draft
def leave_out(number: int) -> ResponseReturnValue:
    return _change(number, editing.leave_out, person_named("person"))


@pages.post("/<slug>/rounds/<int:number>/put-in")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_draft
def bring_in(number: int) -> ResponseReturnValue:
    return _change(number, editing.bring_in, person_named("person"))


@pages.post("/<slug>/rounds/<int:number>/lock")
@needs(Role.ORGANISER)
@of_a_draft
def lock(number: int) -> ResponseReturnValue:
    group, locked = request.form.get("group", 0, type=row_number), request.form.get("locked") == "yes"
    try:
        editing.lock(g.session, g.programme, _version(), group, locked, by=current_user.id, now=g.now)
    except seating.NoSuchGroup:
        abort(404)
    except rounds.RoundError as error:
        g.session.rollback()
        if not is_by_first_press(error):
            flash(f"{error}.", "error")
    return _to_draft(number, f"group-{group}")


@pages.post("/<slug>/rounds/<int:number>/never")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_round
def forbid(number: int) -> ResponseReturnValue:
    return _decide(number, keeping_apart.keep_apart, "said that {} and {} must not meet")


@pages.post("/<slug>/rounds/<int:number>/never/take-back")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_round
def allow(number: int) -> ResponseReturnValue:
    return _decide(number, keeping_apart.let_meet, "said that {} and {} may meet")


@pages.post("/<slug>/rounds/<int:number>/try")
@needs(Role.ORGANISER)
@holds_no_lock
@of_a_round
def try_out(number: int) -> ResponseReturnValue:
    """Send one introduction to whoever is signed in."""
    try:
        order = try_outs.try_out(
            g.session, g.programme, number, person_named("person"), current_user.id, now=g.now
        )
    except rounds.RoundError as error:
        flash(f"{error}.", "error")
        return _to_draft(number)
    with house().database.write() as session:
        outbox.queue_all(session, [order], now=g.now)
    house().poke()
    flash(f"A test is on its way to {order.to.email}. Nobody else has it.")
    return _to_draft(number)


def _change(number: int, plan: Callable[..., DraftPlan], *what: Any) -> ResponseReturnValue:
    """Plan without a lock, keep with one, and say how good the round is now."""
    try:
        planned = plan(g.session, g.programme, _version(), *what, today=times.today(g.now))
        said = _keep(planned)
    except seating.NoSuchGroup:
        abort(404)
    except rounds.RoundError as error:
        if not is_by_first_press(error):
            flash(f"Nothing was changed. {error}.", "error")
            return _to_draft(number)
        said = _said_before(number, error)
    flash(said)
    return _to_draft(number)


def _decide(number: int, decide: Callable[..., None], what: str) -> ResponseReturnValue:
    """Who must not meet is kept for good; what is best possible may be another round from now on."""
    first, second = person_named("person"), person_named("other")
    try:
        with house().database.write() as session:
            decide(session, g.programme, first, second, by=current_user.id, now=g.now)
        sentence = what.format(*(f"{{{person}}}" for person in (first, second)))
        with house().database.read() as session:
            planned = editing.recount(session, g.programme, _version(), sentence, today=times.today(g.now))
        said = _keep(planned, by_hand=False)
    except rounds.RoundError as error:
        if not is_by_first_press(error):
            flash(f"{error}.", "error")
            return _to_draft(number)
        said = _said_before(number, error)
    flash(said)
    return _to_draft(number)


def _keep(planned: DraftPlan, *, by_hand: bool = True) -> str:
    with house().database.write() as session:
        kept = editing.keep(session, g.programme, planned, by=current_user.id, now=g.now, by_hand=by_hand)
        what = rounds.named(session, planned.what)
        verdict = planned.broken and f"A rule is broken now: {planned.broken}."
        return f"You {what}. {verdict or previews.how_far(kept.figures, kept.best)}"


def is_by_first_press(error: rounds.RoundError) -> TypeGuard[rounds.Repeated]:
    """Has whoever presses a button done just that by pressing it before?"""
    return isinstance(error, rounds.Repeated) and error.change.by == current_user.id


def _said_before(number: int, done: rounds.Repeated) -> str:
    """What their first press was told. A rule that is broken is told of by the page itself."""
    with house().database.read() as session:
        round_, said = rounds.by_number(session, g.programme, number), rounds.named(session, done.change.what)
        is_legal = not editing.forbidden_pairs(session, g.programme, round_)
        return f"You {said}. {previews.how_far(round_.figures, round_.best) if is_legal else ''}".rstrip()


def _version() -> int:
    return request.form.get("version", 0, type=row_number)


def _to_draft(number: int, part: str | None = None) -> ResponseReturnValue:
    return redirect(url_for(".one_round", slug=g.programme.slug, number=number, _anchor=part), 303)
