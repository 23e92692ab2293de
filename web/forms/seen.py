"""Forms over what stands already, which take back nothing that somebody else has changed meanwhile."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import ClassVar, Self

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField

from notifications import foreign, words
from notifications.words import full_day

LONGEST = 80  # letters of what a question says
Value = str | int | date | list[str] | list[int] | None


class SeenForm(FlaskForm):
    """What is in `over` stood there when the page was opened, and `seen` says how."""

    over: ClassVar[tuple[str, ...]]
    made: ClassVar[str] = "Somebody has made it"
    theirs: Mapping[str, str] = {}  # what is asked about, in full where the question cuts it, by its label
    seen = HiddenField()

    def begun(self) -> Self:
        """The form, which notes how it stands now unless it was sent."""
        if self.seen.data is None:
            self._note()
        return self

    def overlooks(self) -> bool:
        """Has somebody else changed a field after the page was opened? What was left as it stood there takes
        their change; what was changed here too is asked about, once. So is what does not go together then.
        """
        stood, holds = self.stood(), self.standing()
        for name, now in holds.items():
            field = self[name]
            said = f"“{words.short(_called(field, now), LONGEST)}”" if now else "empty"
            asks = f"{self.made} {said} meanwhile. Save again to have it as it is here"
            take_or_ask(field, stood.get(name, now), now, asks)
        asked = {self[name]: _called(self[name], now) for name, now in holds.items() if self[name].errors}
        self.theirs = {field.label.text: said for field, said in asked.items() if len(said) > LONGEST}
        self._note()
        is_good = not self.errors and self.validate()
        show_what_was_taken(self[name] for name in holds)
        return not is_good

    def was_changed(self) -> bool:
        """Does anything stand there by now that did not when the page was opened?"""
        stood, holds = self.stood(), self.standing()
        return any(_noted(stood.get(name, now)) != _noted(now) for name, now in holds.items())

    def standing(self) -> dict[str, Value]:
        """What stands there by now."""
        return {name: _standing(self[name]) for name in self.over}

    def stood(self) -> dict[str, object]:
        """What stood there when the page was opened, as the form says."""
        try:
            return foreign.json_object(self.seen.data or "{}")
        except ValueError:
            return {}

    def _note(self) -> None:
        self.seen.data = json.dumps({name: _noted(value) for name, value in self.standing().items()})


def take_or_ask(field: Field, stood: object, now: object, asks: str) -> None:
    """What was left as it stood takes what holds by now. What was changed here too is asked about."""
    said, before, holds = map(_noted, (field.data, stood, now))
    if said == before:
        field.data = now
    elif holds not in (before, said):
        field.errors = [asks]


def show_what_was_taken(fields: Iterable[Field]) -> None:
    """Days and numbers are shown as they were sent, unless that is forgotten. After the last look at them:
    what was not sent is missing.
    """
    for field in fields:
        field.raw_data = None


def _standing(field: Field) -> Value:
    is_text = isinstance(field, StringField)
    return "" if is_text and field.object_data is None else field.object_data


def _noted(value: object) -> object:
    """As `seen` has it. Nothing is written in two ways."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value


def _called(field: Field, value: Value) -> str:
    """A choice, or several, as people read them; a day as it is said; anything else as it is."""
    if isinstance(value, list):
        return ", ".join(_called(field, one) for one in value)
    if isinstance(value, date):
        return full_day(value)
    choices = {choice.value: choice.label or value for choice in getattr(field, "choices", None) or ()}
    return str(choices.get(value, value))
