"""What somebody tells of themselves: details, number, free times, whom they would rather not meet."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.joining import CodeForm, EditForm, MixForm, OrganisationForm
from web.forms.me import AvailabilityForm, NotAgainForm, RatherNotForm
from web.http.access import with_link
from web.http.context import house
from web.models import Block, Person
from web.pages.codes import text_a_code
from web.pages.me import pages
from web.pages.me.visits import Visit, back_to_page, membership_of, open_visit, say_whether_removed
from web.services.common import programmes
from web.services.conversations import conversations
from web.services.organisations import organisations
from web.services.people import own_details, participation, phone_codes, reachability
from web.services.rounds import never_pairs


@pages.route("/me/<token>/free-times", methods=["GET", "POST"])
@with_link
def free_times(token: str) -> ResponseReturnValue:
    visit = open_visit(token)
    form = AvailabilityForm(blocks=visit.person.availability)
    if form.validate_on_submit():
        blocks = {Block(value) for value in form.blocks.data}
        participation.set_availability(g.session, visit.person, blocks, now=g.now)
        flash("Saved.")
        return back_to_page(token)
    return render_template("me/free_times.html", visit=visit, form=form), 422 if form.errors else 200


@pages.route("/me/<token>/rather-not", methods=["GET", "POST"])
@with_link
def rather_not(token: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    form = RatherNotForm()
    # Whoever presses twice chose somebody who is on the list by then.
    offered = never_pairs.introduced if form.is_submitted() else never_pairs.met
    form.offer(offered(g.session, visit.person))
    if form.validate_on_submit():
        try:
            never_pairs.add(g.session, visit.person, *form.wish(), now=g.now)
            flash("Saved. You will not be put together.")
            return redirect(url_for(".rather_not", token=token), 303)
        except never_pairs.BadWish as error:
            form.email.errors = [str(error)]
    wishes = never_pairs.wishes(g.session, visit.person)
    page = render_template("me/rather_not.html", visit=visit, form=form, wishes=wishes)
    return page, 422 if form.errors else 200


@pages.post("/me/<token>/rather-not/<int:wish>/remove")
@with_link
def remove_rather_not(token: str, wish: int) -> ResponseReturnValue:
    person, words = open_visit(token, full=True).person, request.form.get("words")
    say_whether_removed(never_pairs.remove(g.session, person, wish, words=words, now=g.now))
    return redirect(url_for(".rather_not", token=token), 303)


@pages.route("/me/<token>/conversations/<int:number>/not-again", methods=["GET", "POST"])
@with_link
def not_again(token: str, number: int) -> ResponseReturnValue:
    """A wish about a conversation: of any by a fresh link, by another only of the one its message was about.
    It shows nothing of the list, as messages get forwarded, to the partner too.
    """
    visit = open_visit(token)
    talk, form = _talk_behind(visit, number), NotAgainForm()
    people = [one for one in (*talk.partners, *talk.gone) if not one.erased_at]
    if not people:
        raise conversations.NotTheirs
    form.offer(people)
    if form.validate_on_submit():
        try:
            never_pairs.not_again(g.session, visit.person, form.chosen(), now=g.now)
            flash("Saved. You will not be put together again.")
        except never_pairs.BadWish as error:
            flash(f"{error}.", "error")
        return back_to_page(token)
    page = render_template(
        "me/not_again.html",
        visit=visit,
        programme=talk.programme,
        form=form,
        talk=talk,
        people=people,
        now=g.now,
    )
    return page, 422 if form.errors else 200


def _talk_behind(visit: Visit, number: int) -> conversations.Conversation:
    talk = conversations.conversation(g.session, number, visit.person.id)
    if visit.full:
        return talk
    known = conversations.as_known_at(g.session, [talk], visit.link.created_at)
    if visit.group != number or not known:
        raise conversations.NotTheirs
    return known[0]


@pages.route("/me/<token>/<slug>/organisation", methods=["GET", "POST"])
@with_link
def organisation(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    membership = membership_of(visit, slug)
    form = OrganisationForm()
    typed = form.organisation.data or ""
    form.ask_which(
        typed, [one.name for one in organisations.may_be(g.session, membership.programme_id, typed)]
    )
    if form.validate_on_submit():
        participation.set_organisation(g.session, membership, form.organisation_meant(typed), now=g.now)
        flash("Saved.")
        return back_to_page(token)
    if not form.is_submitted():
        section = next(
            one for one in participation.sections(g.session, visit.person) if one.programme.slug == slug
        )
        form.organisation.data = section.organisation.name
    known = organisations.names(g.session, membership.programme_id)
    page = render_template("me/organisation.html", visit=visit, form=form, organisations=known)
    return page, 422 if form.errors else 200


@pages.route("/me/<token>/<slug>/mix", methods=["GET", "POST"])
@with_link
def mix_choice(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    membership = membership_of(visit, slug)
    programme = programmes.by_slug(g.session, slug)
    form = MixForm(obj=membership)
    form.offer_choices(programme)
    if form.mix_choice is None:
        # Asked no more: there is nothing to change.
        return back_to_page(token)
    if form.validate_on_submit():
        said = form.mix_choice.data
        participation.set_mix_choice(g.session, programme, membership, said, now=g.now)
        flash("Saved.")
        return back_to_page(token)
    page = render_template("me/mix_choice.html", visit=visit, form=form, programme=programme)
    return page, 422 if form.errors else 200


@pages.route("/me/<token>/details", methods=["GET", "POST"])
@with_link
def details(token: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    form = EditForm.of(visit.person)
    if not house().settings.texts_offered:
        form.offer_no_texts(visit.person.phone)
    if form.validate_on_submit() and not form.overlooks():
        asked_of, wanted = _number_to_confirm(visit.person), form.phone.data if form.phone else None
        try:
            edit = form.edit(visit.person)
            waits = own_details.edit(g.session, visit.person, edit, signer=house().signer, now=g.now)
        except own_details.TooManyAddresses:
            form.email.errors = ["You gave three new addresses today. You can change it again tomorrow"]
            return render_template("me/details.html", visit=visit, form=form), 422
        reachability.note(g.session, visit.person, key=house().signer.suppression_key(), now=g.now)
        flash(
            "Saved. We have written to the new address: it counts once you press the button in that message."
            if waits
            else "Saved."
        )
        if (asks_of := _number_to_confirm(visit.person, wanted)) not in (None, asked_of):
            _text_a_code(visit.person, asks_of)
            return redirect(url_for(".phone", token=token), 303)
        return back_to_page(token)
    return render_template("me/details.html", visit=visit, form=form), 422 if form.errors else 200


def _number_to_confirm(person: Person, instead: str | None = None) -> str | None:
    """One that a code is to be sent to: theirs, or that `instead` of the only one we reach them by."""
    if not house().settings.texts_offered:
        return None
    if instead and instead != person.phone and phone_codes.is_only_way(person):
        return instead
    return person.phone if phone_codes.awaits_code(person) else None


def _text_a_code(person: Person, phone: str | None) -> None:
    sections = participation.sections(g.session, person)
    if sections and phone:
        text_a_code(person, phone, sections[0].programme)


@pages.post("/me/<token>/details/forget-address")
@with_link
def forget_address(token: str) -> ResponseReturnValue:
    person, email = open_visit(token, full=True).person, request.form.get("email", "")
    say_whether_removed(own_details.forget_new_address(g.session, person.id, email, now=g.now))
    return back_to_page(token)


@pages.post("/me/<token>/details/forget-number")
@with_link
def forget_number(token: str) -> ResponseReturnValue:
    person, phone = open_visit(token, full=True).person, request.form.get("phone", "")
    say_whether_removed(phone_codes.take_back(g.session, person, phone, now=g.now))
    reachability.note(g.session, person, key=house().signer.suppression_key(), now=g.now)
    return back_to_page(token)


@pages.get("/me/<token>/phone")
@with_link
def phone(token: str) -> ResponseReturnValue:
    return _phone(open_visit(token, full=True), CodeForm())


def _phone(visit: Visit, form: CodeForm) -> str:
    return render_template(
        "me/phone.html",
        visit=visit,
        person=visit.person,
        unproven=phone_codes.unproven(g.session, visit.person, now=g.now),
        form=form,
        code_is_out=phone_codes.code_is_out(g.session, visit.person, now=g.now),
        texts_offered=house().settings.texts_offered,
    )


@pages.post("/me/<token>/phone")
@with_link
def check_phone(token: str) -> ResponseReturnValue:
    visit, form = open_visit(token, full=True), CodeForm()
    if phone_codes.unproven(g.session, visit.person, now=g.now) is None:
        # Confirmed, or taken off, in another tab: the page says which, and asks for nothing.
        return redirect(url_for(".phone", token=token), 303)
    if not form.validate_on_submit():
        return _phone(visit, form), 422
    try:
        phone_codes.check_code(g.session, visit.person, form.code.data, signer=house().signer, now=g.now)
    except phone_codes.BadCode as error:
        # A redirect, so that the try is counted: an error page would roll it back.
        flash(str(error), "error")
        return redirect(url_for(".phone", token=token), 303)
    flash("Thank you. Your number is confirmed.")
    return back_to_page(token)


@pages.post("/me/<token>/phone/code")
@with_link
def send_code(token: str) -> ResponseReturnValue:
    person = open_visit(token, full=True).person
    _text_a_code(person, phone_codes.unproven(g.session, person, now=g.now))
    return redirect(url_for(".phone", token=token), 303)
