"""Answering a proposal, and judging an objection, by the button of a message."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.agreements import CHOSEN, STANCES, AnswerForm, JudgementForm
from web.http.access import stop_if_closed, with_link
from web.http.context import house, page_number, row_number, stop_past_the_end
from web.models import (
    Finding,
    Link,
    Objection,
    ObjectionState,
    Panel,
    Person,
    Programme,
    Proposal,
    ProposalAnswer,
    ProposalState,
    Purpose,
)
from web.pages import first_press
from web.services.agreements import answering, hiding, log, lookup, objections, panels, proposals
from web.services.common import links
from web.tokens import BadLink

pages = Blueprint("proposal", __name__)
AMENDED = "It was amended after you opened this page. Read it as it is now, then answer once more"
DECIDED = "Thank you. With that the panel has decided."
FOUND = (ObjectionState.HOLDS, ObjectionState.DOES_NOT_HOLD)
FEW_PEOPLE = 20  # below, others may guess who said something


def _open(token: str) -> tuple[Link, Programme, Proposal]:
    link = links.open_link(g.session, house().signer, token, Purpose.PROPOSAL, now=g.now)
    return link, *_behind(link, g.session.get(Proposal, link.subject))


def _behind(link: Link, proposal: Proposal | None) -> tuple[Programme, Proposal]:
    person = g.session.get(Person, link.person)
    if proposal is None or person is None or person.erased_at:
        raise BadLink
    programme = g.session.get_one(Programme, proposal.programme_id)
    stop_if_closed(programme)
    first_press.note(link)
    return programme, proposal


@pages.get("/proposal/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    link, programme, proposal = _open(token)
    form = AnswerForm(formdata=None)
    return _page(token, link, programme, proposal, form)


@pages.post("/proposal/<token>")
@with_link
def answer(token: str) -> ResponseReturnValue:
    link, programme, proposal = _open(token)
    proposal = lookup.by_number(g.session, programme, proposal.number, lock=True)
    form = AnswerForm()
    stance = form.said()
    if _amended_since(proposal):
        form.words.errors = [AMENDED]
    elif form.validate_on_submit() and stance:
        try:
            answering.answer(
                g.session, programme, proposal, link.person, stance, form.words.data or "", now=g.now
            )
        except answering.BadAnswer as error:
            form.words.errors = [str(error)]
        except proposals.NotOpenToThat as error:
            if not form.words.data:
                flash(str(error), "error")
                return redirect(url_for(".show", token=token), 303)
            form.words.errors = [str(error)]
        else:
            flash("Thank you. You can change it until the end.")
            return redirect(url_for(".show", token=token), 303)
    return _page(token, link, programme, proposal, form), 422


def _amended_since(proposal: Proposal) -> bool:
    """Did they read an earlier version? Nobody answers what they have not seen."""
    read = request.form.get("version", type=row_number)
    return read not in (None, proposal.version) and proposal.state is ProposalState.OPEN


def _page(token: str, link: Link, programme: Programme, proposal: Proposal, form: AnswerForm) -> str:
    mine = g.session.get(ProposalAnswer, (proposal.id, proposal.version, link.person))
    is_author = proposal.by == link.person and not proposal.is_objection
    # Others' reasons sway who has none of their own yet.
    may_read = mine is not None or is_author
    one = log.shown(g.session, programme, proposal, with_arguments=may_read, page=page_number())
    stop_past_the_end(one.arguments.rows if one.arguments else ())
    del form.named
    return render_template(
        "proposal/page.html",
        programme=programme,
        token=token,
        one=one,
        mine=mine,
        is_author=is_author,
        objected=[
            one for one in objections.to_another_version(g.session, proposal) if one.person_id == link.person
        ],
        chosen=form.said() or CHOSEN.get(request.args.get("answer", "")),
        takes_answers=answering.takes_answers(g.session, programme, proposal, now=g.now),
        form=form,
        STANCES=STANCES,
        few=FEW_PEOPLE,
    )


@pages.route("/panel/<token>", methods=["GET", "POST"])
@with_link
def panel(token: str) -> ResponseReturnValue:
    link = links.open_link(g.session, house().signer, token, Purpose.PANEL, now=g.now)
    sitting = g.session.get(Panel, link.subject)
    programme, proposal = _behind(link, g.session.get(Proposal, sitting.proposal_id) if sitting else None)
    if sitting is None:
        raise BadLink
    given = panels.given_to(g.session, sitting)
    forms = {one.id: JudgementForm.about(one) for one in given if one.state is ObjectionState.OPEN}
    good = [form.validate_on_submit() for form in forms.values()]
    refused = _why_not(programme, proposal, sitting, link.person)
    theirs = panels.findings_of(g.session, sitting, link.person)
    decided = not forms and any(one.state in FOUND for one in given)
    too_late = _too_late([one for one in given if refused or one.id not in forms], theirs)
    if request.method == "POST" and decided and theirs and not too_late:
        flash(DECIDED)
        return redirect(url_for(".panel", token=token), 303)
    if not refused and good and all(good) and not too_late:
        judgements = {id_: form.judgement() for id_, form in forms.items()}
        panels.find(g.session, programme, proposal, sitting, link.person, judgements, now=g.now)
        flash(DECIDED if sitting.ended_at else "Thank you. You can change it until the panel has decided.")
        return redirect(url_for(".panel", token=token), 303)
    page = render_template(
        "proposal/panel.html",
        programme=programme,
        token=token,
        one=log.shown(g.session, programme, proposal),
        panel=sitting,
        decided=decided,
        given=given,
        words={one.id: hiding.for_panel(g.session, programme, one) for one in given},
        forms=forms,
        form=None if refused else next((form for form in forms.values() if form.errors), None),
        theirs=theirs,
        refused=refused,
        too_late=too_late,
    )
    return page, 422 if request.method == "POST" else 200


def _why_not(programme: Programme, proposal: Proposal, panel: Panel, person: str) -> str:
    """Why somebody judges nothing here, or not any more; nothing if they do."""
    try:
        panels.must_judge(g.session, programme, proposal, panel, person, now=g.now)
    except proposals.NotOpenToThat as error:
        return str(error)
    return ""


def _too_late(closed: Iterable[Objection], theirs: Mapping[int, Finding]) -> str:
    """What somebody has written of objections that they cannot judge any more, but for what is kept of it."""
    written = {one.id: JudgementForm.about(one).reason.data for one in closed}
    kept = {objection: finding.reason for objection, finding in theirs.items()}
    return "\n\n".join(said for one, said in written.items() if said and said != kept.get(one))
