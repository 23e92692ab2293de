"""What a name must not be, whoever writes it: our letters and texts say it to strangers, in our name.

Decision 0143 has what stays and why.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum

from notifications.titles import LETTERS, TITLES
from web.services.common import phrases


class Fault(Enum):
    """What is wrong with a name, as a report has it, and what to do about it, as a form says it."""

    UNSEEN = (
        "has characters that cannot be seen",
        "Remove the characters{of} that cannot be seen; typing it anew helps",
    )
    NOTHING = "has no letter or digit", "Enter {name} with a letter or a digit in it"
    MARKS = "has more than four marks on one letter", "Use at most four marks on one letter{of}"
    EMAIL = "has an email address in it", "Enter {name} without an email address"
    LINK = "has a link in it", "Enter {name} without a link"
    HOST = (
        "has a web address in it",
        "Enter {name} without a web address. After a full stop, leave a space",
    )

    def __init__(self, told: str, asks: str) -> None:
        self.told, self._asks = told, asks

    def to_do(self, name: str = "a name", of: str = "") -> str:
        """`name` is what to enter, and `of` says of what it is, where a form has more than one."""
        return self._asks.format(name=name, of=of)


# Nothing can be wrong with it. Most names in a long file are such.
PLAIN_WORDS = re.compile(r"[A-Za-z][A-Za-z '-]*")
# Of these categories show letters and signs, and these show nothing: Hangul fillers, the braille cell without
# a dot, and vowels of Khmer that Unicode took back.
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
# No name is longer, and to look for links takes quadratic time.
LOOKED_AT = 300
# One on another: Burmese has four, as in the word for a secret. What is set beside its letter does not count.
MOST_MARKS = 4
A_LINK = re.compile(r"://|\bwww\d?\.", re.IGNORECASE)
AN_EMAIL = re.compile(r"\S@[\w-]+\.\w")
# Labels with dots between them, and what makes more than a site's name of it.
DOTTED = re.compile(
    r"(?<![^\W_])([^\W_][^\W_-]*(?:-+[^\W_]+)*(?:\.[^\W_][^\W_-]*(?:-+[^\W_]+)*)+)(:\d|[/?#]\S)?"
)
# What mail programs and phones take for the end of a site's name: each country, and what most sites and most
# swindlers have. There are a thousand more, among them many family names.
COUNTRIES = frozenset(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw "
    "by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et "
    "eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie "
    "il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv "
    "ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr "
    "nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl "
    "sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz "
    "va vc ve vg vi vn vu wf ws ye yt za zm zw рф".split()
)
SITES = COUNTRIES | frozenset(
    "com org net edu gov mil int info biz name pro aero asia cat coop jobs mobi museum post tel travel app "
    "art bar bid bio blog bond buzz cam center cfd click cloud club company cyou date design dev digital "
    "download email fit fun fyi games global group gdn help host icu ink life link live loan lol ltd media "
    "men mom monster mov network news ninja one online page party pics plus press quest racing rest review "
    "rocks sbs services shop site skin social solutions space store stream support systems tech today tokyo "
    "top trade vip webcam website wiki win work works world wtf xin xyz zip zone london scot wales cymru "
    "example".split()
)
# Written before a name without a space, beside titles.
SHORT = frozenset("md mohd st".split())


def of_a_person(name: str) -> Fault | None:
    """Of a name, and of what somebody wishes to be called."""
    name = name[:LOOKED_AT]
    return of_a_body(name) or (Fault.HOST if _has_site(name) else None)


def of_a_body(name: str) -> Fault | None:
    """Of an organisation or a programme, some of which are called as their site is: Booking.com."""
    name = name[:LOOKED_AT]
    if PLAIN_WORDS.fullmatch(name):
        return None
    if phrases.has_invisible(name) or not BLANK.isdisjoint(name):
        return Fault.UNSEEN
    if not any(unicodedata.category(letter)[0] in "LN" for letter in name):
        return Fault.NOTHING
    if _marks(name) > MOST_MARKS:
        return Fault.MARKS
    said = _plain(name)
    if A_LINK.search(said) or any(_leads_somewhere(found) for found in DOTTED.finditer(said)):
        return Fault.LINK
    return Fault.EMAIL if AN_EMAIL.search(said) else None


def _plain(name: str) -> str:
    """As programs read it that look for links."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name) if letter not in phrases.JOINERS)


def _marks(name: str) -> int:
    """The most that stand on one letter."""
    most = here = 0
    for letter in unicodedata.normalize("NFC", name):
        kind = unicodedata.category(letter)
        if kind in ("Mn", "Me"):
            here += 1
            most = max(most, here)
        elif kind != "Mc" and letter not in phrases.JOINERS:
            here = 0
    return most


def _leads_somewhere(found: re.Match[str]) -> bool:
    """Is it a site and a page of it, as "evil.example/x" is, and "St.Mary/St.John" is not?"""
    labels = found[1].split(".")
    end = _end(labels)
    is_site = end.casefold() in SITES or (len(labels[-2]) > 1 and len(end) > 1 and end.islower())
    return found[2] is not None and is_site


def _has_site(name: str) -> bool:
    return any(_is_site(found[1].split(".")) for found in DOTTED.finditer(_plain(name)))


def _is_site(labels: Sequence[str]) -> bool:
    """Is it a site's name, and neither a title or initials before a name nor letters after it?"""
    end = _end(labels).casefold()
    before = labels[0].casefold()
    has_title = len(labels) == 2 and (before in TITLES or before in SHORT)
    are_initials = end in COUNTRIES and all(len(label) == 1 for label in labels[:-1])
    return end in SITES and not has_title and not are_initials and "".join(labels).casefold() not in LETTERS


def _end(labels: Sequence[str]) -> str:
    return labels[-1].partition("-")[0]
