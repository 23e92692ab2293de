"""Learnings waiting for an organiser's look, and those on the wall."""

import re

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField

from web.forms.checkin import LEARNING
from web.forms.fields import Check, LongText
from web.forms.learning import PassedAlongForm
from web.http.access import needs, outlives_its_programme, recently_signed_in
from web.http.context import by_day, page_number, row_number, stop_past_the_end
from web.models import Learning, LearningState, Role
from web.models.jobs import Work
from web.pages.learning import card
from web.pages.organise import pages
from web.pages.organise.errands import to_its_progress
from web.pages.organise.numbered import of_a_round
from web.services.background import jobs
from web.services.common import phrases
from web.services.conversations import passed_along
from web.services.gathering import offers, posts
from web.services.learning import digests, learnings, previews, walls
from web.services.people import directory, to_read

LONGEST_SEARCH = 100
CHANGED = "It changed after you opened this page. Look at it again."
NOT_SHOWN = "If that was a slip, you find it under “Not shown”."
# To decide upon at once. All their words come in one form: of the longest, more would be too large a body.
A_PAGE = 15
VERSION = re.compile(r"l([0-9]{1,9})-version")


class LearningForm(FlaskForm):
    """About one learning; the page is one form of several, each under a prefix of its own: whoever publishes
    one keeps what they have written in the others.
    """

    text = LongText("Words on the page", most=LEARNING)
    version = HiddenField()
    without_link = Check("Publish it without the link")
    without_preview = Check("Publish it without what its page says")

    @classmethod
    def about(cls, learning_: Learning) -> "LearningForm":
        """As it was sent, if it was; else as the learning is."""
        prefix = prefix_of(learning_)
        if any(name.startswith(prefix) for name in request.form):
            return cls(prefix=prefix)
        return cls.as_it_is(learning_)

    @classmethod
    def as_it_is(cls, learning_: Learning) -> "LearningForm":
        facts = {"text": learning_.text, "version": str(learning_.version)}
        return cls(formdata=None, prefix=prefix_of(learning_), **facts)

    def differs_from(self, learning_: Learning) -> bool:
        """Has somebody changed something in it that waits?"""
        ticked = self.without_link.data or self.without_preview.data
        return bool(ticked) or (self.text.data or "").split() != learning_.text.split()

    def page_says(self) -> str | None:
        """The mark of what the organiser has read of the page behind the link, empty where nothing was there
        to read; None to show nothing of it.
        """
        return None if self.without_preview.data else request.form.get(f"{self._prefix}page_says")

    def shown_version(self) -> int:
        return request.form.get(f"{self._prefix}version", 0, type=row_number)


def prefix_of(learning_: Learning) -> str:
    return f"l{learning_.id}-"


@pages.get("/<slug>/learning")
@needs(Role.ORGANISER)
def learning() -> ResponseReturnValue:
    return _page()


def _page(again: LearningForm | None = None, number: int = 0, too_late: str = "") -> str:
    """With what was typed. `again` is the form of learning `number`, which needs another look; `too_late` was
    written over an earlier state of it.
    """
    undecided = learnings.undecided(g.session, g.programme, current_user.id)
    last_page = max(undecided.to_look_at - 1, 0) // A_PAGE * A_PAGE
    first = min(request.args.get("start", 0, type=row_number) // A_PAGE * A_PAGE, last_page)
    shown = learnings.to_look_at(g.session, g.programme, current_user.id, first=first, most=A_PAGE)
    wanted = walls.WallSearch(text=request.args.get("search", "").strip()[:LONGEST_SEARCH])
    page = page_number()
    published, older = walls.wall(g.session, g.programme, wanted, page=page)
    stop_past_the_end(published)
    is_all = wanted.is_everything and page == 1 and not older
    digest = digests.ready(g.session, g.programme, now=g.now)
    forms = {one.learning.id: LearningForm.about(one.learning) for one in shown}
    if again:
        forms[number] = again
    return render_template(
        "organise/learning.html",
        programme=g.programme,
        role=g.role,
        waiting=[one for one in shown if one.learning.state is LearningState.WAITING],
        contested=[one for one in shown if one.learning.state is LearningState.CONTESTED],
        undecided=undecided.to_look_at,
        first=first,
        a_page=A_PAGE,
        to_read=to_read.waiting(g.session, g.programme, current_user.id),
        kept=undecided.kept,
        published=published,
        older=older,
        page=page,
        wanted=wanted,
        found=len(published) if is_all else walls.count(g.session, g.programme, wanted),
        declined=learnings.declined(g.session, g.programme, current_user.id),
        digest=digest,
        earlier=digests.earlier(g.session, g.programme, digest, now=g.now),
        forms=forms,
        form=again,
        too_late=too_late,
        card=card,
        prefix_of=prefix_of,
        beside=offers.beside(g.session, [one.learning for one in shown]),
        posts=offers.count(g.session, g.programme),
    )


@pages.route("/<slug>/learning/add", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def add_learning() -> ResponseReturnValue:
    """What somebody told an organiser, and agreed to have shown."""
    form = PassedAlongForm()
    if form.validate_on_submit() and _passed_along(form):
        flash("It waits below, to be looked at like any other.")
        return _back()
    page = render_template("organise/add_learning.html", programme=g.programme, role=g.role, form=form)
    return page, 422 if form.errors else 200


def _passed_along(form: PassedAlongForm) -> bool:
    try:
        person = directory.called(g.session, g.programme, form.who.data)
        passed_along.add(g.session, g.programme, person, form.said(), by=current_user.id, now=g.now)
    except (directory.NobodySo, passed_along.CannotAdd) as error:
        form.who.errors = [str(error)]
        return False
    return True


@pages.post("/<slug>/learning/<int:number>/publish")
@needs(Role.ORGANISER)
def publish(number: int) -> ResponseReturnValue:
    found = _learning(number)
    form = LearningForm.about(found)
    if not form.validate_on_submit():
        return _page(form, number), 422
    try:
        _must_be_theirs_and_there(found)
        learnings.publish(
            g.session,
            found,
            text=form.text.data,
            version=form.shown_version(),
            by=current_user.id,
            now=g.now,
            with_link=not form.without_link.data,
            page_says=form.page_says(),
        )
        flash("It is on the page of what people learned.")
    except learnings.NotToShow:
        flash("Its author asked to keep it between us.", "error")
    except learnings.NothingToShow:
        form.text.errors = ["There are no words left in it. Leave some, or do not show it."]
        return _page(form, number), 422
    except learnings.ChangedMeanwhile:
        return _changed(found, form)
    except offers.TwoClaims:
        flash("Two people say that this post is theirs, so it is neither’s. Nothing was published.", "error")
    except posts.NotSeenLately:
        flash("We have not seen that post lately. We look now: press again in a few minutes.", "error")
        return _page(form, number)  # what was asked for is kept, so no 422
    return _decided(number)


def _must_be_theirs_and_there(found: Learning) -> None:
    """Of a gathered post: nobody else says that it is theirs, and it has not gone from its site.

    Raises:
        offers.TwoClaims, posts.NotSeenLately.
    """
    offers.must_be_one(g.session, found)
    posts.must_be_there(g.session, found, now=g.now)


@pages.post("/<slug>/learning/<int:number>/preview")
@needs(Role.ORGANISER)
def show_preview(number: int) -> ResponseReturnValue:
    """What its page says was read, or has changed, after the learning was published."""
    found = _learning(number)
    mark = LearningForm.about(found).page_says()
    previews.let_out(g.session, found, mark, by=current_user.id, now=g.now)
    flash("Only the link is shown." if mark is None else "What its page says is shown beside the link.")
    return _back()


@pages.post("/<slug>/learning/<int:number>/decline")
@needs(Role.ORGANISER)
@outlives_its_programme
def decline(number: int) -> ResponseReturnValue:
    found = _learning(number)
    form = LearningForm.about(found)
    try:
        learnings.decline(g.session, found, version=form.shown_version(), by=current_user.id, now=g.now)
        flash("It is not shown." if g.programme.closed_at else f"It is not shown. {NOT_SHOWN}")
    except learnings.ChangedMeanwhile:
        return _changed(found, form)
    return _decided(number)


def _changed(found: Learning, form: LearningForm) -> ResponseReturnValue:
    """The page at once, with the learning as it is by now, and the words that were written over another."""
    flash(CHANGED, "error")
    written = form.text.data or ""
    too_late = written if written.split() != found.text.split() else ""
    return _page(LearningForm.as_it_is(found), found.id, too_late), 422


@pages.post("/<slug>/learning/<int:number>/again")
@needs(Role.ORGANISER)
def look_again(number: int) -> ResponseReturnValue:
    """What was declined, by a slip perhaps, waits like any other."""
    found = _learning(number)
    try:
        version = LearningForm.about(found).shown_version()
        learnings.look_again(g.session, found, version=version, by=current_user.id, now=g.now)
        flash("It waits to be looked at again.")
    except learnings.ChangedMeanwhile:
        flash(CHANGED, "error")
    return _back()


@pages.post("/<slug>/learning/digest/<int:number>")
@needs(Role.ORGANISER)
@recently_signed_in(back=".learning")
@of_a_round
def send_digest(number: int) -> ResponseReturnValue:
    found = digests.ready(g.session, g.programme, now=g.now, number=number)
    if found and found.people > jobs.LARGE:
        taken = jobs.ask_for_digest(g.session, g.programme, found, by=current_user.id, now=g.now)
        return to_its_progress(g.session, Work.DIGEST, number, taken=taken)
    try:
        sent = digests.send(g.session, g.programme, number, by=current_user.id, now=g.now)
    except digests.NothingToSend:
        flash(f"Nothing was sent: there is nothing to tell of round {number} now.", "error")
        return _back()
    to = phrases.counted(sent, "person", "people")
    on_its_way = by_day(f"The digest is on its way to {to}.")
    flash(on_its_way if sent else "Everyone has had it already.")
    return _back()


def _learning(number: int) -> Learning:
    found = learnings.to_decide(g.session, g.programme, number, current_user.id)
    return found or abort(404)


def _decided(number: int) -> ResponseReturnValue:
    """Back to the page; or at once the page as it is, where something was written in other learnings."""
    sent = {int(found[1]) for name in request.form if (found := VERSION.fullmatch(name))}
    for one in sorted(sent - {number}):
        other = g.session.get(Learning, one)
        if other is None or other.programme_id != g.programme.id:
            continue
        if LearningForm.about(other).differs_from(other):
            return _page()
    return _back()


def _back() -> ResponseReturnValue:
    """To where they were on the page."""
    search, page, start = (request.args.get(name) for name in ("search", "page", "start"))
    here = url_for(".learning", slug=g.programme.slug, search=search, page=page, start=start)
    return redirect(here, 303)
