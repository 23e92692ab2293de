"""Draw, look, send."""

import secrets
from collections.abc import Callable
from contextlib import suppress

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlmodel import Session

from matcher import Refused
from web.http.access import holds_no_lock, needs, recently_signed_in
from web.http.context import by_day, house, page_number, row_number, stop_past_the_end
from web.models import Role, Round, RoundState
from web.models.jobs import Work
from web.pages.organise import pages
from web.pages.organise.drafts import is_by_first_press
from web.pages.organise.errands import to_its_progress
from web.pages.organise.numbered import of_a_round
from web.services.background import jobs
from web.services.common import audit, phrases, times
from web.services.rounds import (
    delivery_problems,
    drafts,
    draw_records,
    previews,
    round_list,
    rounds,
    sending,
)


@pages.get("/<slug>/rounds")
@needs(Role.VIEWER)
def every_round() -> ResponseReturnValue:
    listed = round_list.every(g.session, g.programme)
    errand = jobs.current(g.session, g.programme)
    return render_template(
        "organise/rounds.html",
        programme=g.programme,
        role=g.role,
        rounds=listed,
        errand=errand,
        steps=jobs.STEPS,
        percent=jobs.percent(errand) if errand else 0,
    )


@pages.post("/<slug>/rounds/draw")
@needs(Role.ORGANISER)
@holds_no_lock
def draw_round() -> ResponseReturnValue:
    """Read, draw, then write with a version check: drawing may take long and keeps nobody waiting."""
    version, shown = (request.form.get(name, type=row_number) for name in ("version", "round"))
    if jobs.people(g.session, g.programme) > jobs.LARGE:
        with house().database.write() as session:
            return _have_it_done(session, Work.DRAW, version, shown)
    base, seed = house().database, secrets.randbits(drafts.SEED_BITS)
    try:
        drawn = drafts.draw_next(base.read, g.programme.id, seed=seed, today=times.today(g.now))
        with base.write() as session:
            kept = drafts.save_draft(
                session, g.programme, drawn, by=current_user.id, now=g.now, version=version, number=shown
            )
            number = kept.number
    except rounds.StaleDraft as error:
        if is_by_first_press(error):
            return redirect(url_for(".one_round", slug=g.programme.slug, number=drawn.pot.number), 303)
        flash(f"Nothing was drawn. {error}.", "error")
        return redirect(url_for(".every_round", slug=g.programme.slug), 303)
    except rounds.RoundError as error:
        flash(f"{error}.", "error")
        return redirect(url_for(".every_round", slug=g.programme.slug), 303)
    return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)


def _have_it_done(
    session: Session, work: Work, version: int | None, number: int | None
) -> ResponseReturnValue:
    """By a worker: the list of rounds shows how far it is."""
    taken = jobs.ask(session, g.programme, work, version, number=number, by=current_user.id, now=g.now)
    house().poke()
    return to_its_progress(session, work, number, taken=taken)


@pages.get("/<slug>/rounds/<int:number>")
@needs(Role.ORGANISER)
def one_round(number: int) -> ResponseReturnValue:
    with suppress(rounds.NoDraft):
        wanted = request.args.get("search", "").strip()
        preview = previews.of_round(
            g.session, g.programme, number, now=g.now, page=page_number(), wanted=wanted
        )
        stop_past_the_end(preview.groups)
        template = "draft" if preview.is_draft else "sent"
        return render_template(
            f"organise/{template}.html",
            programme=g.programme,
            role=g.role,
            preview=preview,
            wanted=wanted,
            night=by_day(""),
        )
    return render_template("errors/404.html"), 404


@pages.post("/<slug>/rounds/<int:number>/send")
@needs(Role.ORGANISER)
@recently_signed_in(back=".one_round")
@of_a_round
def send_round(number: int) -> ResponseReturnValue:
    here = redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)
    version = request.form.get("version", 0, type=row_number)
    if g.round.state is RoundState.DRAFT and jobs.people(g.session, g.programme) > jobs.LARGE:
        return _have_it_done(g.session, Work.SEND, version, number)
    try:
        sending.send_round(
            g.session,
            g.programme,
            number,
            version,
            by=current_user.id,
            now=g.now,
        )
    except rounds.NoDraft as error:
        g.session.rollback()
        flash(f"{error}.", "error")
        return redirect(url_for(".every_round", slug=g.programme.slug), 303)
    except (rounds.StaleDraft, rounds.ProgrammePaused) as error:
        g.session.rollback()
        flash(f"Nothing was sent. {error}.", "error")
        return here
    except Refused as error:
        g.session.rollback()
        flash(f"Nothing was sent, because a rule is broken: {error}.", "error")
        return here
    flash(by_day("The introductions are on their way."))
    return here


@pages.post("/<slug>/rounds/<int:number>/messages/<int:message>/resend")
@needs(Role.ORGANISER)
@of_a_round
def resend(number: int, message: int) -> ResponseReturnValue:
    try:
        delivery_problems.resend(g.session, g.programme, g.round, message, by=current_user.id, now=g.now)
        flash("It is on its way again.")
    except delivery_problems.NoSuchMessage:
        abort(404)
    except delivery_problems.NotToResend:
        flash("There is nothing left to send again. Look at the round as it is now.", "error")
    return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)


@pages.post("/<slug>/rounds/<int:number>/resend")
@needs(Role.ORGANISER)
@of_a_round
def resend_round(number: int) -> ResponseReturnValue:
    sent = delivery_problems.resend_round(g.session, g.programme, g.round, by=current_user.id, now=g.now)
    if sent:
        flash(by_day(f"{phrases.counted(sent, 'message is', 'messages are')} on the way again."))
    else:
        flash("There is nothing left to send again. Look at the round as it is now.", "error")
    return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)


@pages.post("/<slug>/rounds/<int:number>/discard")
@needs(Role.ORGANISER)
def discard_round(number: int) -> ResponseReturnValue:
    try:
        if rounds.by_number(g.session, g.programme, number).state is not RoundState.DRAFT:
            raise rounds.stale(g.session, None, None)
        drafts.discard(
            g.session,
            g.programme,
            request.form.get("version", 0, type=row_number),
            by=current_user.id,
            now=g.now,
        )
    except rounds.NoDraft:  # a first press has thrown it away, or there never was one
        if not drafts.was_discarded(g.session, g.programme, number):
            abort(404)
    except rounds.StaleDraft as error:
        flash(f"{error}.", "error")
        return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)
    flash(f"The draft of round {number} is gone. Nobody was told anything.")
    return redirect(url_for(".every_round", slug=g.programme.slug), 303)


@pages.post("/<slug>/rounds/<int:number>/input.json")
@needs(Role.ORGANISER)
@recently_signed_in(back=".one_round")
@of_a_round
def round_input(number: int) -> ResponseReturnValue:
    return _file_of_round(number, draw_records.input_file, "-input.json", "application/json")


@pages.post("/<slug>/rounds/<int:number>/round.csv")
@needs(Role.ORGANISER)
@recently_signed_in(back=".one_round")
@of_a_round
def round_groups(number: int) -> ResponseReturnValue:
    return _file_of_round(number, draw_records.round_file, ".csv", "text/csv")


def _file_of_round(
    number: int, write: Callable[[Session, Round], str], ending: str, kind: str
) -> ResponseReturnValue:
    """One of the two files that `unmentoring draw` and `check` take."""
    try:
        content = write(g.session, g.round)
    except draw_records.NoRecord as error:
        flash(f"{error}.", "error")
        return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)
    audit.record(
        g.session,
        current_user.id,
        "round exported",
        now=g.now,
        programme=g.programme.id,
        subject=f"round {number}",
    )
    name = f"{g.programme.slug}-round-{number}{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=kind, headers=headers)
