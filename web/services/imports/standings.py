"""Of whom a list keeps that they want, or have, nothing of it any more.

A column of standings says it in words, "Left in May"; a question or a tick says it by a yes, "Opted out?", or
by a no, "Happy to take part?". One about something else, "May we share your number?", says nothing of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from notifications.lazy_patterns import lazy_pattern

Says = Callable[[str], bool]

A_STANDING = lazy_pattern(r"\b(status|state|standing|subscription|membership|approval|attendance)\b")
OUT = lazy_pattern(
    r"\b(opt(ed|ing)?[- ]?outs?|unsubscribed?|(do not|don'?t|no longer) (contact|e-?mail|mail|invite|write)|"
    r"withdrawn|withdrew|leaver|date left|leaving date|date of leaving|left( on)?|removed?|excluded?|"
    r"stopped|dnc|dropped out|declined|deceased)\b"
)
IN = lazy_pattern(
    r"^(is |still |currently )?(active|current)( member| participant)?\W*$|"
    r"^(your )?response\W*$|"
    r"^((gdpr |data )?consent( given)?|included?( in (the )?(matching|draw|programme|scheme|list))?)\W*$|"
    r"\b(subscribed|opt(ed)?[- ]?in|still (in|here|taking part|interested|a member)|tak(e|ing) part|"
    r"participat(e|ing)|attending|interested|rsvp|join(ing)?|sign (me|us) up|(consent|agree) to|"
    r"(be|being) (contacted|invited|matched|introduced|paired)|"
    r"(contact|e-?mail|invite|match|introduce) (me|you|them))\b"
)
# A question that has such a word and asks something else.
ASIDE = lazy_pattern(
    r"\b(shar\w+|date|id|number|phone|mobile|text|sms|three|trio|newsletter|marketing|photos?|why|how|when|where|what|"
    r"lunch|dinner|event|session|online|person|launch|"
    r"which|reason|topics?|comments?|previous\w*|before|research|evaluation|survey)\b"
)
NO_MORE = lazy_pattern(
    r"(has |have |is |was )?(unsubscribed|opt(ed)?[- ]?out|cleaned|bounced|declined|denied|rejected|refused|"
    r"cancell?ed|not (attending|interested|taking part)|refunded|deleted|withdrawn|withdrew|inactive|"
    r"archived|left(?! (a )?(message|voicemail|vm\b))|leaver|deceased|died|removed|suspended|no longer|"
    r"dropped out|(former|ex)[- ](member|participant)|resigned|moved on|lapsed|expired|dormant|deactivated|"
    r"blocked|stopped|quit|excluded|not participating|dnc|(do not|don'?t) (contact|e-?mail|invite))\b"
)
A_REST = lazy_pattern(
    r"(is |currently )?(paused?|on (hold|pause|leave|a break|sabbatical|maternity)|maternity|sabbatical)\b"
)
NEW_WORD = lazy_pattern(r"_|(?<=[a-z])(?=[A-Z])")  # "opt_out", "HasOptedOut"
YES = frozenset("y yes yeah true 1 x ✓ ✔ ☑ ✅ ticked checked".split())
NO = frozenset("n no false 0 nope never".split())
# "No thanks", "Not at the moment", "Sorry, I can't": an answer to whether somebody wants it.
A_NO = lazy_pattern(
    r"((i|i'm|am|sorry|unfortunately|afraid) )*"
    r"(not?|can'?t|cannot|won'?t|unable|(do|will|would) not|don'?t|would rather not|prefer not)\b"
    r"(?! (an? |any |yet )?(problem|preference|objections?|worries|sure|certain|decided|mind|wait)\b)"
)
A_DAY = lazy_pattern(r"(?=.*\d)[\d/.: -]{6,}|\d{1,2} \w+ \d{2,4}|\w+ \d{4}")


@dataclass(frozen=True)
class Column:
    place: int
    is_no_more: Says


def columns(header: Sequence[str], taken: set[int]) -> list[Column]:
    """Those of a file that may say so, but for those `taken` for something else."""
    names = ((place, NEW_WORD.sub(" ", name).casefold()) for place, name in enumerate(header))
    found = ((place, _kind(name)) for place, name in names if place not in taken)
    return [Column(place, says) for place, says in found if says]


def asks(header: Sequence[str], taken: set[int]) -> int | None:
    """The first column that asks whether somebody wants to take part, but for those `taken`."""
    found = (column.place for column in columns(header, taken) if column.is_no_more is _is_no)
    return next(found, None)


def an_answer(place: int) -> Column:
    """A column of which an organiser says that a no in it is a no to taking part."""
    return Column(place, _is_no)


def is_rest(cell: str) -> bool:
    """Does a standing say that somebody takes a break? They may be asked all the same."""
    return bool(A_REST.match(_said(cell)))


def _kind(name: str) -> Says | None:
    if A_STANDING.search(name):
        return _says_so
    if OUT.search(name):
        return _is_yes
    return _is_no if IN.search(name) and not ASIDE.search(name) else None


def _said(cell: str) -> str:
    return " ".join(cell.casefold().replace("’", "'").split()).strip(" .!")


def _says_so(cell: str) -> bool:
    return bool(NO_MORE.match(_said(cell)))


def _is_yes(cell: str) -> bool:
    said = _said(cell)
    return said in YES or said.startswith("yes") or bool(A_DAY.fullmatch(said)) or _says_so(cell)


def _is_no(cell: str) -> bool:
    said = _said(cell)
    return said in NO or bool(A_NO.match(said.replace(",", ""))) or _says_so(cell)
