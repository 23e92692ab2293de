"""The personal page. A link from a message opens the everyday steps; a fresh one opens everything."""

from contextlib import suppress
from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications.messages import Channel
from notifications.suppression import Why
from web.forms.checkin import ANSWERS
from web.forms.joining import CodeForm, EditForm, LinkForm, OrganisationForm, PauseForm
from web.forms.me import BLOCKS, AvailabilityForm, HowOftenForm, RatherNotForm
from web.http.access import open_to_everyone, stop_if_closed, with_link
from web.http.context import house, row_number
from web.models import Block, Link, Membership, Person, Programme, Purpose, Round, RoundState, Standing
from web.pages.codes import text_a_code
from web.pages.me import pages
from web.services.common import links, programmes, times
from web.services.conversations import conversations
from web.services.organisations import organisations
from web.services.people import (
    data_export,
    erasure,
    merging,
    own_details,
    own_link,
    participation,
    phone_codes,
    reachability,
    retention,
)
from web.services.rounds import dropouts, never_pairs, pots, rounds
from web.services.rounds.introductions import Window
from web.tokens import BadLink

# Why we do not write to somebody, said to themselves.
SAYS = {
    Why.STOP: "you sent STOP",
    Why.UNSUBSCRIBED: "you asked us to stop",
    Why.SPAM: "you reported our mail as spam",
}
# What the one link of a text can be: each leads to all that the text promises, stopping included.
EVERYDAY = (Purpose.PAGE, Purpose.CONVERSATION, Purpose.CHECK_IN, Purpose.NEXT_ROUND)


@dataclass(frozen=True)
class Visit:
    """Who came by which link. Introductions are forwarded, so only a fresh link is as good as its owner."""

    token: str
    link: Link
    person: Person

    @property
    def full(self) -> bool:
        return self.link.purpose is Purpose.FULL_PAGE


def _visit(token: str, *, full: bool = False) -> Visit:
    allowed = (Purpose.FULL_PAGE,) if full else (Purpose.FULL_PAGE, *EVERYDAY)
    link = links.open_link(g.session, house().signer, token, *allowed, now=g.now)
    person = g.session.get(Person, link.person)
    if person is None or person.erased_at:
        raise BadLink
    return Visit(token, link, person)


def _membership(visit: Visit, slug: str) -> Membership:
    programme = programmes.by_slug(g.session, slug)
    stop_if_closed(programme)
    found: Membership | None = g.session.get(Membership, (programme.id, visit.person.id))
    if found is None:
        raise programmes.NoSuchProgramme(slug)
    return found


@pages.get("/me/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    visit = _visit(token)
    return _page(visit)


def _page(visit: Visit, pausing: PauseForm | None = None, slug: str = "") -> str:
    """The personal page; `pausing` is the pause form of `slug` that needs another look."""
    sections = participation.sections(g.session, visit.person)
    forms = {one.programme.slug: PauseForm(formdata=None) for one in sections}
    if pausing:
        forms[slug] = pausing
    for name, form in forms.items():
        form.until.id = f"until-{name}"
    # What a heads-up is about is a programme, not a conversation.
    own = None if visit.link.purpose is Purpose.NEXT_ROUND else visit.link.subject
    talks = conversations.history(g.session, visit.person)
    # An old message that was forwarded does not tell whom its reader met since.
    shown = talks if visit.full else conversations.as_known_at(g.session, talks, visit.link.created_at)
    check_ins, told = _doors(visit.person, Purpose.CHECK_IN), _doors(visit.person, Purpose.CONVERSATION)
    if not visit.full:
        # A forwarded message opens what it was about, and nothing else of its reader's.
        check_ins, told = (
            {group: at for group, at in doors.items() if group == own} for doors in (check_ins, told)
        )
    return render_template(
        "me/page.html",
        visit=visit,
        person=visit.person,
        sections=sections,
        programme=sections[0].programme if len(sections) == 1 else None,
        talks=shown,
        met_since=len(talks) > len(shown),
        running=[talk for talk in talks if talk.can_drop_out(g.now)],
        check_ins=check_ins,
        introductions=told,
        form=pausing,
        pause_forms=forms,
        pausing=slug,
        now=g.now,
        today=times.today(g.now),
        next_round_on={
            one.programme.slug: programmes.next_round_on(one.programme, times.today(g.now))
            for one in sections
        },
        erased_on=retention.erased_on(g.session, visit.person),
        SAYS=SAYS,
        Why=Why,
        ANSWERS=ANSWERS,
        free=[words.lower() for block, words in BLOCKS.items() if block in visit.person.availability],
        HOW_OFTEN=pots.HOW_OFTEN,
        Standing=Standing,
        stopped=reachability.stopped(g.session, visit.person, key=house().signer.suppression_key()),
        unverified=phone_codes.awaits_code(visit.person) and house().settings.texts_offered,
    )


def _doors(person: Person, purpose: Purpose) -> dict[int | None, str]:
    """The addresses of a person's check-ins or introductions that still open, by group."""
    address = links.address_maker(house().signer, "")
    sent = links.usable(g.session, purpose, person.id, now=g.now)
    return {group: address(link, person.id) for group, link in sent.items()}


@pages.post("/me/<token>/<slug>/next-round")
@with_link
def next_round(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token)
    membership, skips = _membership(visit, slug), request.form.get("in") == "no"
    try:
        participation.skip_next(g.session, membership, skips, of=_shown(), now=g.now)
    except participation.HasBegun as error:
        return _from_before(token, slug, error.round)
    flash("You skip the next round, and are in again after it." if skips else "You are in the next round.")
    return _back(token)


def _shown() -> int | None:
    """The number of the round that was the next one on the page they pressed."""
    return request.form.get("round", type=row_number)


def _from_before(token: str, slug: str, round_: Round | None) -> ResponseReturnValue:
    """After a press on a page that was opened before a round began: nothing was done, and we say so."""
    flash("That page was an old one, so nothing has changed. This is how things are now.", "error")
    if round_ is None:
        return _back(token)
    return redirect(url_for(".a_round", token=token, slug=slug, number=round_.number), 303)


@pages.route("/me/<token>/<slug>/rounds/<int:number>", methods=["GET", "POST"])
@with_link
def a_round(token: str, slug: str, number: int) -> ResponseReturnValue:
    """A round that has begun: are they in it, and what if they cannot make it? It names nobody, as messages
    get forwarded.
    """
    visit = _visit(token)
    membership = _membership(visit, slug)
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
        with suppress(dropouts.TooLate):
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
        in_next=participation.is_in_next(g.session, membership, today),
        next_number=pots.next_number(g.session, programme.id),
        next_round_on=programmes.next_round_on(programme, today),
    )


@pages.post("/me/<token>/start-again")
@with_link
def start_again(token: str) -> ResponseReturnValue:
    visit = _visit(token, full=True)
    reachability.start_again(g.session, visit.person, key=house().signer.suppression_key(), now=g.now)
    flash("Welcome back. We write to you again.")
    return _back(token)


@pages.route("/me/<token>/stop-texts", methods=["GET", "POST"])
@with_link
def stop_texts(token: str) -> ResponseReturnValue:
    visit = _visit(token)
    if request.method == "GET":
        return render_template("me/stop_texts.html", visit=visit)
    reachability.stop(g.session, visit.person, Channel.SMS, key=house().signer.suppression_key(), now=g.now)
    flash("We have stopped. No text comes any more.")
    return _back(token)


@pages.post("/me/<token>/stay")
@with_link
def stay(token: str) -> ResponseReturnValue:
    retention.stay(g.session, _visit(token).person, now=g.now)
    flash("We keep your place. Nice to hear from you.")
    return _back(token)


@pages.post("/me/<token>/<slug>/pause")
@with_link
def pause(token: str, slug: str) -> ResponseReturnValue:
    visit, form = _visit(token), PauseForm()
    membership = _membership(visit, slug)
    if form.validate_on_submit() and form.until.data:
        try:
            participation.pause(g.session, membership, form.until.data, now=g.now)
        except participation.BadPause as error:
            form.until.errors = [str(error)]
            return _page(visit, form, slug), 422
        flash("You are paused.")
        return _back(token)
    form.until.errors = list(form.until.errors) or ["Enter the first day you would like to be in again"]
    return _page(visit, form, slug), 422


@pages.post("/me/<token>/<slug>/resume")
@with_link
def resume(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token)
    membership = _membership(visit, slug)
    try:
        participation.resume(g.session, membership, of=_shown(), now=g.now)
    except participation.HasBegun as error:
        return _from_before(token, slug, error.round)
    flash("Welcome back. You are in the next round.")
    return _back(token)


@pages.post("/me/<token>/<slug>/threes")
@with_link
def threes(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token)
    happy = request.form.get("happy") == "yes"
    participation.set_happy_in_three(g.session, _membership(visit, slug), happy, now=g.now)
    flash("Saved.")
    return _back(token)


@pages.route("/me/<token>/<slug>/how-often", methods=["GET", "POST"])
@with_link
def how_often(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token)
    membership = _membership(visit, slug)
    form = HowOftenForm(every=str(membership.every))
    if form.validate_on_submit():
        participation.set_how_often(g.session, membership, int(form.every.data), now=g.now)
        flash("Saved.")
        return _back(token)
    programme = g.session.get_one(Programme, membership.programme_id)
    page = render_template("me/how_often.html", visit=visit, form=form, programme=programme)
    return page, 422 if form.errors else 200


@pages.route("/me/<token>/free-times", methods=["GET", "POST"])
@with_link
def free_times(token: str) -> ResponseReturnValue:
    visit = _visit(token)
    form = AvailabilityForm(blocks=visit.person.availability)
    if form.validate_on_submit():
        blocks = {Block(value) for value in form.blocks.data}
        participation.set_availability(g.session, visit.person, blocks, now=g.now)
        flash("Saved.")
        return _back(token)
    return render_template("me/free_times.html", visit=visit, form=form), 422 if form.errors else 200


@pages.route("/me/<token>/rather-not", methods=["GET", "POST"])
@with_link
def rather_not(token: str) -> ResponseReturnValue:
    visit = _visit(token, full=True)
    form = RatherNotForm()
    form.offer(never_pairs.met(g.session, visit.person))
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
    never_pairs.remove(g.session, _visit(token, full=True).person, wish, now=g.now)
    flash("Removed.")
    return redirect(url_for(".rather_not", token=token), 303)


@pages.get("/me/<token>/<slug>/leave")
@with_link
def ask_to_leave(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token)
    programme = g.session.get_one(Programme, _membership(visit, slug).programme_id)
    return render_template("me/leave.html", visit=visit, programme=programme)


@pages.post("/me/<token>/<slug>/leave")
@with_link
def leave(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token)
    participation.leave(g.session, _membership(visit, slug), now=g.now)
    flash("You have left. Thank you for taking part.")
    return _back(token)


@pages.route("/me/<token>/<slug>/organisation", methods=["GET", "POST"])
@with_link
def organisation(token: str, slug: str) -> ResponseReturnValue:
    visit = _visit(token, full=True)
    membership = _membership(visit, slug)
    form = OrganisationForm()
    if form.validate_on_submit():
        participation.set_organisation(g.session, membership, form.organisation.data, now=g.now)
        flash("Saved.")
        return _back(token)
    if not form.is_submitted():
        section = next(
            one for one in participation.sections(g.session, visit.person) if one.programme.slug == slug
        )
        form.organisation.data = section.organisation.name
    known = organisations.names(g.session, membership.programme_id)
    page = render_template("me/organisation.html", visit=visit, form=form, organisations=known)
    return page, 422 if form.errors else 200


@pages.route("/me/<token>/details", methods=["GET", "POST"])
@with_link
def details(token: str) -> ResponseReturnValue:
    visit = _visit(token, full=True)
    form = EditForm.of(visit.person)
    if not house().settings.texts_offered:
        form.offer_no_texts(visit.person.phone)
    if form.validate_on_submit():
        asked_of = _number_to_confirm(visit.person)
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
        if _number_to_confirm(visit.person) not in (None, asked_of):
            _text_a_code(visit.person)
            return redirect(url_for(".phone", token=token), 303)
        return _back(token)
    return render_template("me/details.html", visit=visit, form=form), 422 if form.errors else 200


def _number_to_confirm(person: Person) -> str | None:
    wanted = phone_codes.awaits_code(person) and house().settings.texts_offered
    return person.phone if wanted else None


def _text_a_code(person: Person) -> None:
    sections = participation.sections(g.session, person)
    if sections:
        text_a_code(person, sections[0].programme)


@pages.get("/me/<token>/phone")
@with_link
def phone(token: str) -> ResponseReturnValue:
    return _phone(_visit(token, full=True), CodeForm())


def _phone(visit: Visit, form: CodeForm) -> str:
    return render_template(
        "me/phone.html",
        visit=visit,
        person=visit.person,
        form=form,
        code_is_out=phone_codes.code_is_out(g.session, visit.person, now=g.now),
        texts_offered=house().settings.texts_offered,
    )


@pages.post("/me/<token>/phone")
@with_link
def check_phone(token: str) -> ResponseReturnValue:
    visit, form = _visit(token, full=True), CodeForm()
    if visit.person.phone_verified_at or not visit.person.phone:
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
    return _back(token)


@pages.post("/me/<token>/phone/code")
@with_link
def send_code(token: str) -> ResponseReturnValue:
    _text_a_code(_visit(token, full=True).person)
    return redirect(url_for(".phone", token=token), 303)


@pages.get("/me/<token>/my-data.json")
@with_link
def my_data(token: str) -> ResponseReturnValue:
    held = data_export.everything(g.session, _visit(token, full=True).person)
    return _file(data_export.as_json(held), "application/json", "my-data.json")


@pages.get("/me/<token>/my-data.zip")
@with_link
def my_spreadsheets(token: str) -> ResponseReturnValue:
    held = data_export.everything(g.session, _visit(token, full=True).person)
    return _file(data_export.as_spreadsheets(held, g.now), "application/zip", "my-data.zip")


def _file(content: bytes, kind: str, name: str) -> ResponseReturnValue:
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    return content, 200, headers


@pages.get("/me/<token>/erase")
@with_link
def ask_to_erase(token: str) -> ResponseReturnValue:
    return render_template("me/erase.html", visit=_visit(token, full=True))


@pages.post("/me/<token>/erase")
@with_link
def erase(token: str) -> ResponseReturnValue:
    visit = _visit(token, full=True)
    erasure.erase(g.session, visit.person, by=visit.person.id, now=g.now)
    return redirect(url_for(".erased"), 303)


@pages.get("/erased")
@open_to_everyone
def erased() -> ResponseReturnValue:
    return render_template("me/erased.html")


@pages.post("/me/<token>/fresh-link")
@with_link
def fresh_link(token: str) -> ResponseReturnValue:
    visit = _visit(token)
    try:
        own_link.send_fresh_link(g.session, visit.person, now=g.now)
        flash("We have sent a fresh link to the address we have for you. It is good for two hours.")
    except own_link.TooManyLinks:
        flash("We have sent three links this hour. Look in your spam folder, or ask again later.", "error")
    return _back(token)


@pages.get("/my-page")
@pages.get("/p/<slug>/my-page")
@open_to_everyone
def ask_for_link(slug: str | None = None) -> ResponseReturnValue:
    programme = programmes.by_slug(g.session, slug) if slug else None
    return render_template("me/ask_for_link.html", programme=programme, form=LinkForm())


@pages.post("/my-page")
@open_to_everyone
def send_link() -> ResponseReturnValue:
    form = LinkForm()
    if not form.validate_on_submit():
        return render_template("me/ask_for_link.html", programme=None, form=form), 422
    own_link.ask_for_link(g.session, form.address.data, signer=house().signer, now=g.now)
    return redirect(url_for(".link_sent"), 303)


@pages.get("/my-page/sent")
@open_to_everyone
def link_sent() -> ResponseReturnValue:
    settings = house().settings
    return render_template(
        "me/link_sent.html", outbox=settings.is_trial and settings.email_provider == "local"
    )


@pages.get("/unsubscribe/<token>")
@with_link
def ask_to_unsubscribe(token: str) -> ResponseReturnValue:
    person = _standing(token)
    return render_template("me/unsubscribe.html", token=token, person=person)


@pages.post("/unsubscribe/<token>")
@with_link
def unsubscribe(token: str) -> ResponseReturnValue:
    """One click, by a mail program or a person: no cookie, no form token, no redirect (RFC 8058)."""
    person = _standing(token)
    reachability.stop(g.session, person, Channel.EMAIL, key=house().signer.suppression_key(), now=g.now)
    return render_template("me/unsubscribed.html")


def _standing(token: str) -> Person:
    person = merging.survivor(g.session, house().signer.standing_person(token, Purpose.UNSUBSCRIBE))
    if person is None or person.erased_at:
        raise BadLink
    return person


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for(".show", token=token), 303)
