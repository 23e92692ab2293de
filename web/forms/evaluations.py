"""When an agreement has not worked: in words, or by one of our own figures."""

from typing import TypedDict

from wtforms import Field
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from web.forms.fields import Choice, LongText, Text
from web.models import Figure
from web.services.agreements.measuring import LARGEST
from web.services.agreements.proposals import LONGEST_DRIVER

FIGURES = [
    SelectChoice("", "No figure"),
    SelectChoice(Figure.MET.value, "Of everyone introduced, fewer than … percent met"),
    SelectChoice(Figure.ANSWERED.value, "Of everyone introduced, fewer than … percent answered"),
    SelectChoice(Figure.REPEATS.value, "Of the pairs, more than … percent had met before"),
    SelectChoice(Figure.CROSSING.value, "Of the pairs, fewer than … percent crossed organisations"),
    SelectChoice(Figure.DAYS.value, "It took more than … days until half had met"),
]
KNOWN = {figure.value for figure in Figure}


class JudgedBy(TypedDict):
    evaluation: str
    figure: str
    bound: int | None


class EvaluationFields:
    """The fields of a form that says when a change has not worked."""

    evaluation = LongText(
        "How would we see that it has not worked? (optional)",
        most=LONGEST_DRIVER,
        description="For example: people say that three is a crowd.",
    )
    figure = Choice(
        "Or in our own figures (optional)",
        choices=FIGURES,
        description="Counted where a round has at least 20 people. Missed in two rounds running, it comes on "
        "your agenda by itself.",
    )
    bound = Text("How many percent, or days?", most=20, description="Only with a figure.")

    def validate_bound(self, field: Field) -> None:
        figure, given = self.figure.data, field.data or ""
        if figure not in KNOWN:  # none, or one that is no choice, as its own field says
            return
        most = LARGEST[Figure(figure)]
        if not (given.isascii() and given.isdecimal()) or not 1 <= int(given[:9]) <= most:
            raise ValidationError(f"Enter a number from 1 to {most}")

    def judged_by(self) -> JudgedBy:
        figure = self.figure.data or ""
        bound = int(self.bound.data) if figure else None
        return {"evaluation": self.evaluation.data or "", "figure": figure, "bound": bound}
