"""One conversation: the introduction as a page, its calendar file, a date, dropping out, and the check-in."""

from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications import render
from web.forms.agreements import WishForm
from web.forms.checkin import BookedForm, CheckInForm
from web.forms.reports import PassOnForm, ReportForm
from web.http.access import stop_if_closed, with_link
from web.http.context import house
from web.models import Answer, Link, Membership, Purpose
from web.pages import first_press
from web.services.agreements import agenda
from web.services.common import links, programmes, times
from web.services.common.contacts import recipient
from web.services.conversations import conversations, passing_on, reports
from web.services.learning import learnings
from web.services.people import participation
from web.services.rounds import dropouts
from web.services.rounds.introductions import Window
from web.tokens import BadLink, ExpiredLink

PASSED_ON = "We pass it on. An answer comes to the address or number that you let them see."
PASSED_ON_BOTH_WAYS = (
    "We pass it on. You let them see no way to reach you, so their answer comes by us too: your page lets "
    "you change that."
)
NOT_PASSED_ON = "We have not passed on what you wrote: it is below."
WRITE_YOURSELF = "You can reach them yourself by now."
NOBODY_THERE = "This conversation does not take place any more."
ORGANISES_ALONE = "{} is the only organiser here, and would be the only one to read it"
TELL_THE_HOST = "Tell whoever hosts this service: complain, on the privacy page, about the whole service"
pages = Blueprint("conversation", __name__)


def _open(token: str, *purposes: Purpose) -> tuple[Link, conversations.Conversation]:
    link = links.open_link(g.session, house().signer, token, *purposes, now=g.now)
    talk = conversations.behind(g.session, link)
    stop_if_closed(talk.programme)
    first_press.note(link)
    return link, talk


@pages.get("/m/<token>")
@with_link
def short(token: str) -> ResponseReturnValue:
    """The one link of a text: the same token as the page it stands for, in fewer letters."""
    row = links.behind(g.session, house().signer, token)
    return redirect(links.PATHS[row.purpose].format(token), 302)


@pages.get("/conversation/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CONVERSATION)
    return _page(token, talk)


def _page(token: str, talk: conversations.Conversation, unsent: str = "") -> str:
    """`unsent` is what they wrote to a partner and nobody got."""
    if not talk.goes_on:
        return _called_off(token, talk, unsent)
    introduction = conversations.introduction(g.session, talk)
    if introduction is None:
        # Somebody in it asked to be erased, and with them went what was said of them.
        return render_template("conversation/gone.html", talk=talk, programme=talk.programme, token=token)
    address = links.address_maker(house().signer, "")
    doors = {
        "check_in": address(introduction.check_in, talk.reader.id),
        "report": url_for(".report", token=token),
        "booked": url_for(".booked", token=token),
    }
    if talk.can_drop_out(g.now):
        doors["cannot"] = url_for(".cannot", token=token)
    if introduction.calendar_link:
        doors["calendar"] = address(introduction.calendar_link, talk.reader.id)
    return render_template(
        "conversation/page.html",
        talk=talk,
        introduction=replace(
            introduction, partners=passing_on.with_ways(g.session, talk, introduction.partners)
        ),
        programme=talk.programme,
        token=token,
        links=doors,
        unsent=unsent,
    )


def _called_off(token: str, talk: conversations.Conversation, unsent: str) -> str:
    return render_template(
        "conversation/called_off.html",
        talk=talk,
        programme=talk.programme,
        token=token,
        instead=conversations.found_instead(g.session, talk),
        looks_on=talk.looks_on(g.now),
        window=Window.of_round(talk.round),
        next_round_on=programmes.promised_day(talk.programme, times.today(g.now)),
        in_next=_in_next(talk),
        unsent=unsent,
    )


def _in_next(talk: conversations.Conversation) -> bool:
    # Who was taken over, introduced and then said no has a place no more, and still the letter.
    membership = g.session.get(Membership, (talk.programme.id, talk.reader.id))
    return membership is not None and participation.is_in_next(g.session, membership, times.today(g.now))


@pages.route("/conversation/<token>/write", methods=["GET", "POST"])
@with_link
def write(token: str) -> ResponseReturnValue:
    """To partners who have shared no way to be reached; who has one by now is on the conversation's page."""
    _, talk = _open(token, Purpose.CONVERSATION)
    people = passing_on.unreached(g.session, talk)
    form = PassOnForm()
    if not talk.goes_on or not people:
        if request.method != "POST":
            return redirect(url_for(".show", token=token), 303)
        flash(f"{NOT_PASSED_ON} {WRITE_YOURSELF if talk.goes_on else NOBODY_THERE}", "error")
        return _page(token, talk, form.text.data or ""), 422
    if form.validate_on_submit():
        try:
            passing_on.pass_on(g.session, talk, form.text.data, now=g.now)
            flash(PASSED_ON if passing_on.can_be_answered(g.session, talk) else PASSED_ON_BOTH_WAYS)
            return redirect(url_for(".show", token=token), 303)
        except passing_on.NoPart:
            form.text.errors = ["We pass on messages only of people who take part"]
        except passing_on.TooManyPassedOn:
            form.text.errors = ["We have passed on three messages. Write to the organisers if it is urgent"]
    page = render_template(
        "conversation/write.html", talk=talk, programme=talk.programme, token=token, form=form, people=people
    )
    return page, 422 if form.errors else 200


@pages.get("/conversation/<token>/cannot")
@with_link
def cannot(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CONVERSATION)
    if not talk.goes_on:
        return redirect(url_for(".show", token=token))
    return render_template(
        "conversation/cannot.html" if talk.can_drop_out(g.now) else "conversation/too_late.html",
        talk=talk,
        programme=talk.programme,
        token=token,
        introduction=conversations.introduction(g.session, talk),
        window=Window.of_round(talk.round),
        in_next=_in_next(talk),
    )


@pages.post("/conversation/<token>/cannot")
@with_link
def drop_out(token: str) -> ResponseReturnValue:
    link, talk = _open(token, Purpose.CONVERSATION)
    try:
        dropouts.cannot_make_it(g.session, talk.group.id, link.person, now=g.now)
    except dropouts.CutOffPassed:
        return redirect(url_for(".cannot", token=token), 303)
    return redirect(url_for(".show", token=token), 303)


@pages.post("/conversation/<token>/could-not")
@with_link
def could_not(token: str) -> ResponseReturnValue:
    """After the cut-off: nobody else can be found, but we need not ask any more."""
    _, talk = _open(token, Purpose.CONVERSATION)
    conversations.say(g.session, talk, Answer.COULD_NOT, now=g.now)
    ends = talk.programme.closing_on
    flash("Thank you for telling us." if ends else "Thank you for telling us. There is a next round.")
    return redirect(url_for("me.show", token=token), 303)


@pages.get("/conversation/<token>/booked")
@with_link
def booked(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CONVERSATION)
    if not talk.goes_on:
        return redirect(url_for(".show", token=token))
    return _booking(token, talk, BookedForm(formdata=None))


@pages.post("/conversation/<token>/booked")
@with_link
def book(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CONVERSATION)
    form = BookedForm()
    if not talk.goes_on:
        return redirect(url_for(".show", token=token), 303)
    if talk.says_met and not request.form.get("instead"):
        return _booking(token, talk, form), 422
    if form.validate_on_submit():
        try:
            conversations.book(g.session, talk, form.at, now=g.now)
        except conversations.BadTime as error:
            form.day.errors = [str(error)]
        else:
            flash("Good. We will not remind anybody to write.")
            return redirect(url_for(".show", token=token), 303)
    return _booking(token, talk, form), 422


def _booking(token: str, talk: conversations.Conversation, form: BookedForm) -> str:
    return render_template(
        "conversation/booked.html", talk=talk, programme=talk.programme, token=token, form=form
    )


@pages.get("/conversation/<token>/calendar.ics")
@with_link
def calendar(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CALENDAR)
    introduction = conversations.introduction(g.session, talk)
    if introduction is None or (not talk.goes_on and introduction.conversation is None):
        raise ExpiredLink(Purpose.CALENDAR)  # it was right, until somebody in it was erased
    if introduction.conversation and not talk.goes_on:
        # Called off: the conversation's page says what happened, and what becomes of the entry.
        here = links.address_maker(house().signer, "")
        return redirect(here(introduction.conversation, talk.reader.id))
    address = links.address_maker(house().signer, house().settings.public_url)
    body = render.calendar(introduction, recipient(talk.reader), address, g.now, booked=talk.slot)
    if body is None:
        raise BadLink
    headers = {
        "Content-Type": "text/calendar; charset=utf-8; method=PUBLISH",
        "Content-Disposition": 'attachment; filename="unmentoring.ics"',
    }
    return body, 200, headers


@pages.route("/conversation/<token>/report", methods=["GET", "POST"])
@with_link
def report(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CONVERSATION)
    partners = [partner for partner in talk.partners if not partner.erased_at]
    if not partners:
        return render_template("conversation/gone.html", talk=talk, programme=talk.programme, token=token)
    form = ReportForm()
    form.offer(partners)
    if form.validate_on_submit():
        try:
            reports.report(g.session, talk, form.chosen(), form.text.data, now=g.now)
            flash("Thank you for telling us. The organisers have been told, and nobody else.")
            return redirect(url_for(".show", token=token), 303)
        except reports.TooMany:
            form.text.errors = [f"You have sent five reports today. Please write to {talk.programme.contact}"]
        except reports.NobodyElse as error:
            said = ORGANISES_ALONE.format(form.chosen().name)
            form.text.errors = [f"{said}. {TELL_THE_HOST}" if error.operated else said]
    page = render_template(
        "conversation/report.html", talk=talk, programme=talk.programme, token=token, form=form
    )
    return page, 422 if form.errors else 200


@pages.get("/checkin/<token>")
@with_link
def check_in(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CHECK_IN)
    if not talk.stands:
        return _not_theirs_any_more(token, talk)
    form = CheckInForm.of(talk, request.args.get("answer", ""))
    return _form(token, talk, form) if form.begun else _question(token, talk, form)


@pages.post("/checkin/<token>")
@with_link
def answer(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CHECK_IN)
    form = CheckInForm()
    if not talk.stands:
        return _not_theirs_any_more(token, talk)
    if not form.validate_on_submit():
        return _form(token, talk, form), 422
    if form.overlooks(talk.learning):
        conversations.say(g.session, talk, form.said().answer, now=g.now)
    else:
        conversations.check_in(g.session, talk, form.said(), now=g.now)
    return redirect(url_for(".thanks", token=token), 303)


@pages.get("/checkin/<token>/thanks")
@with_link
def thanks(token: str) -> ResponseReturnValue:
    _, talk = _open(token, Purpose.CHECK_IN)
    return _thanks(token, talk, WishForm(formdata=None))


@pages.post("/checkin/<token>/thanks")
@with_link
def would_change(token: str) -> ResponseReturnValue:
    """What they would change in the programme, in a line."""
    link, talk = _open(token, Purpose.CHECK_IN)
    form = WishForm()
    if form.validate_on_submit():
        try:
            agenda.say(g.session, talk.programme, talk.group.id, link.person, form.line.data or "", now=g.now)
        except agenda.BadLine as error:
            form.line.errors = [str(error)]
        else:
            flash("Thank you. The organisers read it, and you are told what becomes of it.")
            return redirect(url_for(".thanks", token=token), 303)
    return _thanks(token, talk, form), 422


def _thanks(token: str, talk: conversations.Conversation, form: WishForm) -> str:
    wish = agenda.of_conversation(g.session, talk.group.id, talk.reader.id)
    return render_template(
        "conversation/thanks.html",
        form=form,
        wish=wish,
        became=agenda.became(wish, agenda.numbers(g.session, [wish]).get(wish.proposal_id or 0))
        if wish
        else "",
        talk=talk,
        programme=talk.programme,
        token=token,
        goes_on=times.today(g.now) <= Window.of_round(talk.round).ends_on,
        shares=conversations.share_buttons(talk.programme, conversations.to_share(talk)),
        byline=learnings.byline(talk.learning, talk.reader.name) if talk.learning else "",
        Answer=Answer,
    )


def _question(token: str, talk: conversations.Conversation, form: CheckInForm) -> str:
    """One button for each answer: who comes from a text has not chosen one in the message."""
    return render_template(
        "conversation/did_you_meet.html", talk=talk, programme=talk.programme, token=token, form=form
    )


def _form(token: str, talk: conversations.Conversation, form: CheckInForm) -> str:
    return render_template(
        "conversation/check_in.html", talk=talk, programme=talk.programme, token=token, form=form
    )


def _not_theirs_any_more(token: str, talk: conversations.Conversation) -> str:
    """A question about a conversation that was called off before it could take place."""
    return render_template("conversation/no_question.html", talk=talk, programme=talk.programme, token=token)
