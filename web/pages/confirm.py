"""Behind a confirmation: a page with a button. Only the button does anything."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications import addresses
from notifications.foreign import storable
from web.forms.joining import SharedMailboxForm, TextJoinForm
from web.http.access import open_to_everyone, with_link
from web.http.context import house
from web.models import (
    Link,
    Membership,
    Organisation,
    Person,
    Programme,
    Purpose,
    Request,
    RequestKind,
    Standing,
)
from web.pages.codes import text_a_code
from web.services.common import links, programmes
from web.services.incoming import join_by_text
from web.services.organisations import organisations
from web.services.people import invitations, joining, own_details, phone_codes, reachability
from web.tokens import ExpiredLink, UsedLink

pages = Blueprint("confirm", __name__)
PURPOSES = (Purpose.CONFIRM, Purpose.INVITATION, Purpose.NEW_ADDRESS)


@pages.get("/confirm/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    link = _open(token)
    if link.purpose is Purpose.NEW_ADDRESS:
        return render_template("confirm/new_address.html", request_=_asked_last(link))
    if link.purpose is Purpose.INVITATION:
        person, programme, membership = _invited(link)
        programmes.must_go_on(programme)
        organisation = g.session.get_one(Organisation, membership.organisation_id)
        takes_over = membership.standing is Standing.NOTIFIED
        return render_template(
            "confirm/taken_over.html" if takes_over else "confirm/invitation.html",
            token=token,
            programme=programme,
            person=person,
            organisation=organisation,
        )
    request_ = _request(link)
    programme = _joined(request_)
    if request_.kind is RequestKind.JOIN_BY_TEXT:
        return _ask_who(programme, _begun(request_))
    details = joining.Details.from_request(request_)
    if other := joining.somebody_else(g.session, details):
        return _ask_reader(programme, details, other, SharedMailboxForm())
    known = organisations.find(g.session, programme.id, details.organisation)
    return render_template(
        "confirm/join.html",
        programme=programme,
        details=details,
        organisation=known.name if known else details.organisation,
    )


@pages.post("/confirm/<token>")
@with_link
def press(token: str) -> ResponseReturnValue:
    link = _open(token)
    if link.purpose is Purpose.NEW_ADDRESS:
        return _new_address(link)
    if link.purpose is Purpose.CONFIRM and _request(link).kind is RequestKind.JOIN_BY_TEXT:
        return _join_by_text(_request(link))
    if link.purpose is Purpose.INVITATION:
        person, programme, membership = _invited(link)
        takes_over = membership.standing is Standing.NOTIFIED
        shares = bool(request.form.get("shares_email")) if takes_over else None
        invitations.accept_invitation(g.session, person, programme, now=g.now, shares_email=shares)
        link.used_at = g.now
    else:
        programme = _joined(_request(link))
        if request.form.get("do") == "else":
            return _join_elsewhere(link, programme)
        try:
            person = _confirmed(link)
        except joining.SomebodyElse as error:
            details = joining.Details.from_request(_request(link))
            return _ask_reader(programme, details, error.person, SharedMailboxForm()), 422
        if person.phone and phone_codes.awaits_code(person):
            text_a_code(person, person.phone, programme)
    if person.unreachable:  # whoever joins anew wants to be written to
        reachability.start_again(g.session, person, key=house().signer.suppression_key(), now=g.now)
    flash(f"You are in. Welcome to {programme.name}.")
    return redirect(url_for("me.show", token=_page_for(person)), 303)


@pages.post("/confirm/<token>/no")
@with_link
def decline(token: str) -> ResponseReturnValue:
    link = links.open_link(g.session, house().signer, token, Purpose.INVITATION, now=g.now)
    person, programme, _ = _invited(link)
    link.used_at = g.now
    key = house().signer.suppression_key()
    invitations.decline_invitation(g.session, person, programme, key=key, now=g.now)
    return redirect(url_for(".declined"), 303)


@pages.get("/declined")
@open_to_everyone
def declined() -> str:
    return render_template("confirm/declined.html")


def _join_by_text(request_: Request) -> ResponseReturnValue:
    form, programme = TextJoinForm(), _joined(request_)
    typed = form.organisation.data or ""
    form.ask_which(typed, [one.name for one in organisations.may_be(g.session, programme.id, typed)])
    if not form.validate_on_submit():
        return _ask_who(programme, form), 422
    names = (form.name.data, form.organisation_meant(typed), form.known_as.data or "")
    person = join_by_text.confirm(g.session, request_, *names, source="link in a text", now=g.now)
    flash(f"You are in. Welcome to {programme.name}.")
    return redirect(url_for("me.show", token=_page_for(person)), 303)


def _begun(request_: Request) -> TextJoinForm:
    """With what they texted of themselves, and what we have asked about it."""
    told = request_.details
    typed = told.get("organisation", "")
    form = TextJoinForm(formdata=None, name=told.get("name"), organisation=typed)
    form.ask_which(typed, told.get("which", ()))
    return form


def _ask_who(programme: Programme, form: TextJoinForm) -> str:
    known = organisations.names(g.session, programme.id)
    return render_template("confirm/join_by_text.html", programme=programme, form=form, organisations=known)


def _open(token: str) -> Link:
    return links.open_link(g.session, house().signer, token, *PURPOSES, now=g.now)


def _request(link: Link) -> Request:
    with _said_by_the_link(link):
        return joining.request_behind(g.session, link)


def _confirmed(link: Link) -> Person:
    with _said_by_the_link(link):
        replaces = storable(request.form.get("replaces", "")) or None
        return joining.confirm(g.session, link, source="web form", now=g.now, replaces=replaces)


def _join_elsewhere(link: Link, programme: Programme) -> ResponseReturnValue:
    """Somebody else reads this mailbox too: they are asked at an address of their own."""
    form, details = SharedMailboxForm(), joining.Details.from_request(_request(link))
    valid = form.validate_on_submit()
    if valid and addresses.email_key(form.email.data) == addresses.email_key(details.email):
        form.email.errors = ["Enter another address: this one is taken"]
        valid = False
    if not valid:
        other = joining.somebody_else(g.session, details)
        return _ask_reader(programme, details, other, form), 422
    with _said_by_the_link(link):
        joining.ask_elsewhere(g.session, link, form.email.data, signer=house().signer, now=g.now)
    return redirect(url_for("join.check_your_messages", slug=programme.slug), 303)


def _ask_reader(
    programme: Programme, details: joining.Details, other: Person | None, form: SharedMailboxForm
) -> str:
    return render_template(
        "confirm/shared_mailbox.html",
        programme=programme,
        details=details,
        other=other,
        form=form,
        texts_to=house().settings.texts_to,
    )


@contextmanager
def _said_by_the_link(link: Link) -> Iterator[None]:
    try:
        yield
    except joining.ConfirmedTooLate as error:
        raise ExpiredLink(link.purpose) from error
    except joining.AlreadyConfirmed as error:
        raise UsedLink(link.purpose) from error


def _joined(request_: Request) -> Programme:
    """The programme that somebody would join."""
    programme: Programme = g.session.get_one(Programme, request_.programme_id)
    programmes.must_go_on(programme)
    return programme


def _invited(link: Link) -> tuple[Person, Programme, Membership]:
    """Who has not answered yet, to what, and as what."""
    membership = g.session.get(Membership, (link.subject, link.person))
    if membership is None or membership.standing not in invitations.UNANSWERED:
        raise UsedLink(link.purpose)
    return g.session.get_one(Person, link.person), g.session.get_one(Programme, link.subject), membership


def _new_address(link: Link) -> ResponseReturnValue:
    request_ = _asked_last(link)
    person = g.session.get_one(Person, link.person)
    if not own_details.confirm_new_address(g.session, person, request_, now=g.now):
        return render_template("confirm/address_taken.html"), 409
    link.used_at = g.now
    reachability.note(g.session, person, key=house().signer.suppression_key(), now=g.now)
    flash("From now on we write to this address.")
    return redirect(url_for("me.show", token=_page_for(person)), 303)


def _asked_last(link: Link) -> Request:
    try:
        return own_details.request_behind(g.session, link)
    except own_details.AskedForAnother as error:
        raise ExpiredLink(link.purpose) from error


def _page_for(person: Person) -> str:
    """Whoever holds the mailbox has just shown it: their page opens with everything on it."""
    link = links.make(g.session, Purpose.FULL_PAGE, person.id, now=g.now)
    return house().signer.token(link.id, Purpose.FULL_PAGE, person.id)
