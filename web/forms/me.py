"""The forms of the personal page that the join form does not have."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from web.forms.fields import Address, Checks, Choice, Radio, is_email
from web.forms.joining import EMAIL
from web.models import Block, Person
from web.services.rounds.pots import HOW_OFTEN

BLOCKS = {
    Block.MORNINGS: "Weekday mornings",
    Block.LUNCHTIMES: "Weekday lunchtimes",
    Block.AFTERNOONS: "Weekday afternoons",
    Block.EVENINGS: "Weekday evenings",
}


class AvailabilityForm(FlaskForm):
    blocks = Checks(
        "When are you usually free for half an hour?",
        choices=[SelectChoice(block.value, words) for block, words in BLOCKS.items()],
        description="We suggest times that suit everyone in a conversation. Tick none if you do not mind.",
    )


class RatherNotForm(FlaskForm):
    other = Choice("Somebody you were introduced to", choices=[])
    email = Address(
        "Or an email address",
        most=EMAIL,
        description="We do not say whether anybody has it. If somebody joins with it later, it counts.",
        validators=[Optional(), is_email],
    )

    def offer(self, people: Sequence[Person]) -> None:
        if not people:
            del self.other
            self.email.label.text = "Their email address"
            return
        self.other.choices = [
            SelectChoice("", "Nobody from this list"),
            *(SelectChoice(person.id, person.name) for person in people),
        ]

    def wish(self) -> tuple[str, str]:
        """A person's id and an address; either may be empty."""
        return self.other.data if self.other else "", self.email.data or ""


class NotAgainForm(FlaskForm):
    """About those somebody talked with; of a single one nothing is asked."""

    people = Checks("Whom would you rather not meet again?", choices=[])

    def offer(self, people: Sequence[Person]) -> None:
        self.only = people[0].id if len(people) == 1 else ""
        self.people.choices = [SelectChoice(person.id, person.name) for person in people]
        if self.only:
            del self.people

    def validate_people(self, field: Checks) -> None:
        if not field.data:
            raise ValidationError("Choose whom you mean")

    def chosen(self) -> list[str]:
        """Their ids."""
        return [self.only] if self.only else list(self.people.data)


class HowOftenForm(FlaskForm):
    every = Radio(
        "How often would you like to take part?",
        needed="Choose how often",
        choices=[SelectChoice(str(every), words.capitalize()) for every, words in HOW_OFTEN.items()],
        description="After a conversation you rest until your turn comes again. You can still skip or pause.",
    )
