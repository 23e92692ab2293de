"""Joining: the form, and one answer for everyone who sends it."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.forms.joining import JoinForm
from web.forms.open import StartedForm
from web.http.access import holds_no_lock, open_to_everyone
from web.http.context import house
from web.models import Programme
from web.services.common import programmes
from web.services.organisations import organisations
from web.services.people import joining

TOO_QUICK = "That was very quick. Look at your details and press the button once more"
LIKE_A_PROGRAM = (
    "We could not tell that from a program’s. Look at your details and press the button once more"
)

pages = Blueprint("join", __name__, url_prefix="/p/<slug>/join")


@pages.get("")
@open_to_everyone
def show(slug: str) -> ResponseReturnValue:
    programme = _programme(slug)
    form = JoinForm()
    form.offer_choices(programme)
    form.ask_which("", ())
    return _page(programme, form)


@pages.post("")
@open_to_everyone
@holds_no_lock
def send(slug: str) -> ResponseReturnValue:
    programme = _programme(slug)
    form = JoinForm()
    form.offer_choices(programme)
    if not house().settings.texts_offered:
        form.offer_no_texts()
    _suggest_organisation(form, programme)
    _ask_which(form, programme)
    valid = form.validate_on_submit()
    too_quick = _started().too_quick(form.started.data, g.now.timestamp())
    # Nobody's form is lost because a browser filled in what it should not: they press once more.
    if valid and (too_quick or form.was_filled_by_a_program()):
        form.form_errors.append(TOO_QUICK if too_quick else LIKE_A_PROGRAM)
        valid = False
    if not valid:
        return _page(programme, form), 422
    # All that was looked up above kept nobody from writing.
    with house().database.write() as session:
        joining.ask_to_join(session, programme, form.details(), signer=house().signer, now=g.now)
    house().poke()
    return redirect(url_for(".check_your_messages", slug=slug), 303)


@pages.get("/check-your-messages")
@open_to_everyone
def check_your_messages(slug: str) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug)
    outbox = "outbox" if house().settings.is_trial and house().settings.email_provider == "local" else ""
    return render_template("join/check_your_messages.html", programme=programme, outbox=outbox)


def _programme(slug: str) -> Programme:
    programme = programmes.by_slug(g.session, slug)
    programmes.must_go_on(programme)
    return programme


def _suggest_organisation(form: JoinForm, programme: Programme) -> None:
    """An empty organisation is filled in from the address's domain, for the person to look at."""
    if form.organisation.data or not form.email.data or programme.id is None:
        return
    known = organisations.by_email(g.session, programme.id, form.email.data)
    if known:
        form.organisation.data = known.name
        form.suggested = known.name


def _ask_which(form: JoinForm, programme: Programme) -> None:
    """The question tells of nobody: it depends on what was typed, and on the programme's organisations."""
    typed, email = form.organisation.data or "", form.email.data or ""
    known = organisations.may_be(g.session, programme.id, typed, email)
    form.ask_which(typed, [one.name for one in known])


def _page(programme: Programme, form: JoinForm) -> str:
    if not house().settings.texts_offered:
        form.offer_no_texts()
    form.started.data = _started().stamp(g.now.timestamp())
    known = organisations.names(g.session, programme.id)
    return render_template("join/form.html", programme=programme, form=form, organisations=known)


def _started() -> StartedForm:
    return StartedForm(house().settings.secret_key)
