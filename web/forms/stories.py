"""What is told of a round, and what organising it took."""

from decimal import Decimal, InvalidOperation

from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from web.forms.fields import Checks, LongText, Text
from web.forms.seen import SeenForm
from web.services.learning.stories import LONGEST, THINGS, StoryWords

MOST_HOURS = 500


class StoryForm(SeenForm):
    over = ("went", "picked", "changes")

    went = LongText(
        "How it went (optional)",
        most=LONGEST,
        description="Above the figures. The digest begins with it. Leave names out: everybody may read it.",
    )
    picked = Checks(
        "What people learned",
        coerce=int,
        description="Choose at most three of what is published. Without a choice it is the newest.",
    )
    changes = LongText("What changes next (optional)", most=LONGEST)

    def validate_picked(self, field: Checks) -> None:
        if len(field.data or ()) > THINGS:
            raise ValidationError(f"Choose at most {THINGS}; these are {len(field.data)}")

    def said(self) -> StoryWords:
        return StoryWords(self.went.data or "", self.changes.data or "", self.picked.data or [])


class TimeForm(FlaskForm):
    hours = Text(
        "Hours you gave to organising this round",
        most=10,
        description="For example 2.5. Empty takes back what you noted.",
    )
    organisation = Text(
        "For which organisation (optional)",
        most=120,
        description="Where you did it as part of one. Its name as it stands in the list of organisations.",
    )

    def validate_hours(self, field: Text) -> None:
        if not field.data:
            return
        try:
            hours = Decimal(field.data.replace(",", "."))
        except InvalidOperation as error:
            raise ValidationError("Enter hours as a number, like 2.5") from error
        if not hours.is_finite() or not 0 <= hours <= MOST_HOURS:
            raise ValidationError(f"Enter hours from 0 to {MOST_HOURS}, like 2.5")

    def minutes(self) -> int:
        return round(Decimal((self.hours.data or "0").replace(",", ".")) * 60)
