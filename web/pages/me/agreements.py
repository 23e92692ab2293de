"""What is agreed in somebody's programme: what they can answer, second, propose and take back."""

import secrets

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.agreements import SENT_TWICE, FreeForm, ObjectionForm, overlooks
from web.http.access import with_link
from web.http.context import house, page_number, row_number
from web.models import (
    TAKING_PART,
    Membership,
    Programme,
    Proposal,
    ProposalAnswer,
    ProposalState,
    ProposalVersion,
    Purpose,
    Stance,
    Subject,
)
from web.pages.me import pages
from web.pages.me.visits import Visit, membership_of, open_visit
from web.services.agreements import (
    agenda,
    answering,
    deciding,
    log,
    lookup,
    panels,
    proposals,
    rule_objections,
    words,
)
from web.services.agreements import agreements as in_force
from web.services.agreements.proposals import Proposer
from web.services.common import links, times

CHANGED = (
    "It has changed after you opened this page. Read it as it is now, then say once more that you object"
)
RAISED = "Kept. People drawn by chance judge it within three days, and you hear what they find."


def _of(visit: Visit, membership: Membership) -> tuple[Programme, Proposer]:
    programme = g.session.get_one(Programme, membership.programme_id)
    return programme, Proposer(visit.person.id, participates=True)


@pages.get("/me/<token>/<slug>/agreements")
@with_link
def agreements(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token)
    membership = membership_of(visit, slug)
    programme, author = _of(visit, membership)
    live = [
        log.shown(g.session, programme, one, with_arguments=one.by == author.id, page=page_number())
        for one in lookup.live(g.session, programme)
    ]
    rules = log.rules(g.session, programme, times.today(g.now))
    return render_template(
        "me/agreements.html",
        visit=visit,
        programme=programme,
        may_act=membership.standing in TAKING_PART and not programme.closing_on,
        why_not=_why_not(visit, programme, rules),
        has_one=proposals.HAS_ONE if any(one.proposal.by == author.id for one in live) else "",
        open_=[one for one in live if one.proposal.state is ProposalState.OPEN],
        waiting=[one for one in live if one.proposal.state is ProposalState.WAITING],
        drafts=[
            one
            for one in live
            if one.proposal.state is ProposalState.DRAFT
            and (membership.standing in TAKING_PART or one.proposal.by == author.id)
        ],
        doors=_doors(visit),
        mine=author.id,
        to_be_judged={
            one.proposal.number
            for one in live
            if one.proposal.by == author.id and panels.may_convene(g.session, one.proposal)
        },
        said=_said(author.id, live),
        wishes=agenda.of_person(g.session, programme, author.id),
        named_in=answering.named_in(g.session, programme, author.id),
        rules=rules,
        judged=[
            log.shown(g.session, programme, g.session.get_one(Proposal, one))
            for one in rule_objections.judged(g.session, programme)
        ],
    )


def _why_not(visit: Visit, programme: Programme, rules: list[log.Rule]) -> dict[int, str]:
    """Why they cannot object to a rule now, by its id. A forwarded message does not tell what they did."""
    versions = {one.id: one.version.number for one in rules}
    if not visit.full:
        return {}
    return rule_objections.why_not(g.session, programme, versions, visit.person.id, now=g.now)


def _said(person: str, live: list[log.ProposalShown]) -> dict[int, ProposalAnswer]:
    """What they have said in words to what is open, by the proposal's id."""
    answers = [g.session.get(ProposalAnswer, (one.proposal.id, one.proposal.version, person)) for one in live]
    return {one.proposal_id: one for one in answers if one and one.stance is not Stance.NO_OBJECTION}


def _doors(visit: Visit) -> dict[int | None, str]:
    """Where they answer what they have been told of, by the proposal's id."""
    here = links.address_maker(house().signer, "")
    found = links.usable(g.session, Purpose.PROPOSAL, visit.person.id, now=g.now)
    return {subject: here(link, visit.person.id) for subject, link in found.items()}


@pages.post("/me/<token>/<slug>/proposals/<int:number>/answer")
@with_link
def answer_proposal(token: str, slug: str, number: int) -> ResponseReturnValue:
    """To where it is answered: who joined after it was told has no letter that leads there."""
    visit = open_visit(token)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number)
    try:
        proposals.must_take_part(g.session, programme, author.id)
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
        return _back(token, slug)
    door = _doors(visit).get(proposal.id)
    if door is None:
        made = links.make(g.session, Purpose.PROPOSAL, author.id, now=g.now, subject=proposal.id)
        door = links.address_maker(house().signer, "")(made, author.id)
    return redirect(door, 303)


@pages.route("/me/<token>/<slug>/propose", methods=["GET", "POST"])
@with_link
def propose(token: str, slug: str) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    programme, author = _of(visit, membership_of(visit, slug))
    form = FreeForm()
    if form.validate_on_submit():
        try:
            proposals.must_take_part(g.session, programme, author.id)
            change = form.change()
            if not proposals.made_of(g.session, programme, change, author):
                deciding.bring(g.session, programme, change, author, secret=secrets.token_hex(32), now=g.now)
        except proposals.BadProposal as error:
            form[error.field or "text"].errors = [str(error)]
        except proposals.NotOpenToThat as error:
            form.text.errors = [str(error)]
        else:
            flash("Proposed. It is told to everybody once an organiser, or two others, second it.")
            return _back(token, slug)
    page = render_template("me/propose.html", visit=visit, programme=programme, form=form)
    return page, 422 if form.errors else 200


@pages.route("/me/<token>/<slug>/proposals/<int:number>/amend", methods=["GET", "POST"])
@with_link
def amend_proposal(token: str, slug: str, number: int) -> ResponseReturnValue:
    """Another version of their own, which everybody is told of."""
    visit = open_visit(token, full=True)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number, lock=links.is_writing(g.session))
    if proposal.by != author.id or proposal.subject is not Subject.OTHER or proposal.is_objection:
        flash("Only its author can do this", "error")
        return _back(token, slug)
    read = lookup.version_read(g.session, proposal, request.form.get("version", type=row_number))
    form, is_stale = _amending(lookup.version_of(g.session, proposal)), False
    if form.validate_on_submit():
        is_stale = read.number != proposal.version
        if is_stale and not overlooks(form, _amending(read)):
            flash(SENT_TWICE)
            return _back(token, slug)
        if not is_stale and _amended(programme, proposal, form, author):
            flash("Amended. Everybody is told of the new version.")
            return _back(token, slug)
    page = render_template(
        "me/propose.html",
        visit=visit,
        programme=programme,
        form=form,
        amends=proposal.number,
        reads=proposal.version if is_stale else read.number,
        now=log.shown(g.session, programme, proposal) if is_stale else None,
    )
    return page, 422 if form.errors else 200


def _amending(version: ProposalVersion) -> FreeForm:
    return FreeForm(obj=version, bound=str(version.bound or ""))


def _amended(programme: Programme, proposal: Proposal, form: FreeForm, author: Proposer) -> bool:
    """Is it? Else the form says why not."""
    rule = in_force.one(g.session, programme, proposal.agreement_id) if proposal.agreement_id else None
    try:
        proposals.amend(g.session, programme, proposal, form.change(rule), author, now=g.now)
    except proposals.BadProposal as error:
        form[error.field or "text"].errors = [str(error)]
    except proposals.NotOpenToThat as error:
        form.text.errors = [str(error)]
    return not form.errors


@pages.post("/me/<token>/<slug>/proposals/<int:number>/name")
@with_link
def show_name(token: str, slug: str, number: int) -> ResponseReturnValue:
    """With my name, or without. To be named needs a fresh link, because messages get forwarded."""
    named = bool(request.form.get("named"))
    visit = open_visit(token, full=named)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number, lock=True)
    try:
        answering.show_name(g.session, programme, proposal, author.id, named, now=g.now)
        flash("Your name is shown with it." if named else "Your name is not shown any more.")
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
    return _back(token, slug)


@pages.post("/me/<token>/<slug>/proposals/<int:number>/second")
@with_link
def second_proposal(token: str, slug: str, number: int) -> ResponseReturnValue:
    visit = open_visit(token)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number, lock=True)
    try:
        proposals.second(g.session, programme, proposal, author, now=g.now)
        flash("Seconded.")
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
    return _back(token, slug)


@pages.post("/me/<token>/<slug>/proposals/<int:number>/withdraw")
@with_link
def withdraw_proposal(token: str, slug: str, number: int) -> ResponseReturnValue:
    visit = open_visit(token, full=True)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number, lock=True)
    try:
        proposals.withdraw(g.session, programme, proposal, author, now=g.now)
        flash("Taken back.")
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
    return _back(token, slug)


@pages.post("/me/<token>/<slug>/proposals/<int:number>/panel")
@with_link
def ask_panel(token: str, slug: str, number: int) -> ResponseReturnValue:
    """People drawn by chance judge what others object to in a proposal of theirs."""
    visit = open_visit(token, full=True)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number, lock=True)
    try:
        proposals.must_take_part(g.session, programme, author.id)
        proposals.must_steer(proposal, author)
        panels.convene(g.session, programme, proposal, by=author.audited, now=g.now)
        flash("A panel has been drawn by chance, and has three days.")
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
    return _back(token, slug)


@pages.route("/me/<token>/<slug>/agreements/<int:number>/object", methods=["GET", "POST"])
@with_link
def object_to_rule(token: str, slug: str, number: int) -> ResponseReturnValue:
    """`number` is the id of an agreement that is in force."""
    visit = open_visit(token)
    programme, author = _of(visit, membership_of(visit, slug))
    try:
        rule = in_force.one(g.session, programme, number)
    except in_force.NoSuchAgreement:
        return render_template("errors/404.html"), 404
    if not rule.is_in_force:
        flash("This rule is not in force any more", "error")
        return _back(token, slug)
    form = ObjectionForm()
    if not visit.full:
        del form.named  # messages get forwarded
    read = request.form.get("version", type=row_number)
    if read not in (None, rule.version.number):
        form.words.errors = [CHANGED]
    elif form.validate_on_submit():
        try:
            said = rule, author.id, form.words.data
            made = rule_objections.made_of(g.session, programme, *said) or rule_objections.raise_(
                g.session,
                programme,
                *said,
                secret=secrets.token_hex(32),
                named=bool(form.named and form.named.data),
                now=g.now,
            )
            flash(made.because or RAISED)
            return _back(token, slug)
        except (proposals.NotOpenToThat, answering.BadAnswer) as error:
            form.words.errors = [str(error)]
    page = render_template(
        "me/object.html",
        visit=visit,
        programme=programme,
        form=form,
        rule=rule,
        says=words.says(rule.agreement.subject, rule.version),
    )
    return page, 422 if form.errors else 200


@pages.post("/me/<token>/<slug>/objections/<int:number>/take-back")
@with_link
def take_back_objection(token: str, slug: str, number: int) -> ResponseReturnValue:
    visit = open_visit(token)
    programme, author = _of(visit, membership_of(visit, slug))
    proposal = lookup.by_number(g.session, programme, number, lock=True)
    try:
        rule_objections.take_back(g.session, programme, proposal, author.id, now=g.now)
        flash("Taken back.")
    except proposals.NotOpenToThat as error:
        flash(str(error), "error")
    return _back(token, slug)


def _back(token: str, slug: str) -> ResponseReturnValue:
    return redirect(url_for(".agreements", token=token, slug=slug), 303)
