"""The story of a round: looked at, edited, let out and taken back; and what organising took."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms.fields.choices import SelectChoice

from web.forms.stories import StoryForm, TimeForm
from web.http.access import needs, outlives_its_programme
from web.http.context import row_number
from web.models import Organisation, Role, RoundState
from web.pages.learning import card
from web.pages.organise import pages
from web.pages.organise.numbered import of_a_round
from web.services.evidence import maps
from web.services.learning import digests, stories
from web.services.learning.learnings import Shown
from web.services.learning.stories import StoryShown
from web.services.organisations import organisations

UNKNOWN = "There is no organisation of this name. Choose one, or leave it empty"
CHANGED = "Somebody changed it after you opened this page. Look at it again."


@pages.get("/<slug>/rounds/<int:number>/story")
@needs(Role.ORGANISER)
@of_a_round
def one_story(number: int) -> ResponseReturnValue:
    story = _story()
    digest = digests.ready(g.session, g.programme, now=g.now, number=number)
    return render_template(
        "organise/story.html",
        programme=g.programme,
        role=g.role,
        digest=digest,
        noted=stories.noted(g.session, g.round, current_user.id),
        **shown(story),
    )


def shown(story: StoryShown) -> dict[str, object]:
    """What the part that both pages of a story share is made of."""
    return {
        "story": story,
        "learned": [card(one) for one in story.learned],
        "network": maps.network(story.told.map),
        "as_read": Role.VIEWER,
    }


@pages.route("/<slug>/rounds/<int:number>/story/edit", methods=["GET", "POST"])
@needs(Role.ORGANISER)
@of_a_round
def edit_story(number: int) -> ResponseReturnValue:
    story = _story()
    published = stories.choices(g.session, g.programme, g.round)
    shown_now = {one.learning.id for one in story.learned}
    form = StoryForm(
        went=story.words.went,
        changes=story.words.changes,
        picked=[one.learning.id for one in published if one.learning.id in shown_now],
    ).begun()
    form.picked.choices = [SelectChoice(one.learning.id, _said(one)) for one in published]
    if form.validate_on_submit() and not form.overlooks():
        try:
            stories.edit(
                g.session, g.programme, g.round, form.said(), story.version, by=current_user.id, now=g.now
            )
            flash("Saved, and counted again.")
            return _back(number)
        except stories.StoryChanged:
            form.went.errors = [CHANGED]
    page = render_template(
        "organise/story_edit.html", programme=g.programme, role=g.role, form=form, round=g.round
    )
    return page, 422 if form.errors else 200


@pages.post("/<slug>/rounds/<int:number>/story/publish")
@needs(Role.ORGANISER)
@of_a_round
def publish_story(number: int) -> ResponseReturnValue:
    _story()
    try:
        stories.publish(g.session, g.programme, g.round, _version(), by=current_user.id, now=g.now)
        flash("Everybody can read it now.")
    except stories.StoryChanged:
        flash(CHANGED, "error")
    except stories.TooFewToTell:
        flash("Fewer than five people were in this round: its story would point at them.", "error")
    return _back(number)


@pages.post("/<slug>/rounds/<int:number>/story/withdraw")
@needs(Role.ORGANISER)
@outlives_its_programme
@of_a_round
def withdraw_story(number: int) -> ResponseReturnValue:
    stories.withdraw(g.session, g.programme, g.round, by=current_user.id, now=g.now)
    flash("Only organisers can read it now.")
    return _back(number)


@pages.route("/<slug>/rounds/<int:number>/story/time", methods=["GET", "POST"])
@needs(Role.ORGANISER)
@of_a_round
def note_time(number: int) -> ResponseReturnValue:
    _story()
    before = stories.noted(g.session, g.round, current_user.id)
    known = g.session.get(Organisation, before.organisation_id) if before and before.organisation_id else None
    form = TimeForm(
        hours=f"{before.minutes / 60:g}" if before else "", organisation=known.name if known else ""
    )
    if form.validate_on_submit():
        given = form.organisation.data
        found = organisations.find(g.session, g.programme.id, given) if given else None
        if given and found is None:
            form.organisation.errors = [UNKNOWN]
        else:
            minutes = form.minutes()
            stories.note_time(g.session, g.round, minutes, found, by=current_user.id, now=g.now)
            flash("Noted. Thank you." if minutes else "What you had noted is taken back.")
            return _back(number)
    page = render_template(
        "organise/story_time.html",
        programme=g.programme,
        role=g.role,
        form=form,
        round=g.round,
        organisations=organisations.names(g.session, g.programme.id),
    )
    return page, 422 if form.errors else 200


def _story() -> StoryShown:
    """Of a round that was sent; there is none of another."""
    if g.round.state is not RoundState.SENT:
        abort(404)
    return stories.of_round(g.session, g.programme, g.round, now=g.now)


def _said(one: Shown) -> str:
    """A learning as one line to tick."""
    said: str = one.learning.text or one.preview.title or one.learning.link
    by = f" ({one.author})" if one.author else ""
    return said + by


def _version() -> int:
    return request.form.get("version", 0, type=row_number)


def _back(number: int) -> ResponseReturnValue:
    return redirect(url_for(".one_story", slug=g.programme.slug, number=number), 303)
