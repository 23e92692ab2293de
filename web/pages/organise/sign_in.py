"""Signing in: an address, a mail, a button. The link works once, for 15 minutes.

And signing out: here, in another browser, everywhere.
"""

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException

from web.forms.joining import EmailForm
from web.http import browsers
from web.http.access import Access, is_recent, open_to_everyone, signed_in, with_link
from web.http.context import house
from web.models import Organiser, Purpose
from web.pages.organise import pages
from web.services.common import links, phrases
from web.services.organisers import accounts, organiser_sessions

WAYS_IN = (Purpose.SIGN_IN, Purpose.ORGANISE)
ASK_FOR_SIGN_IN = (Access.SIGNED_IN, Access.VIEWER, Access.ORGANISER, Access.OWNER, Access.OPERATOR)
LONGEST_PATH = 300  # in a cookie that holds 4,000 letters


class SignedIn(UserMixin):
    """Who is signed in, as Flask-Login wants it. The cookie holds the token; everything else is the row's."""

    def __init__(self, token: str, found: organiser_sessions.SignedIn) -> None:
        self.id, self.email = found.organiser, found.email
        self.number, self.since = found.number, found.since
        self.operates = found.operates_since is not None
        self._token = token

    def get_id(self) -> str:
        return self._token


def load_organiser(token: str) -> SignedIn | None:
    if "session" not in g:  # refused at the door, before anything was opened: such a page knows nobody
        return None
    found = organiser_sessions.find(g.session, token, now=g.now)
    return SignedIn(token, found) if found else None


@pages.get("/sign-in")
@open_to_everyone
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for(".home"), 303)
    if wanted := _own_path(request.args.get("next")):
        session["next"] = wanted
    return render_template("organise/sign_in.html", form=EmailForm())


@pages.post("/sign-in")
@open_to_everyone
def ask_to_sign_in() -> ResponseReturnValue:
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("organise/sign_in.html", form=form), 422
    accounts.ask_to_sign_in(g.session, form.email.data, signer=house().signer, now=g.now)
    return redirect(url_for(".sign_in_sent"), 303)


@pages.get("/sign-in/sent")
@open_to_everyone
def sign_in_sent() -> ResponseReturnValue:
    local = house().settings.is_trial and house().settings.email_provider == "local"
    return render_template("organise/sign_in_sent.html", outbox=local)


@pages.get("/sign-in/again")
@signed_in
def sign_in_again() -> ResponseReturnValue:
    if is_recent():
        return redirect(_own_path(session.get("next")) or url_for(".home"), 303)
    return render_template(
        "organise/sign_in_again.html", email=current_user.email, back=_own_path(session.get("next"))
    )


@pages.post("/sign-in/again")
@signed_in
def ask_to_sign_in_again() -> ResponseReturnValue:
    accounts.ask_to_sign_in(g.session, current_user.email, signer=house().signer, now=g.now)
    return redirect(url_for(".sign_in_sent"), 303)


@pages.get("/sign-in/<token>")
@with_link
def show_button(token: str) -> ResponseReturnValue:
    links.open_link(g.session, house().signer, token, *WAYS_IN, now=g.now)
    return render_template("organise/sign_in_button.html", token=token)


@pages.post("/sign-in/<token>")
@with_link
def press_button(token: str) -> ResponseReturnValue:
    link = links.open_link(g.session, house().signer, token, *WAYS_IN, now=g.now)
    organiser = accounts.sign_in(g.session, link, now=g.now)
    wanted, interrupted = _own_path(session.get("next")), session.get("interrupted")
    sign_in_here(organiser)
    if interrupted and interrupted["by"] == organiser.id:
        session["interrupted"] = interrupted
        flash("You are signed in again. Nothing has been done yet: press the button once more.")
    return redirect(wanted or url_for(".home"), 303)


def sign_in_here(organiser: Organiser) -> None:
    """A new session, on both sides: what was there before belongs to nobody in particular."""
    if current_user.is_authenticated:
        organiser_sessions.end(g.session, current_user.id, current_user.number, now=g.now)
    session.clear()
    session.permanent = True
    browser = browsers.in_words(request.user_agent.string)
    token, found = organiser_sessions.begin(g.session, organiser, browser, now=g.now)
    login_user(SignedIn(token, found))


@pages.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    organiser_sessions.end(g.session, current_user.id, current_user.number, now=g.now)
    return _signed_out("You are signed out.")


@pages.get("/signed-in")
@signed_in
def where_signed_in() -> ResponseReturnValue:
    found = organiser_sessions.of_organiser(g.session, current_user.id, now=g.now)
    return render_template("organise/where_signed_in.html", found=found, here=current_user.number)


@pages.post("/signed-in/<int:number>/sign-out")
@signed_in
def sign_out_there(number: int) -> ResponseReturnValue:
    """Of one browser, by the number of its row. One that is over already is what was wanted."""
    if number == current_user.number:
        signed_out: ResponseReturnValue = sign_out()
        return signed_out
    if organiser_sessions.end(g.session, current_user.id, number, now=g.now):
        flash("That browser is signed out.")
    return redirect(url_for(".where_signed_in"), 303)


@pages.post("/signed-in/sign-out")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    ended = organiser_sessions.end_all(g.session, current_user.id, by=current_user.id, now=g.now)
    return _signed_out(f"You are signed out of {phrases.counted(ended, 'browser')}, this one too.")


def _signed_out(said: str) -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash(said)
    return redirect(url_for(".sign_in"), 303)


def _own_path(path: str | None) -> str | None:
    """The address of one of our pages that ask for a sign-in, or nothing: no way out to another site, to
    somebody else's sign-in link, or into a header.
    """
    if not path or not path.isprintable() or len(path) > LONGEST_PATH:
        return None
    # The router takes off what a browser reads: `//organise/` is another machine's first page.
    if not path.startswith("/") or path.startswith("//"):
        return None
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return None
    decided = getattr(current_app.view_functions[endpoint], "access", None)
    return path if decided in ASK_FOR_SIGN_IN else None
