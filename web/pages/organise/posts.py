"""Posts that mention the programme, for organisers: where we look, what we found, and whom to ask."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.gathering import EraseForm, SourceForm
from web.http.access import needs
from web.http.context import house
from web.models import Role, SourceKind
from web.pages.organise import pages
from web.services.common import phrases
from web.services.gathering import posts, sources


@pages.get("/<slug>/learning/posts")
@needs(Role.ORGANISER)
def read_posts() -> ResponseReturnValue:
    return render_template(
        "organise/posts.html",
        programme=g.programme,
        role=g.role,
        sources=sources.of_programme(g.session, g.programme),
        queue=posts.queue(g.session, g.programme),
        is_open=posts.open_since(g.session, g.programme.id, g.now) is not None,
        fetches=house().settings.fetch_links,
        has_bluesky=house().settings.bluesky_login is not None,
    )


@pages.route("/<slug>/learning/posts/sources", methods=["GET", "POST"])
@needs(Role.ORGANISER)
def add_source() -> ResponseReturnValue:
    form = SourceForm(hashtag=g.programme.hashtag)
    if form.validate_on_submit():
        try:
            sources.add(
                g.session,
                g.programme,
                SourceKind(form.kind.data),
                server=form.server.data,
                hashtag=form.hashtag.data,
                by=current_user.id,
                now=g.now,
            )
            return _back("Saved. We look there from now on." if g.programme.gathers else "Saved.")
        except sources.BadSource as error:
            form[error.field].errors = [error.message]
    page = render_template("organise/add_source.html", programme=g.programme, role=g.role, form=form)
    return page, 422 if form.errors else 200


@pages.post("/<slug>/learning/posts/sources/<int:number>/remove")
@needs(Role.ORGANISER)
def remove_source(number: int) -> ResponseReturnValue:
    try:
        sources.remove(g.session, g.programme, number, by=current_user.id, now=g.now)
    except LookupError:
        return render_template("errors/404.html"), 404
    return _back("We do not look there any more. What was found stays below.")


@pages.post("/<slug>/learning/posts/<int:number>/drop")
@needs(Role.ORGANISER)
def drop_post(number: int) -> ResponseReturnValue:
    try:
        key = house().signer.suppression_key()
        posts.drop(g.session, g.programme, number, key=key, by=current_user.id, now=g.now)
    except posts.NoSuchPost:
        return render_template("errors/404.html"), 404
    return _back("Dropped. It is not gathered again.")


@pages.get("/<slug>/learning/posts/<int:number>/ask")
@needs(Role.ORGANISER)
def ask_for_post(number: int) -> ResponseReturnValue:
    """A sentence to paste as a public reply. We never post."""
    try:
        post = posts.one(g.session, g.programme, number)
    except posts.NoSuchPost:
        return render_template("errors/404.html"), 404
    return render_template(
        "organise/ask_for_post.html",
        programme=g.programme,
        role=g.role,
        post=post,
        sentence=posts.sentence(g.programme, house().settings.public_url),
    )


@pages.post("/<slug>/learning/posts/<int:number>/asked")
@needs(Role.ORGANISER)
def asked_for_post(number: int) -> ResponseReturnValue:
    try:
        posts.ask(g.session, g.programme, number, by=current_user.id, now=g.now)
    except posts.NoSuchPost:
        return render_template("errors/404.html"), 404
    return _back("Noted. Once they have said on their own page that it is theirs, it waits under Learning.")


@pages.route("/<slug>/learning/posts/erase", methods=["GET", "POST"])
@needs(Role.OWNER)
def erase_posts() -> ResponseReturnValue:
    """Somebody who never joined asks us to forget what we gathered of them."""
    form = EraseForm(what=request.args.get("what", ""))
    if form.validate_on_submit():
        key = house().signer.suppression_key()
        gone = posts.erase(g.session, form.what.data, key=key, by=current_user.id, now=g.now)
        return _back(f"{phrases.counted(gone, 'post')} erased. Nothing of it is gathered again.")
    page = render_template("organise/erase_posts.html", programme=g.programme, role=g.role, form=form)
    return page, 422 if form.errors else 200


def _back(words: str) -> ResponseReturnValue:
    flash(words)
    return redirect(url_for(".read_posts", slug=g.programme.slug), 303)
