"""The form that closes a programme."""

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from web.forms.fields import Day, Radio, Text
from web.services.common.programmes import LONGEST_NAME


class CloseForm(FlaskForm):
    on = Day("Its last day", validators=[InputRequired("Enter the last day")])
    wall = Radio(
        "What people learned",
        needed="Choose what becomes of it",
        choices=[
            SelectChoice("stays", "What is published stays on its page, without names"),
            SelectChoice("goes", "It is deleted with everything else"),
        ],
    )
    name = Text("Type the programme’s name", most=LONGEST_NAME, needed="Type the programme’s name")

    def __init__(self, called: str, **options: object) -> None:
        super().__init__(**options)
        self.called = called

    def validate_name(self, field: Text) -> None:
        if field.data.casefold() != self.called.casefold():
            raise ValidationError(f"This is not its name: {self.called}")
