"""What an owner states who takes over a scheme that ran elsewhere."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from web.forms.fields import Check, Day, LongText, Radio, Text
from web.models import LawfulBasis
from web.services.imports.takeovers import Statement

BASES = {
    LawfulBasis.CONSENT: "Consent: they said yes to taking part, and can take it back",
    LawfulBasis.LEGITIMATE_INTERESTS: "Legitimate interests: they took part, and expect it to go on",
    LawfulBasis.PUBLIC_TASK: "Public task: it is part of what a public body does",
}


class TakeoverForm(FlaskForm):
    asked_by = Text(
        "Who asked them?",
        most=120,
        needed="Say who asked them",
        description="A person or a body they know: they read it in our letter.",
    )
    asked_on = Day("When?", validators=[InputRequired("Enter the day")], description="For example, 2 3 2026.")
    wording = LongText(
        "What were they asked?",
        most=2000,
        needed="Copy in what they were asked",
        description="The words of the form or the mail. We keep them with your statement.",
    )
    basis = Radio(
        "On what basis in law do you hold their details?",
        needed="Choose the basis",
        choices=[SelectChoice(basis.value, said) for basis, said in BASES.items()],
    )
    agreed = Check("They have agreed to take part, and to their details being held here")

    def __init__(self, today: date, **given: Any) -> None:
        super().__init__(**given)
        self.today = today

    def validate_asked_on(self, field: Day) -> None:
        if field.data and field.data > self.today:
            raise ValidationError("Enter a day that has been")

    def validate_agreed(self, field: Check) -> None:
        if not field.data:
            raise ValidationError("Tick it if it is so; otherwise invite them")

    def statement(self) -> Statement:
        return Statement(
            self.asked_by.data, self.asked_on.data, self.wording.data, LawfulBasis(self.basis.data)
        )
