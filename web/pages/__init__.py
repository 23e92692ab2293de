"""Pages read a form, call one service, and choose what to show."""

from flask import Flask

from web.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    """Give `app` every page. The outbox exists only on trial, with the local provider; metrics
    only where there is a token for them.
    """
    from web.pages import (
        complaint,
        confirm,
        conversation,
        health,
        home,
        join,
        learning,
        metrics,
        next_round,
        operate,
        outbox,
        programme,
        proposal,
        review,
        rounds,
        start,
        webhooks,
        webmention,
    )
    from web.pages.me import pages as me
    from web.pages.organise import pages as organise

    for module in (
        home,
        programme,
        learning,
        join,
        confirm,
        next_round,
        conversation,
        complaint,
        proposal,
        review,
        rounds,
        start,
        operate,
        health,
        webhooks,
        webmention,
    ):
        app.register_blueprint(module.pages)
    app.register_blueprint(me)
    app.register_blueprint(organise)
    if settings.metrics_token:
        from web.http.metrics import Requests

        app.extensions[metrics.KEY] = Requests(app)
        app.register_blueprint(metrics.pages)
    if settings.has_outbox:
        app.register_blueprint(outbox.pages)
