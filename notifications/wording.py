"""The words of our messages that a programme may put in its own: which they are, and how they are checked.

A text holds places for facts in braces, like "You are in for {day}". They are filled in, never run; what is
filled in and what stands around it is escaped like any other text.

BadWording          it cannot be; says why
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from notifications import sms_text

PLACE = re.compile(r"\{([a-z]+)\}")
A_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
SUBJECT, TEXT = "subject", "text"


class BadWording(ValueError):
    pass


@dataclass(frozen=True)
class Part:
    """One text of a kind of message. `places` may stand in it; those of `needed` must."""

    name: str
    label: str
    ours: str
    most: int
    places: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    @property
    def allowed(self) -> tuple[str, ...]:
        return (*self.places, "programme")

    @property
    def is_line(self) -> bool:
        return self.name in (SUBJECT, TEXT)


# What each place stands for, for whoever writes the words.
PLACES = {
    "programme": "the programme’s name",
    "day": "the day the round starts",
    "partners": "whom they meet, by full name",
    "first": "whom they meet, as they like to be called",
    "round": "which round it is, like “round 3”",
}


def _subject(ours: str, *places: str) -> Part:
    return Part(SUBJECT, "Subject", ours, 90, places, places)


def _text(ours: str, *places: str) -> Part:
    return Part(TEXT, "Text message", ours, 120, places, places)


def _opening(ours: str, *places: str, needed: tuple[str, ...] = ()) -> Part:
    return Part("opening", "First paragraph", ours, 600, places, needed)


PARTS: dict[str, tuple[Part, ...]] = {
    "welcome": (
        _opening(
            "We will introduce you to one person whom you have not met, or to two or three at once. One of "
            "you is asked to write first, and you find half an hour to talk."
        ),
    ),
    "heads_up": (
        _subject("You are in for {day}", "day"),
        _opening(
            "The next round of {programme} starts on {day}, and you are in. If that suits you, you need do "
            "nothing: we will introduce you to somebody that day.",
            "day",
            needed=("day",),
        ),
        Part(
            "note",
            "Second paragraph",
            "If this is not a good time, skip this round or pause for as long as you like. Nobody will ask "
            "why.",
            600,
            ("day",),
        ),
        _text("the next round starts on {day} and you are in.", "day"),
    ),
    "introduction": (Part("note", "A paragraph of your own (optional)", "", 600, ("first",)),),
    "nudge": (
        _subject("{first} will be glad to hear from you", "first"),
        _opening(
            "You were asked to write first to {partners}. If you have, tell us with the first button and we "
            "will not ask again. If not, one line is enough: “Hello {first}, when would suit you?”",
            "partners",
            "first",
            needed=("partners",),
        ),
        _text("{partners} will be glad to hear from you", "partners"),
    ),
    "check_in": (
        _subject("Did you talk with {first}?", "first"),
        _opening(
            "Did you talk with {partners}? Met, booked, not yet, or it did not work out: one tap tells us, "
            "and every answer helps.",
            "partners",
            needed=("partners",),
        ),
        _text("did you talk with {partners}?", "partners"),
    ),
    "thanks": (
        _subject("Thank you for telling us"),
        _opening("Thank you for telling us how it went with {partners}.", "partners"),
        _text("thank you for telling us how it went."),
    ),
    "digest": (
        _subject("What people learned: {round}", "round"),
        _opening("Here is what people in {programme} learned in {round}.", "round"),
    ),
    "partner_gone": (
        Part(
            "note",
            "To somebody whose partner can’t make it",
            "It has nothing to do with you, and you need do nothing.",
            600,
        ),
    ),
    "not_this_time": (
        _subject("No conversation for you this round"),
        _opening("This round of {programme} has no conversation for you."),
        _text("no conversation for you this round."),
    ),
    "paused": (
        _opening(
            "We have not heard how your last two conversations in {programme} went, so we thought you might "
            "be busy."
        ),
    ),
}


def part(kind: str, name: str) -> Part:
    return next(each for each in PARTS[kind] if each.name == name)


def check(part: Part, text: str) -> None:
    """Can it be said?

    Raises:
        BadWording: an unknown place, a needed one missing, a lone brace, too long, or nothing where something
            is needed.
    """
    if not text and part.ours:
        raise BadWording("Write something, or go back to our words")
    if len(text) > part.most:
        raise BadWording(f"Use at most {part.most} letters; this has {len(text)}")
    for name in PLACE.findall(text):
        if name not in part.allowed:
            known = ", ".join(f"{{{each}}}" for each in part.allowed)
            raise BadWording(f"Nothing can stand for {{{name}}} here. You may use {known}")
    if lone := re.search(r"\{[^}]*\}?|\}", PLACE.sub("", text)):
        raise BadWording(f"“{lone.group()}” is no place for a fact. Write it like {{{part.allowed[0]}}}")
    for name in part.needed:
        if f"{{{name}}}" not in text:
            raise BadWording(f"{{{name}}} is missing: it says {PLACES[name]}")
    if part.name == TEXT and A_LINK.search(text):
        raise BadWording("A text has one link, which we add: leave this one out")
    if part.name == TEXT and sms_text.cost(sms_text.plain(text)).encoding != "GSM-7":
        raise BadWording("Leave out emoji and unusual letters: they make every text cost twice as much")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its facts. Markup among them makes the whole of it markup, and escapes the rest."""
    pieces = list(_pieces(text, values))
    if any(isinstance(piece, Markup) for piece in pieces):
        return Markup("").join(pieces)
    return "".join(pieces)


def _pieces(text: str, values: Mapping[str, str]) -> Iterator[str]:
    end = 0
    for found in PLACE.finditer(text):
        yield text[end : found.start()]
        yield values.get(found.group(1), found.group())
        end = found.end()
    yield text[end:]


def paragraphs(text: str, values: Mapping[str, str]) -> list[str]:
    return [fill(line, values) for line in text.splitlines() if line.strip()]
