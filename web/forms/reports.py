"""Telling the organisers about somebody, and a partner something."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from web.forms.fields import LongText, Radio
from web.models import Person
from web.services.conversations import passing_on
from web.services.conversations.reports import LONGEST


class PassOnForm(FlaskForm):
    """For a partner who has shared no way to be reached."""

    text = LongText(
        "Your message",
        most=passing_on.LONGEST,
        needed="Write your message",
        description="Suggest two or three times, and say how to answer you.",
    )


class ReportForm(FlaskForm):
    about = Radio("Whom is it about?", needed="Choose whom it is about")
    text = LongText(
        "What happened?",
        most=LONGEST,
        needed="Write what happened, in a sentence or two",
        description="As much or as little as you like.",
    )

    def offer(self, people: Sequence[Person]) -> None:
        self.people = {person.id: person for person in people}
        self.about.choices = [SelectChoice(person.id, person.name) for person in people]
        if len(people) == 1:
            del self.about

    def chosen(self) -> Person:
        """Whom it is about: the one they chose, or the only one there is."""
        return self.people[self.about.data] if self.about else next(iter(self.people.values()))
