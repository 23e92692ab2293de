"""Having something taken off the page of what people learned."""

from flask_wtf import FlaskForm

from web.forms.fields import LongText

MOST = 500


class TakeDownForm(FlaskForm):
    because = LongText(
        "What should the organisers know? (optional)",
        most=MOST,
        description="For example, that you wrote the post and would rather not have it here. They read it, "
        "and nobody else does.",
    )
