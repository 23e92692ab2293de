"""What is agreed and proposed, as organisers see it: propose, amend, take back, second, ask a panel, hide."""

import secrets
from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from web.forms.agreements import SENT_TWICE, DeclineForm, FreeForm, NumberForm, ReasonForm, overlooks
from web.forms.settings import DaysForm, MatchingForm, ShowingForm
from web.http.access import needs
from web.http.context import page_number, page_to_return_to, row_number, stop_past_the_end
from web.models import AgendaItem, AgendaState, Proposal, ProposalState, ProposalVersion, Role, Subject
from web.pages.organise import pages
from web.services.agreements import (
    agenda,
    agreements,
    deciding,
    hiding,
    log,
    lookup,
    panels,
    proposals,
    reviews,
)
from web.services.agreements.agreements import ChangeWanted, InForce
from web.services.agreements.proposals import LONGEST_DRIVER, Proposer
from web.services.common import links, programmes, times

DECIDED = "Somebody has decided about it already."


def saved(words: str, endpoint: str = ".settings", **values: object) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for(endpoint, slug=g.programme.slug, **values), 303)  # type: ignore[arg-type]


def bring(form: FlaskForm, change: ChangeWanted, *, urgent: bool = False) -> ResponseReturnValue | None:
    """In force, or proposed; None where it cannot be, and the form says why."""
    by = Proposer(current_user.id)
    try:
        proposal = proposals.made_of(g.session, g.programme, change, by, urgent=urgent) or deciding.bring(
            g.session, g.programme, change, by, secret=secrets.token_hex(32), urgent=urgent, now=g.now
        )
    except proposals.BadProposal as error:
        if not error.field:
            return saved("It is so already. Nothing was changed.")
        form[error.field].errors = [str(error)]
        return None
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
        return None
    _off_the_agenda(proposal)
    if proposal is None:
        return saved(
            "Saved. Everyone can read it under “What we have agreed”. A round that runs keeps its days."
        )
    if proposal.state is ProposalState.OPEN:
        said = "Proposed. Everybody who takes part is told, and can object."
    else:
        said = "Proposed. It waits in line: people are asked about one change a week."
    return saved(said, ".one_proposal", number=proposal.number)


def item_asked_for() -> AgendaItem | None:
    """What on the agenda a form was opened for."""
    asked_for = request.args.get("item", "")
    if not asked_for.isdecimal():
        return None
    try:
        return agenda.one(g.session, g.programme, int(asked_for[:9]), lock=links.is_writing(g.session))
    except agenda.NoSuchItem:
        return None


def give_reason(form: FlaskForm) -> None:
    """What was said is the reason, until the organiser writes another."""
    item = item_asked_for()
    if item and request.method == "GET":
        form["driver"].data = item.words[:LONGEST_DRIVER]


def _off_the_agenda(proposal: Proposal | None) -> None:
    """A form that was opened from something on the agenda decides about that, too."""
    item = item_asked_for()
    if item is None or item.state is not AgendaState.OPEN:
        return
    if proposal is None:
        agenda.done(g.session, item, by=current_user.id, now=g.now)
    else:
        agenda.proposed(g.session, item, proposal, by=current_user.id, now=g.now)


@pages.get("/<slug>/agreements")
@needs(Role.VIEWER)
def list_agreements() -> ResponseReturnValue:
    live = lookup.live(g.session, g.programme)
    return render_template(
        "organise/agreements.html",
        programme=g.programme,
        role=g.role,
        rules=log.rules(g.session, g.programme, times.today(g.now)),
        live=[log.shown(g.session, g.programme, one) for one in live],
        opens_on=deciding.opens_on(g.session, g.programme, now=g.now),
        now=g.now,
        today=times.today(g.now),
        at_once=agreements.changes_at_once(g.session, g.programme),
        on_agenda=agenda.count(g.session, g.programme),
        CHANGE_PAGES=CHANGE_PAGES,
    )


# Where the settings of an agreement are changed.
CHANGE_PAGES = {
    Subject.MATCHING: "settings/matching",
    Subject.DAYS: "settings/days",
    Subject.SHOWING: "settings/showing",
}


@pages.post("/<slug>/agreements/<int:number>/keep")
@needs(Role.ORGANISER)
def keep_agreement(number: int) -> ResponseReturnValue:
    """`number` is the agreement's id. Where there are too few people to ask, an organiser renews it."""
    try:
        one = agreements.one(g.session, g.programme, number)
        reviews.keep(g.session, g.programme, one.agreement, by=current_user.id, now=g.now)
    except agreements.NoSuchAgreement:
        return render_template("errors/404.html"), 404
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
        return redirect(url_for(".list_agreements", slug=g.programme.slug), 303)
    return saved("It goes on as it is. Everyone can read that.", ".list_agreements")


@pages.get("/<slug>/agenda")
@needs(Role.ORGANISER)
def read_agenda() -> ResponseReturnValue:
    return _agenda(DeclineForm(formdata=None))


def _agenda(form: DeclineForm, number: int = 0, too_late: str = "") -> str:
    """`number` is what `form` is about, `too_late` what was written of something that is decided."""
    waiting = agenda.page_of_waiting(g.session, g.programme, page_number())
    stop_past_the_end(waiting.rows)
    decided = agenda.decided(g.session, g.programme)
    numbers = agenda.numbers(g.session, decided)
    return render_template(
        "organise/agenda.html",
        programme=g.programme,
        role=g.role,
        waiting=waiting,
        rules={one.agreement.id: one for one in agreements.every(g.session, g.programme)},
        live=[log.shown(g.session, g.programme, one) for one in lookup.live(g.session, g.programme)],
        decided=[(one, agenda.became(one, numbers.get(one.proposal_id or 0))) for one in decided],
        CHANGE_PAGES=CHANGE_PAGES,
        Subject=Subject,
        form=form,
        number=number,
        too_late=too_late,
    )


@pages.post("/<slug>/agenda/<int:number>/decline")
@needs(Role.ORGANISER)
def decline_item(number: int) -> ResponseReturnValue:
    try:
        item = agenda.one(g.session, g.programme, number)
    except agenda.NoSuchItem:
        return render_template("errors/404.html"), 404
    form = DeclineForm()
    is_repeated = (item.state, item.because) == (AgendaState.DECLINED, form.because.data)
    if item.state is not AgendaState.OPEN and not is_repeated:
        flash(DECIDED, "error")
        return _agenda(DeclineForm(formdata=None), too_late=form.because.data or ""), 422
    if not form.validate_on_submit():
        return _agenda(form, number), 422
    return _decide(
        number,
        lambda item: agenda.decline(g.session, item, form.because.data, by=current_user.id, now=g.now),
    )


@pages.post("/<slug>/agenda/<int:number>/done")
@needs(Role.ORGANISER)
def item_done(number: int) -> ResponseReturnValue:
    stopped = _stopped(number)
    return stopped or _decide(
        number, lambda item: agenda.done(g.session, item, by=current_user.id, now=g.now)
    )


def _stopped(number: int) -> ResponseReturnValue | None:
    """The page again, where words for another button of it were written beside the one that was pressed."""
    try:
        waits = agenda.one(g.session, g.programme, number).state is AgendaState.OPEN
    except agenda.NoSuchItem:
        return None  # whoever decides about it says so
    if waits and (form := DeclineForm()).stops_another():
        return _agenda(form, number), 422
    return None


@pages.post("/<slug>/agenda/<int:number>/proposal")
@needs(Role.ORGANISER)
def item_proposed(number: int) -> ResponseReturnValue:
    """It is what a proposal that is there already is about."""
    if stopped := _stopped(number):
        return stopped
    form = NumberForm()
    typed = form.number.data if form.validate_on_submit() else ""

    def settle(item: AgendaItem) -> None:
        proposal = lookup.by_number(g.session, g.programme, int(typed) if typed.isdecimal() else 0)
        agenda.proposed(g.session, item, proposal, by=current_user.id, now=g.now)

    return _decide(number, settle)


def _decide(number: int, what: Callable[[AgendaItem], object]) -> ResponseReturnValue:
    try:
        what(agenda.one(g.session, g.programme, number))
        flash("Saved. Who said it is told, in one letter a week at most.")
    except agenda.NoSuchItem:
        return render_template("errors/404.html"), 404
    except agenda.Decided:
        flash(DECIDED, "error")
    except lookup.NoSuchProposal:
        flash("There is no proposal of this number.", "error")
    return redirect(url_for(".read_agenda", slug=g.programme.slug, page=page_to_return_to()), 303)


@pages.route("/<slug>/agreements/new", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def new_agreement() -> ResponseReturnValue:
    return _free(FreeForm(), None)


@pages.route("/<slug>/agreements/<int:number>/change", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def change_agreement(number: int) -> ResponseReturnValue:
    """`number` is the agreement's id. Only what people wrote: ours are changed under their settings."""
    try:
        one = agreements.one(g.session, g.programme, number)
    except agreements.NoSuchAgreement:
        return render_template("errors/404.html"), 404
    if one.agreement.subject is not Subject.OTHER:
        return redirect(f"/organise/{g.programme.slug}/{CHANGE_PAGES[one.agreement.subject]}", 303)
    form = FreeForm(title=one.version.title, text=one.version.text)
    return _free(form.about_one_that_is_there().begun(), one)


def _free(form: FreeForm, of: InForce | None) -> ResponseReturnValue:
    programmes.must_go_on(g.programme)
    give_reason(form)
    overlooks_nothing = form.validate_on_submit() and not (of and form.overlooks())
    if overlooks_nothing and (answer := bring(form, form.change(of))):
        return answer
    page = render_template(
        "organise/agreement_free.html",
        programme=g.programme,
        role=g.role,
        form=form,
        of=of,
        at_once=agreements.changes_at_once(g.session, g.programme),
    )
    return page, 422 if form.errors else 200


def _proposal(number: int) -> Proposal:
    return lookup.by_number(g.session, g.programme, number, lock=links.is_writing(g.session))


@pages.get("/<slug>/proposals/<int:number>")
@needs(Role.ORGANISER)
def one_proposal(number: int) -> ResponseReturnValue:
    proposal = lookup.by_number(g.session, g.programme, number)
    one = log.shown(g.session, g.programme, proposal, with_arguments=True, page=page_number())
    stop_past_the_end(one.arguments.rows if one.arguments else ())
    return render_template(
        "organise/proposal.html",
        programme=g.programme,
        role=g.role,
        one=one,
        steers=proposals.may_steer(proposal, Proposer(current_user.id)) and proposal.state in lookup.LIVE,
        may_ask_panel=panels.may_convene(g.session, proposal),
        seconds=proposals.seconds(g.session, proposal),
        form=ReasonForm(formdata=None),
    )


@pages.post("/<slug>/proposals/<int:number>/withdraw")
@needs(Role.ORGANISER)
def withdraw_proposal(number: int) -> ResponseReturnValue:
    return _do(
        number,
        lambda proposal: proposals.withdraw(
            g.session, g.programme, proposal, Proposer(current_user.id), now=g.now
        ),
        "Taken back. Nobody is told anything more about it.",
    )


@pages.post("/<slug>/proposals/<int:number>/second")
@needs(Role.ORGANISER)
def second_proposal(number: int) -> ResponseReturnValue:
    return _do(
        number,
        lambda proposal: proposals.second(
            g.session, g.programme, proposal, Proposer(current_user.id), now=g.now
        ),
        "Seconded. It is told to everybody when its turn has come.",
    )


@pages.post("/<slug>/proposals/<int:number>/panel")
@needs(Role.ORGANISER)
def ask_panel(number: int) -> ResponseReturnValue:
    return _do(
        number,
        lambda proposal: panels.convene(g.session, g.programme, proposal, by=current_user.id, now=g.now),
        "A panel has been drawn by chance, and has three days.",
    )


def _do(number: int, what: Callable[[Proposal], object], said: str) -> ResponseReturnValue:
    try:
        what(_proposal(number))
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
    else:
        flash(said)
    return redirect(url_for(".one_proposal", slug=g.programme.slug, number=number), 303)


@pages.route("/<slug>/proposals/<int:number>/amend", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def amend_proposal(number: int) -> ResponseReturnValue:
    proposal = _proposal(number)
    read = lookup.version_read(g.session, proposal, request.form.get("version", type=row_number))
    form, is_stale = _form_of(proposal, lookup.version_of(g.session, proposal)), False
    if form.validate_on_submit():
        is_stale = read.number != proposal.version
        if is_stale and not overlooks(form, _form_of(proposal, read)):
            return saved(SENT_TWICE, ".one_proposal", number=number)
        if not is_stale and (answer := _amended(proposal, form)):
            return answer
    page = render_template(
        "organise/proposal_amend.html",
        programme=g.programme,
        role=g.role,
        form=form,
        number=number,
        reads=proposal.version if is_stale else read.number,
        now=log.shown(g.session, g.programme, proposal) if is_stale else None,
    )
    return page, 422 if form.errors else 200


def _amended(proposal: Proposal, form: FlaskForm) -> ResponseReturnValue | None:
    """None where it cannot be, and the form says why."""
    change = form.change(_in_force(proposal)) if isinstance(form, FreeForm) else form.change()
    try:
        proposals.amend(g.session, g.programme, proposal, change, Proposer(current_user.id), now=g.now)
        return saved(
            "Amended. Everybody is told of the new version.", ".one_proposal", number=proposal.number
        )
    except proposals.BadProposal as error:
        form[error.field or "driver"].errors = [str(error)]
    except proposals.NotOpenToThat as error:
        form.driver.errors = [str(error)]
    return None


def _in_force(proposal: Proposal) -> InForce | None:
    if proposal.agreement_id is None:
        return None
    return agreements.one(g.session, g.programme, proposal.agreement_id)


def _form_of(proposal: Proposal, version: ProposalVersion) -> FlaskForm:
    """The form that its version was written with, or one like it."""
    settings = version.settings
    said = {
        "driver": version.driver,
        "evaluation": version.evaluation,
        "figure": version.figure,
        "bound": str(version.bound or ""),
    }
    if proposal.subject is Subject.MATCHING:
        form = MatchingForm.of(settings, **said)
        del form.urgent
        return form
    if proposal.subject is Subject.DAYS:
        form = DaysForm(data=settings | said)
        del form.consent_days
        return form
    if proposal.subject is Subject.SHOWING:
        return ShowingForm.of(settings, **said)
    form = FreeForm(title=version.title, text=version.text, **said)
    return form.about_one_that_is_there() if proposal.agreement_id else form


@pages.post("/<slug>/proposals/<int:number>/arguments/<argument>/hide")
@needs(Role.ORGANISER)
def hide_argument(number: int, argument: str) -> ResponseReturnValue:
    """Others do not read it any more; it counts all the same."""
    form = ReasonForm()
    if form.validate_on_submit():
        said = "Hidden. It counts all the same, and its author is told."
        return _hide(number, argument, form.reason.data, said)
    _proposal(number)
    flash("Say why it is hidden, in a few words.", "error")
    return _back_to(number, argument)


@pages.post("/<slug>/proposals/<int:number>/arguments/<argument>/show")
@needs(Role.OWNER)
def show_argument(number: int, argument: str) -> ResponseReturnValue:
    """An owner undoes it."""
    return _hide(number, argument, "", "Shown again.")


def _hide(number: int, argument: str, because: str, said: str) -> ResponseReturnValue:
    proposal, kind = _proposal(number), request.form.get("kind", "objection")
    try:
        hiding.hide(g.session, g.programme, proposal, kind, argument, because, by=current_user.id, now=g.now)
    except hiding.NoSuchArgument:
        return render_template("errors/404.html"), 404
    flash(said)
    return _back_to(number, argument)


def _back_to(number: int, argument: str) -> ResponseReturnValue:
    """To where it stands, on the page it was read on."""
    page, mark = page_to_return_to(), f"argument-{argument}"
    here = url_for(".one_proposal", slug=g.programme.slug, number=number, page=page, _anchor=mark)
    return redirect(here, 303)
