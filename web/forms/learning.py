"""Having something taken off the page of what people learned."""

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from web.forms.checkin import LEARNING, LINK, is_not_ours
from web.forms.fields import Check, LongText, PastedLink, Radio, Text, is_web_link
from web.models import Answer, Showing
from web.services.conversations.conversations import Said

MOST = 500


class TakeDownForm(FlaskForm):
    because = LongText(
        "What should the organisers know? (optional)",
        most=MOST,
        description="For example, that you wrote the post and would rather not have it here. They read it, "
        "and nobody else does.",
    )


class PassedAlongForm(FlaskForm):
    """What somebody told an organiser."""

    who = Text(
        "Who told you?",
        most=254,
        needed="Enter a name or an email address",
        description="Their whole name, or their email address.",
    )
    text = LongText("What did they learn? (optional)", most=LEARNING)
    link = PastedLink("A link to their post (optional)", most=LINK, validators=[is_web_link, is_not_ours])
    showing = Radio(
        "How did they agree to have it shown?",
        needed="Choose how they agreed to have it shown",
        choices=[
            SelectChoice(Showing.WITH_NAME.value, "With their first name and organisation"),
            SelectChoice(Showing.WITHOUT_NAME.value, "Without their name"),
        ],
    )
    agreed = Check(
        "They have said so to me",
        validators=[DataRequired("Ask them first: nothing is shown that they did not agree to")],
    )

    def validate_text(self, field: LongText) -> None:
        if not field.data and not self.link.data:
            raise ValidationError("Enter a sentence or a link")

    def said(self) -> Said:
        link: str = self.link.data or ""
        whole = link if not link or "://" in link else f"https://{link}"
        return Said(Answer.MET, self.text.data or "", whole, Showing(self.showing.data))
