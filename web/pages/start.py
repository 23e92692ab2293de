"""Starting a programme: the form, the founder's page behind a link, and the operator's."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.forms.open import StartedForm
from web.forms.starting import AddressForm, DeclineForm, StartForm
from web.http.access import open_to_everyone, with_link
from web.http.context import house
from web.http.limits import network
from web.models import Link, Programme, ProgrammeRequest, Purpose
from web.models.starting import StartState
from web.pages.join import LIKE_A_PROGRAM, TOO_QUICK
from web.pages.organise.sign_in import sign_in_here
from web.services.background.operator_alerts import OPERATOR
from web.services.common import links
from web.services.common.programmes import BadSettings
from web.services.organisers import accounts
from web.services.programmes import starting
from web.services.programmes.starting import CLOSED, OPEN, NotStartedHere, Rules, StartTooLate
from web.tokens import ExpiredLink

DECIDED = "Nothing has changed: somebody has decided about it, or its founder is asked for another address."

pages = Blueprint("start", __name__, url_prefix="/start")


@pages.get("")
@open_to_everyone
def show() -> ResponseReturnValue:
    if _rules().mode == CLOSED:
        return _closed()
    return _form(StartForm())


@pages.post("")
@open_to_everyone
def send() -> ResponseReturnValue:
    if _rules().mode == CLOSED:
        return _closed(), 403
    form = StartForm()
    valid = form.validate_on_submit()
    too_quick = _started().too_quick(form.started.data, g.now.timestamp())
    # Nobody's form is lost because a browser filled in what it should not: they press once more.
    if valid and (too_quick or form.was_filled_by_a_program()):
        form.form_errors.append(TOO_QUICK if too_quick else LIKE_A_PROGRAM)
        valid = False
    if not valid:
        return _form(form), 422
    try:
        starting.ask(g.session, form.wanted(), signer=house().signer, now=g.now)
    except BadSettings as error:
        form.slug.errors = [f"Choose another address: {error.message}"]
        return _form(form), 422
    return redirect(url_for(".sent"), 303)


@pages.get("/sent")
@open_to_everyone
def sent() -> ResponseReturnValue:
    local = house().settings.is_trial and house().settings.email_provider == "local"
    return render_template("start/sent.html", outbox=local)


@pages.get("/confirm/<token>")
@with_link
def founder(token: str) -> ResponseReturnValue:
    return _founders_page(token, _open(token), AddressForm())


@pages.post("/confirm/<token>")
@with_link
def confirm(token: str) -> ResponseReturnValue:
    link = _open(token)
    try:
        was_there = starting.of_founder(g.session, link)
        made = starting.confirm(g.session, link, network(), _rules(), signer=house().signer, now=g.now)
    except StartTooLate as error:
        raise ExpiredLink(Purpose.START) from error
    except NotStartedHere:
        return _closed(), 403
    return _after(token, made, may_enter=was_there is None)


@pages.post("/confirm/<token>/address")
@with_link
def choose_address(token: str) -> ResponseReturnValue:
    """Where the one they wanted has become another programme's."""
    link, form = _open(token), AddressForm()
    made = starting.of_founder(g.session, link)
    if made is None or made.state is not StartState.TAKEN:
        return redirect(url_for(".founder", token=token), 303)
    if not form.validate_on_submit():
        return _founders_page(token, link, form), 422
    try:
        starting.choose_address(g.session, made, form.slug.data, _rules(), now=g.now)
    except BadSettings as error:
        form.slug.errors = [f"Choose another address: {error.message}"]
        return _founders_page(token, link, form), 422
    except NotStartedHere:
        return _closed(), 403
    return _after(token, made, may_enter=True)


@pages.post("/confirm/<token>/withdraw")
@with_link
def withdraw(token: str) -> ResponseReturnValue:
    made = starting.of_founder(g.session, _open(token))
    if made is None or made.state not in starting.UNDECIDED:
        return redirect(url_for(".founder", token=token), 303)
    starting.withdraw(g.session, made, now=g.now)
    flash("What you asked for is deleted. Nobody decides about it any more.")
    return redirect(url_for("home.home"), 303)


@pages.get("/decide/<token>")
@with_link
def look(token: str) -> ResponseReturnValue:
    return _decision(_asked(token), DeclineForm())


@pages.post("/decide/<token>")
@with_link
def approve(token: str) -> ResponseReturnValue:
    asked, form = _asked(token), DeclineForm()
    if asked.state is StartState.WAITING and form.stops_a_yes():
        return _decision(asked, form), 422
    flash(approved(asked, by=OPERATOR))
    return redirect(url_for(".look", token=token), 303)


@pages.post("/decide/<token>/decline")
@with_link
def decline(token: str) -> ResponseReturnValue:
    asked, form = _asked(token), DeclineForm()
    if not form.validate_on_submit():
        return _decision(asked, form), 422
    flash(declined(asked, form.reason.data or "", by=OPERATOR))
    return redirect(url_for(".look", token=token), 303)


def approved(asked: ProgrammeRequest, *, by: str) -> str:
    """Approve a request; what to tell whoever pressed."""
    try:
        programme = starting.approve(g.session, asked, by=by, now=g.now)
    except starting.TooLateToDecide:
        return DECIDED
    if programme is None:
        return f"/p/{asked.slug}/ is taken meanwhile. The founder has been asked for another address."
    return f"{programme.name} has begun, and its founder has been written to."


def declined(asked: ProgrammeRequest, reason: str, *, by: str) -> str:
    """Decline a request; what to tell whoever pressed."""
    try:
        starting.decline(g.session, asked, reason, by=by, now=g.now)
    except starting.TooLateToDecide:
        return DECIDED
    return f"{asked.name} is declined, and its founder has been written to."


def _open(token: str) -> Link:
    return links.open_link(g.session, house().signer, token, Purpose.START, now=g.now)


def _asked(token: str) -> ProgrammeRequest:
    """What the operator's link is about."""
    link = links.open_link(g.session, house().signer, token, Purpose.DECIDE, now=g.now)
    asked = starting.asked_about(g.session, link)
    if asked is None:
        raise ExpiredLink(Purpose.DECIDE)
    return asked


def _after(token: str, made: ProgrammeRequest, *, may_enter: bool) -> ResponseReturnValue:
    """Whoever has just begun a programme has shown their mailbox by it, and is signed in."""
    owner = starting.owner_of(g.session, made)
    if may_enter and made.state is StartState.APPROVED and made.decided_by == made.founder and owner:
        sign_in_here(accounts.enter(g.session, owner, now=g.now))
        flash(f"{made.name} can begin. You are its owner, and signed in.")
        return redirect(url_for("organise.dashboard", slug=made.slug), 303)
    return redirect(url_for(".founder", token=token), 303)


def _founders_page(token: str, link: Link, form: AddressForm) -> str:
    asked = starting.of_founder(g.session, link)
    if asked:
        programme = g.session.get(Programme, asked.programme_id) if asked.programme_id else None
        return render_template("start/asked.html", token=token, asked=asked, programme=programme, form=form)
    try:
        wanted = starting.unconfirmed(g.session, link, now=g.now)
    except StartTooLate as error:
        raise ExpiredLink(Purpose.START) from error
    if _rules().mode == CLOSED:
        return _closed()
    return render_template("start/confirm.html", wanted=wanted, begins=_rules().mode == OPEN)


def _decision(asked: ProgrammeRequest, form: DeclineForm) -> str:
    programme = g.session.get(Programme, asked.programme_id) if asked.programme_id else None
    return render_template("start/decide.html", asked=asked, programme=programme, form=form)


def _form(form: StartForm) -> str:
    form.started.data = _started().stamp(g.now.timestamp())
    return render_template(
        "start/form.html", form=form, begins=_rules().mode == OPEN, public_url=house().settings.public_url
    )


def _closed() -> str:
    return render_template("start/closed.html", address=house().settings.sender_address)


def _rules() -> Rules:
    settings = house().settings
    return Rules(settings.who_starts, settings.alert_email)


def _started() -> StartedForm:
    return StartedForm(house().settings.secret_key)
