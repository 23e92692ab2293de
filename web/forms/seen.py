"""Forms over what stands already, which take back nothing that somebody else has changed meanwhile."""

import json
from typing import ClassVar, Self

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField

from notifications import foreign, words

Value = str | int | list[str]


class SeenForm(FlaskForm):
    """What is in `over` stood there when the page was opened, and `seen` says how."""

    over: ClassVar[tuple[str, ...]]
    made: ClassVar[str] = "Somebody has made it"
    seen = HiddenField()

    def begun(self) -> Self:
        """The form, which notes how it stands now if it is opened now."""
        if not self.is_submitted():
            self.seen.data = json.dumps(self.standing())
        return self

    def overlooks(self) -> bool:
        """Has somebody else changed a field after the page was opened? What was left as it stood there takes
        their change; what was changed here too is asked about, once.
        """
        stood = _read(self.seen.data)
        for name, now in self.standing().items():
            field = self[name]
            said = f"“{words.short(_called(field, now), 80)}”" if now else "empty"
            asks = f"{self.made} {said} meanwhile. Save again to have it as it is here"
            take_or_ask(field, stood.get(name, now), now, asks)
        self.seen.data = json.dumps(self.standing())
        return bool(self.errors)

    def standing(self) -> dict[str, Value]:
        """What stands there by now."""
        return {name: "" if self[name].object_data is None else self[name].object_data for name in self.over}


def take_or_ask(field: Field, stood: object, now: object, asks: str) -> None:
    """What was left as it stood takes what holds by now. What was changed here too is asked about."""
    if field.data == stood:
        field.data = now
    elif now not in (stood, field.data):
        field.errors = [asks]


def _called(field: Field, value: Value) -> str:
    """A choice, or several, as people read them; anything else as it is."""
    if isinstance(value, list):
        return ", ".join(_called(field, one) for one in value)
    choices = {choice.value: choice.label or value for choice in getattr(field, "choices", None) or ()}
    return str(choices.get(value, value))


def _read(seen: str | None) -> dict[str, Value]:
    try:
        return foreign.json_object(seen or "{}")
    except ValueError:
        return {}
