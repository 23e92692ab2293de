"""Complaining about data, and answering."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from web.forms.fields import Address, LongText, Radio, Text, is_email
from web.forms.open import OpenForm
from web.models import Programme
from web.models.complaints import Matter
from web.services.people.complaints import IN_WORDS, LONGEST, ComplaintMade

LONGEST_POST = 500
WHOLE_SERVICE = "-"  # no programme's slug is that


class ComplaintForm(OpenForm):
    programme = Radio("Which programme is it about?", needed="Choose the programme, or the whole service")
    about = Radio(
        "What is it about?",
        needed="Choose what it is about",
        choices=[SelectChoice(matter.value, words) for matter, words in IN_WORDS.items()],
    )
    text = LongText(
        "What happened, and what should we do?",
        most=LONGEST,
        needed="Write what happened, in a sentence or two",
        description="In your own words.",
    )
    post = Text(
        "The address of a post, or the handle it was posted under (optional)",
        most=LONGEST_POST,
        description="If it is about a post. What we gathered of it can then be erased, and is not gathered "
        "again.",
    )
    email = Address(
        "Where can we answer you? (optional)",
        most=254,
        validators=[Optional(), is_email],
        description="An email address. Without one you find the answer on the page that comes next.",
    )

    def offer(self, programmes: Sequence[Programme]) -> None:
        """The programmes there are; where there are none, it is about the whole service."""
        whole = SelectChoice(WHOLE_SERVICE, "The whole service, or I do not know")
        self.programme.choices = [*(SelectChoice(one.slug, one.name) for one in programmes), whole]

    def told(self) -> ComplaintMade:
        return ComplaintMade(
            Matter(self.about.data), self.text.data, self.email.data or "", self.post.data or ""
        )


class OutcomeForm(FlaskForm):
    outcome = LongText("What came of it?", most=LONGEST, needed="Write what came of it")
