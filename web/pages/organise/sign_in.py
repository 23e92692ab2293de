"""Signing in: an address, a mail, a button. The link works once, for 15 minutes."""

from urllib.parse import urlsplit

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user

from web.forms.joining import EmailForm
from web.house import house
from web.models import Purpose
from web.pages.organise import pages
from web.permissions import is_recent, open_to_everyone, signed_in, with_link
from web.services import links, organisers

WAYS_IN = (Purpose.SIGN_IN, Purpose.ORGANISE)


class SignedIn(UserMixin):
    """Who is signed in, as Flask-Login wants it."""

    def __init__(self, organiser: str, email: str) -> None:
        self.id = organiser
        self.email = email


def load_organiser(organiser_id: str) -> SignedIn | None:
    if "session" not in g:  # refused at the door, before anything was opened: such a page knows nobody
        return None
    email = organisers.email_of(g.session, organiser_id)
    return SignedIn(organiser_id, email) if email else None


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
    organisers.ask_to_sign_in(g.session, form.email.data, signer=house().signer, now=g.now)
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
    organisers.ask_to_sign_in(g.session, current_user.email, signer=house().signer, now=g.now)
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
    organiser = organisers.sign_in(g.session, link, now=g.now)
    wanted, interrupted = _own_path(session.get("next")), session.get("interrupted")
    session.clear()  # what was there before belongs to nobody in particular
    session.permanent = True
    if interrupted and interrupted["by"] == organiser.id:
        session["interrupted"] = interrupted
        flash("You are signed in again. Nothing has been done yet: press the button once more.")
    session["signed_in_at"] = g.now.timestamp()
    login_user(SignedIn(organiser.id, organiser.email))
    return redirect(wanted or url_for(".home"), 303)


@pages.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for(".sign_in"), 303)


def _own_path(path: str | None) -> str | None:
    """A path of our own organiser's pages, or nothing: no way out to another site."""
    if not path or not path.startswith("/organise/") or "\\" in path:
        return None
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else None
