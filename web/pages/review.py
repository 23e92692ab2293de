"""Whether agreements go on as they are, by the button of a message."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.agreements import OpinionForm
from web.http.access import stop_if_closed, with_link
from web.http.context import house
from web.models import Link, Person, Programme, Purpose, Review, Verdict
from web.pages import first_press
from web.services.agreements import reviews
from web.services.agreements.proposals import NotOpenToThat
from web.services.common import links
from web.tokens import BadLink

pages = Blueprint("review", __name__)
CHOSEN = {verdict.value for verdict in Verdict}


def _open(token: str) -> tuple[Link, Programme, Review]:
    link = links.open_link(g.session, house().signer, token, Purpose.REVIEW, now=g.now)
    person, review = g.session.get(Person, link.person), g.session.get(Review, link.subject)
    if person is None or person.erased_at or review is None:
        raise BadLink
    programme = g.session.get_one(Programme, review.programme_id)
    stop_if_closed(programme)
    first_press.note(link)
    return link, programme, review


def _forms(asked: list[reviews.Asked], review: Review, person: str) -> dict[int, OpinionForm]:
    said, pressed = reviews.theirs(g.session, review, person), request.args.get("answer", "")
    chosen = pressed if len(asked) == 1 and pressed in CHOSEN else ""
    return {one.id: OpinionForm.about(one, said.get(one.id), chosen) for one in asked}


@pages.get("/review/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    link, programme, review = _open(token)
    asked = reviews.of_review(g.session, review)
    return _page(token, link, programme, review, asked, _forms(asked, review, link.person))


@pages.post("/review/<token>")
@with_link
def answer(token: str) -> ResponseReturnValue:
    """Keep them all with one press, or say something of each."""
    link, programme, review = _open(token)
    review = reviews.locked(g.session, review.id)
    asked = reviews.of_review(g.session, review)
    forms = _forms(asked, review, link.person)
    takes_answers = reviews.takes_answers(g.session, programme, review, now=g.now)
    opinions = _opinions(forms) if takes_answers else {}
    if opinions is None:
        return _page(token, link, programme, review, asked, forms), 422
    try:
        reviews.answer(g.session, programme, review, link.person, opinions, now=g.now)
    except NotOpenToThat as error:
        too_late = "\n\n".join(form.words.data for form in forms.values() if form.words.data)
        return _page(token, link, programme, review, asked, forms, str(error), too_late), 422
    flash("Thank you. You can change it until the end.")
    return redirect(url_for(".show", token=token), 303)


def _opinions(forms: dict[int, OpinionForm]) -> dict[int, reviews.Opinion] | None:
    """What was said of each, by its id; None where that cannot be, and its form says why."""
    keeps = "keep" in request.form
    good = [not form.stops_keeping() if keeps else form.validate_on_submit() for form in forms.values()]
    if not all(good):
        return None
    kept = reviews.Opinion(Verdict.KEEP)
    return {id_: kept if keeps else form.opinion() for id_, form in forms.items()}


def _page(
    token: str,
    link: Link,
    programme: Programme,
    review: Review,
    asked: list[reviews.Asked],
    forms: dict[int, OpinionForm],
    refused: str = "",
    too_late: str = "",
) -> str:
    """`too_late` is what somebody wrote that could not be kept, and `refused` says why."""
    return render_template(
        "review/page.html",
        programme=programme,
        token=token,
        review=review,
        asked=asked,
        forms=forms,
        form=next((form for form in forms.values() if form.errors), None),
        said=reviews.theirs(g.session, review, link.person),
        takes_answers=reviews.takes_answers(g.session, programme, review, now=g.now),
        refused=refused,
        too_late=too_late,
        keeps_first=request.args.get("answer", "keep") not in ("change", "drop"),
    )
