"""An organiser's own words in messages, with a look at them before they are kept."""

from urllib.parse import urlencode

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from notifications import sms_text
from notifications.wording import PARTS
from web.forms.wordings import PromptsForm, WordingForm, wording_form
from web.http.access import needs
from web.models import Role
from web.pages.organise import pages
from web.pages.outbox import MAIL_POLICY
from web.services.common.programmes import BadSettings
from web.services.programmes import wordings

CHANGED = (
    "Nothing was changed: somebody has changed these words since you opened the page. They are below as they "
    "are now. Press again to go back to ours."
)


@pages.get("/<slug>/settings/wording")
@needs(Role.VIEWER)
def wording() -> ResponseReturnValue:
    return render_template("organise/wording.html", programme=g.programme, role=g.role, kinds=wordings.KINDS)


@pages.route("/<slug>/settings/wording/<kind>", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def wording_of(kind: str) -> ResponseReturnValue:
    """Two buttons: one looks at the words as they would arrive, the other keeps them."""
    if kind not in PARTS:
        abort(404)
    form = wording_form(kind, data=wordings.texts(g.programme, kind)).begun()
    saves = request.form.get("do") == "save"
    if not form.validate_on_submit() or (saves and form.overlooks()):
        return _page(form)
    try:
        wordings.check(g.programme, kind, form.told())
    except wordings.BadWords as error:
        for part, said in error.mistakes.items():
            form[part].errors = [said]
        return _page(form)
    if not saves:
        return _page(form)
    wordings.save(g.session, g.programme, kind, form.told(), by=current_user.id, now=g.now)
    flash("Saved. The next messages say it so.")
    return redirect(url_for(".wording", slug=g.programme.slug), 303)


def _page(form: WordingForm) -> ResponseReturnValue:
    shown = form.told() if not form.errors else wordings.texts(g.programme, form.kind)
    sms = wordings.as_text(g.programme, form.kind, shown)
    page = render_template(
        "organise/wording_of.html",
        programme=g.programme,
        role=g.role,
        form=form,
        kind=form.kind,
        name=wordings.KINDS[form.kind],
        parts=PARTS[form.kind],
        mail=wordings.as_mail(g.programme, form.kind, shown),
        frame=f"{url_for('.wording_as_mail', slug=g.programme.slug, kind=form.kind)}?{urlencode(shown)}",
        sms=sms,
        cost=sms_text.cost(sms),
        own=form.kind in g.programme.wording,
    )
    return page, 422 if form.errors else 200


@pages.get("/<slug>/settings/wording/<kind>/html")
@needs(Role.ORGANISER)
def wording_as_mail(kind: str) -> ResponseReturnValue:
    """The mail in its frame. What is tried travels in the address: nothing of it is kept."""
    if kind not in PARTS:
        abort(404)
    known = wordings.texts(g.programme, kind)
    shown = {name: request.args.get(name, text) for name, text in known.items()}
    try:
        wordings.check(g.programme, kind, shown)
    except wordings.BadWords:
        shown = known
    g.policy = MAIL_POLICY
    return wordings.as_mail(g.programme, kind, shown).html


@pages.post("/<slug>/settings/wording/<kind>/reset")
@needs(Role.ORGANISER)
def reset_wording(kind: str) -> ResponseReturnValue:
    if kind not in PARTS:
        abort(404)
    form = wording_form(kind, data=wordings.texts(g.programme, kind))
    if kind in g.programme.wording and form.was_changed():
        flash(CHANGED, "error")
        return redirect(url_for(".wording_of", slug=g.programme.slug, kind=kind), 303)
    wordings.reset(g.session, g.programme, kind, by=current_user.id, now=g.now)
    flash("These are our words again.")
    return redirect(url_for(".wording_of", slug=g.programme.slug, kind=kind), 303)


@pages.route("/<slug>/settings/prompts", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def prompts() -> ResponseReturnValue:
    form = PromptsForm(prompts="\n".join(g.programme.prompts)).begun()
    if form.validate_on_submit() and not form.overlooks():
        try:
            wordings.set_prompts(g.session, g.programme, form.told(), by=current_user.id, now=g.now)
            flash("Saved. The next introductions have them.")
            return redirect(url_for(".wording", slug=g.programme.slug), 303)
        except BadSettings as error:
            form.prompts.errors = [error.message]
    page = render_template("organise/prompts.html", programme=g.programme, role=g.role, form=form)
    return page, 422 if form.errors else 200
