"""Letters that differ in their readers' own words alone: what is common to them is rendered once.

For every name and every address in a message stands a mark. Letters that are equal then share a pattern, and
each is that pattern with its own words put in. Where a template looks into such a word, to cut it or to
compare it, nothing can be shared, and where a word is not plain, its letter cannot: they are rendered whole,
one by one. What comes out is the same, byte for byte.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from markupsafe import escape
from typing_extensions import override

from notifications import render, words
from notifications.messages import UNSUBSCRIBE, Channel, Link, Message, Named, Partner, Recipient
from notifications.providers.base import Pattern
from notifications.render import Links, Rendered

FEW = 5  # letters: for fewer a pattern is not worth making
MARKED = "-unm-"
MARK = re.compile(rf"{MARKED}(\d+)-")
CALLED = 1  # the number of the mark for what its reader is called; before it is the one to unsubscribe by

log = logging.getLogger("notifications")


@dataclass(frozen=True)
class Letter:
    """One to be rendered. `id` is the message's."""

    id: int
    message: Message
    to: Recipient


def render_alike(letters: Iterable[Letter], links: Links, now: datetime) -> dict[int, Rendered]:
    """What can be rendered together, by its message's id. What is missing has to be rendered whole.

    Only emails that no answers come back to. About 0.1 ms each.
    """
    by_what_is_common: dict[Message, list[_Apart]] = defaultdict(list)
    for letter in letters:
        if apart := _taken_apart(letter, links):
            by_what_is_common[apart.common].append(apart)
    rendered: dict[int, Rendered] = {}
    for some in by_what_is_common.values():
        if len(some) >= FEW and (common := _common(some[0], links, now)):
            rendered |= {each.letter.id: common.with_words(each.own) for each in some}
    return rendered


class _Apart:
    """A letter taken apart: `common` has marks for its reader's own words, `own` has these, by number."""

    def __init__(self, letter: Letter, links: Links) -> None:
        to = letter.to
        self.letter, self._links = letter, links
        self.own = [links(UNSUBSCRIBE, to.person), words.called(to.name, to.known_as)]
        parts = {name: self._marked(part) for name, part in vars(letter.message).items()}
        self.common = type(letter.message)(**parts)

    def _marked(self, part: Any) -> Any:
        if isinstance(part, Link):
            self.own.append(self._links(part, self.letter.to.person))
            return Link(part.purpose, len(self.own) - 1)
        if isinstance(part, Named | Partner):
            said = vars(part) | {"known_as": words.called(part.name, part.known_as)}
            return type(part)(**{name: self._mark(word) if word else word for name, word in said.items()})
        return tuple(map(self._marked, part)) if isinstance(part, tuple) else part

    def _mark(self, word: str) -> str:
        self.own.append(word)
        return _mark(len(self.own) - 1)

    @property
    def is_plain(self) -> bool:
        """Are its own words such that no template does anything with them? People who are called the same
        are named by their whole names.
        """
        parts = [part for part in vars(self.letter.message).values() if isinstance(part, tuple)]
        return all(map(_is_plain, self.own)) and not any(map(_has_namesakes, parts))


def _taken_apart(letter: Letter, links: Links) -> _Apart | None:
    """None where it cannot be, or has words that are not plain."""
    try:
        apart = _Apart(letter, links)
        return apart if apart.is_plain else None
    except Exception:  # noqa: BLE001  (one bad letter must not stop the others: it is met again alone)
        return None


def _is_plain(word: str) -> bool:
    return bool(word) and MARKED not in word and " ".join(word.split()) == word


def _has_namesakes(people: tuple[Any, ...]) -> bool:
    if len(people) < 2:
        return False
    called = [words.called(each.name, each.known_as) for each in people if isinstance(each, Named | Partner)]
    return len(set(called)) < len(called)


class _Mark(str):
    """What stands for a word that nobody knows yet. It can be put somewhere, and nothing else."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Mark) and str(self) == str(other)

    __hash__ = str.__hash__


class _LookedInto(Exception):
    """A template does more with a reader's own word than to put it somewhere."""


def _look_into(*_: object, **__: object) -> NoReturn:
    raise _LookedInto


LOOKS = ("__len__", "__getitem__", "__iter__", "__contains__", "__mod__", "__mul__", "__lt__", "__gt__")
for _look in (*LOOKS, *(name for name in dir(str) if not name.startswith("_"))):
    setattr(_Mark, _look, _look_into)


@dataclass(frozen=True)
class _Cut:
    """A text cut at its marks: `between` has a piece more than there are `marks`."""

    between: Sequence[str]
    marks: Sequence[int]

    @classmethod
    def of(cls, text: str) -> "_Cut":
        pieces = MARK.split(text)
        return cls(pieces[0::2], [int(number) for number in pieces[1::2]])

    def filled(self, own: Sequence[str]) -> str:
        pieces = [self.between[0]]
        for number, after in zip(self.marks, self.between[1:], strict=True):
            pieces += own[number], after
        return "".join(pieces)

    def named(self, part: str) -> str:
        """With marks that say which part of a letter they are in."""
        return self.filled([_named(part, number) for number in range(max(self.marks, default=-1) + 1)])


def _named(part: str, number: int) -> str:
    return f"{MARKED}{part}{number}-"


class _Common:
    """What letters have in common: cut where each has words of its own."""

    def __init__(self, made: Rendered) -> None:
        self.subject, self.preview = _Cut.of(made.subject), _Cut.of(made.preview)
        self.text, self.html = _Cut.of(made.text), _Cut.of(made.html)
        self.headers = {name: _Cut.of(value) for name, value in made.headers.items()}
        self.pattern = Pattern(self.text.named("text"), self.html.named("html"))
        self.in_text = [(number, _named("text", number)) for number in sorted({*self.text.marks})]
        self.in_html = [(number, _named("html", number)) for number in sorted({*self.html.marks})]

    def with_words(self, own: Sequence[str]) -> Rendered:
        escaped = [str(escape(word)) for word in own]
        return Rendered(
            subject=self.subject.filled(own),
            preview=self.preview.filled(own),
            text=self.text.filled(own),
            html=self.html.filled(escaped),
            headers={name: value.filled(own) for name, value in self.headers.items()},
            pattern=self.pattern,
            own={mark: own[number] for number, mark in self.in_text}
            | {mark: escaped[number] for number, mark in self.in_html},
        )


def _common(apart: _Apart, links: Links, now: datetime) -> _Common | None:
    """None where it cannot be shared: then each of them is rendered, and what is wrong with it met, alone."""
    nobody = Recipient(MARKED, MARKED, Channel.EMAIL, known_as=_mark(CALLED))
    letter = apart.letter
    try:
        common = _Common(render.render(apart.common, nobody, _mark_of, now))
        whole = render.render(letter.message, letter.to, links, now)
    except Exception as fault:  # noqa: BLE001
        if not isinstance(fault, _LookedInto):
            log.warning("letters of kind %s share nothing: %s", letter.message.kind, type(fault).__name__)
        return None
    says_so = MARKED in whole.subject + whole.text + whole.html
    alike = replace(common.with_words(apart.own), pattern=None, own={}) == whole
    return common if alike and not says_so else None


def _mark_of(link: Link, _person: str) -> str:
    return _mark(link.id)


def _mark(number: int) -> "_Mark":
    return _Mark(f"{MARKED}{number}-")
