"""The form of one kind of message, made from its parts."""

from typing import Any

from notifications.wording import PARTS, PLACES, Part
from web.forms.fields import LongText, Words
from web.forms.seen import SeenForm

# Longer than any part may be: the part itself says so in its own words.
ROOM = 2000


class PromptsForm(SeenForm):
    over = ("prompts",)

    prompts = LongText(
        "What people may start from",
        most=ROOM,
        description="One a line, five at most. Leave it empty for ours: think, do, share.",
    )

    def told(self) -> list[str]:
        return [line for line in self.prompts.data.splitlines() if line]


class WordingForm(SeenForm):
    """Fields are added by `wording_form`, one for each part."""

    kind: str

    def told(self) -> dict[str, str]:
        return {part.name: self[part.name].data or "" for part in PARTS[self.kind]}


def wording_form(kind: str, **options: Any) -> WordingForm:
    fields: dict[str, Any] = {part.name: _field(part) for part in PARTS[kind]}
    of_one_kind = type("OfOneKind", (WordingForm,), fields | {"kind": kind, "over": tuple(fields)})
    made: WordingForm = of_one_kind(**options)
    return made


def _field(part: Part) -> Words:
    places = "; ".join(f"{{{name}}} is {PLACES[name]}" for name in part.allowed)
    if part.is_line:
        return Words(part.label, most=ROOM, description=f"{places}.")
    return LongText(part.label, most=ROOM, description=f"{places}. A new line begins a new paragraph.")
