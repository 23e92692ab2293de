"""A small site that shows every part of the look at once, for the tests about the look alone."""

from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, redirect, render_template, request
from flask_login import AnonymousUserMixin
from flask_talisman import Talisman
from flask_wtf import CSRFProtect, FlaskForm
from govuk_frontend_wtf.wtforms_widgets import (
    GovCheckboxesInput,
    GovCheckboxInput,
    GovRadioInput,
    GovTextArea,
    GovTextInput,
)
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.exceptions import HTTPException, abort
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from web.http.rendering import init_look

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PROGRAMME = {
    "slug": "localgov",
    "name": "LocalGov Unmentoring",
    "contact": "hello@localgov.example",
    "hashtag": "#unmentoring",
}
LEARNINGS = [
    {
        "words": "Kirklees publish their backlog as a web page. We copied the idea on Thursday.",
        "by": "Amina, Leeds City Council, with Tom, Kirklees",
        "link": "https://blog.example/backlog",
        "link_host": "blog.example",
    },
    {"words": "W" * 300, "by": None, "link": None},
]
GROUPS = [
    (["Amina Yusuf, Leeds", "Tom Field, Kirklees"], "Never met. Leeds has met Kirklees once.", ""),
    (["Siân Rees, Gwynedd", "Joe Park, Kirklees", "Lena Ott, Kirklees"], "41 is odd.", "three"),
    (["Ravi Shah, Kirklees", "Kay Moss, Kirklees"], "Never met.", "same"),
]


class JoinForm(FlaskForm):
    name = StringField("Your name", [InputRequired("Enter your name")], widget=GovTextInput())
    organisation = StringField(
        "Organisation",
        [InputRequired("Enter your organisation")],
        widget=GovTextInput(),
        description="If it is not in the list, write it in full.",
    )
    line = TextAreaField("One line about you", widget=GovTextArea())
    reach = RadioField(
        "How shall we reach you?",
        [InputRequired("Choose email or text message")],
        choices=[SelectChoice("email", "Email"), SelectChoice("sms", "Text message")],
        widget=GovRadioInput(),
    )
    show = SelectMultipleField(
        "What may the person you meet see?",
        choices=[SelectChoice("email", "My email"), SelectChoice("phone", "My phone")],
        widget=GovCheckboxesInput(),
    )
    code = BooleanField(
        "I agree to the code of conduct", [InputRequired("Agree to go on")], widget=GovCheckboxInput()
    )


NOBODY = AnonymousUserMixin()


def parts_app() -> Flask:
    app = Flask("web", static_folder=None)
    app.secret_key = "only for this test"
    app.config.update(sent=[], done=0)
    init_look(app)
    app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(Path(__file__).parent / "templates")])
    CSRFProtect(app)
    Talisman(
        app,
        force_https=False,
        session_cookie_secure=False,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
    )
    app.context_processor(lambda: {"programme": PROGRAMME, "groups": GROUPS, "current_user": NOBODY})
    app.add_url_rule("/draft", view_func=lambda: draft(app), endpoint="draft")
    app.add_url_rule("/join", view_func=join, methods=["GET", "POST"])
    app.add_url_rule("/send", view_func=lambda: send(app), methods=["POST"], endpoint="send")
    app.add_url_rule("/template/<path:name>", view_func=template)
    app.add_url_rule("/stop/<int:code>", view_func=abort, endpoint="stop")
    app.register_error_handler(HTTPException, error)
    return app


def draft(app: Flask) -> str:
    app.config["done"] += 1
    return render_template("draft.html", done=app.config["done"])


def join() -> Any:
    form = JoinForm()
    if form.validate_on_submit():
        return redirect("/draft", 303)
    return render_template("form.html", form=form), 422 if form.errors else 200


def send(app: Flask) -> Any:
    app.config["sent"].append(request.form.to_dict())
    return redirect("/draft", 303)


def template(name: str) -> str:
    return render_template(
        f"{name}.html",
        programmes=[{**PROGRAMME, "next_round_on": date(2026, 12, 7)}],
        figures={"people": 212, "organisations": 48, "hours": 611},
        next_round_on=date(2026, 12, 7),
        learnings=LEARNINGS,
    )


def error(problem: HTTPException) -> tuple[str, int]:
    return render_template(f"errors/{problem.code}.html"), problem.code or 500
