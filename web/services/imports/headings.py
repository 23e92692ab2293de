"""What a column is called, and what it is: our own headings, those of form tools, and questions.

Google and Microsoft Forms call a column after the question ("Which council do you work for?"), Eventbrite,
Mailchimp, LinkedIn, Zoom and address books have headings of their own. Where several would do, what stands
below decides: the "Email" of an anonymous Microsoft form is "anonymous" in every row.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from notifications.lazy_patterns import lazy_pattern
from web.models.folding import folded

IN_BRACKETS = lazy_pattern(r"\([^()]*\)|\[[^\[\]]*\]")
A_NUMBER_BEFORE = lazy_pattern(r"(q(uestion)? ?)?[0-9]{1,2} ?[.):] ?")
# A question that has the word and asks something else.
ASIDE = lazy_pattern(
    r"\b(agree\w*|consent|happy|shar(e|ing)|may|can|could|permission|opt(in|out)?|newsletter|manager|"
    r"supervisor|referr\w+|emergency|next of kin|event|ticket|user ?names?|username|user id|file|tags?|"
    r"how did|address line|nick ?names?|maiden|middle|job|type|size|status|sent|bounced|list|source|count|"
    r"domain|date|time|since|membership|department|team|role|description|display|best way|heard?|"
    r"prefer to be contacted)\b"
)
# Or theirs once, or where the other does not do.
SOMEBODY_ELSE = lazy_pattern(
    r"\b(buyer|purchaser|billing|booker|booked by|ordered by|home|work phone|business|nominator|nominated by|"
    r"proposer|sponsor|assistant|pa|old|former|previous|alternat(e|ive)|secondary|backup|spare)\b"
)
# What stands after the number of a round is a remark; after a "/" or "-" it would be the rest of a date.
A_ROUND = lazy_pattern(
    r"(?:round|rownd|cycle|wave|session|r|no\.?|#)?[ #]*([0-9]{1,9})"
    r"(?:\s*\(.*\)|\s*[:,–—]\s*\D.*|\s+-\s+\D.*)?",
    re.IGNORECASE | re.DOTALL,
)
# What a heading has besides whose it is: of "Clerk's e-mail address" the clerk is left.
OF_NOBODY = frozenset(
    "the a an of for and or s is what which your our person name names full first last second given fore "
    "family christian surname forename initial initials enw cyntaf cyfenw llawn vorname nachname "
    "familienname prenom nom famille e mail email address addresses bost ebost phone telephone tel mobile "
    "mob cell whatsapp contact number numbers no work personal main primary best preferred value new "
    "current".split()
)
# Whoever has two numbers has texts on this one.
A_MOBILE = lazy_pattern(r"\b(mobile|mob|cell|symudol|whatsapp)\b")
YES_OR_NO = frozenset("yes no y n true false 0 1 x on off".split())
AN_ADDRESS = lazy_pattern(r"\S@\S")


@dataclass(frozen=True)
class Heading:
    """How columns of one kind are called: exactly, or as a word in a question; and what their cells are like.

    Both are matched against `plain` headings.
    """

    exactly: re.Pattern[str]
    word: re.Pattern[str] | None = None
    cell: Callable[[str], bool] = bool

    def matches(self, name: str) -> int:
        """2 surely, 1 perhaps, 0 no."""
        if self.exactly.fullmatch(name):
            return 2
        return int(self.word is not None and bool(self.word.search(name)) and not ASIDE.search(name))

    def fits(self, cells: Sequence[str]) -> int:
        """Are the cells below such ones? 2 yes, 1 there are none, 0 no: most are something else."""
        filled = [cell for cell in cells if cell]
        if not filled:
            return 1
        return 2 if 2 * sum(map(self.cell, filled)) >= len(filled) else 0


@lru_cache(maxsize=2000)
def plain(heading: str) -> str:
    """As it is compared: "1. Your name (first and last)*" becomes "your name"."""
    bare = IN_BRACKETS.sub(" ", folded(heading, most=None).replace("_", " "))
    bare = " ".join(bare.split()).strip(" :*?.-–")
    return A_NUMBER_BEFORE.sub("", bare, count=1) if A_NUMBER_BEFORE.match(bare) else bare


def _is_words(cell: str) -> bool:
    return (
        any(letter.isalpha() for letter in cell)
        and not AN_ADDRESS.search(cell)
        and cell.casefold() not in YES_OR_NO
        and "anonymous" not in cell.casefold()
    )


def _is_address(cell: str) -> bool:
    return bool(AN_ADDRESS.search(cell))


def _is_phone(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) >= 6 and not _is_address(cell)


def _heading(exactly: str, word: str = "", cell: Callable[[str], bool] = bool) -> Heading:
    return Heading(lazy_pattern(exactly), lazy_pattern(word) if word else None, cell)


A_POST = (
    r"(the )?(parish |town |community |county |borough |district |ward |branch |vice[ -]?|deputy )*"
    r"(clerk|chair(man|woman|person)?|councillor|cllr|secretary|treasurer|president|representative|delegate)"
)
ORGANISATION_WORD = (
    r"\b(organi[sz]ations?|organi[sz]ed by|councils?|employers?|company|charity|authority|workplace|"
    r"do you work|work for|do you represent|sefydliad|cyngor)\b"
)
PEOPLE = {
    "name": _heading(
        r"(full |your |your full |participant'?s? |attendee |what'?s your |what is your )?(full ?)?name|"
        r"participants?|person|who|people|member|attendees?|enw|enw llawn|"
        r"vor-? ?und nachname|nom complet|nom et prenom",
        rf"\bnames?\b|\bwho are you\b|\benw\b|^(main )?contact( person)?$|^{A_POST}$",
        _is_words,
    ),
    "first_name": _heading(
        r"(your |attendee )?(first|given|fore|christian) ?names?|enw cyntaf|vorname|prenom",
        r"\b(first|given|fore|christian) ?names?\b|\benw cyntaf\b|\binitials?\b",
        _is_words,
    ),
    "last_name": _heading(
        r"(your |attendee )?((last|family|second) ?names?|surname)|cyfenw|(nach|familien)name|"
        r"nom( de famille)?",
        r"\b((last|family|second) ?names?|surname)\b|\bcyfenw\b",
        _is_words,
    ),
    "known_as": _heading(
        r"(your )?(known as|preferred (first )?name|nickname|name (badge|for( the| your)? badge)|"
        r"call(ed)? (me|them)|(likes?|prefers?) to be called|goes by)|enw a ddefnyddir",
        r"\b(known as|preferred (first )?name|nickname|what should we call you|"
        r"(like|prefer)s? to be called)\b",
        _is_words,
    ),
    "organisation": _heading(
        r"(your )?organi[sz]ation(( 1)?( -)? name)?|council|employer|company( name)?|authority|org|"
        r"where( do)?( you work)?|council / organi[sz]ation|place of work|parish|sefydliad|cyngor|"
        r"organisme|commune|mairie|verein|gemeinde",
        ORGANISATION_WORD,
        _is_words,
    ),
    "email": _heading(
        r"(your |work |your work |contact |attendee |primary )?(e ?-?mail)( address(es)?)?( 1( - value)?)?|"
        r"e-?bost|cyfeiriad e-?bost|e-?mail-?adresse|courriel|adresse (e-?mail|mail|electronique)",
        r"\be ?-?mail\b|\be-?bost\b",
        _is_address,
    ),
    "phone": _heading(
        r"(your |attendee )?(mobile|phone|telephone|tel|cell|cell ?phone)( ?(number|no\.?))?|"
        r"contact (number|no\.?)|(your )?mobile (tele)?phone( number)?|phone 1 - value|ffon( symudol)?|"
        r"rhif ffon( symudol)?|(mobil)?telefon(nummer)?|handy(nummer)?|mobil(nummer)?|portable",
        r"\b(mobile|phone|telephone|tel|whatsapp|contact (number|no)|ffon|symudol)\b|^contact$",
        _is_phone,
    ),
}
NAMES = ("name", "first_name", "last_name")
# Whose name it is, if not somebody's.
A_NAME_OF = lazy_pattern(
    ORGANISATION_WORD + r"|\b(first|last|given|family|fore|second|christian) ?names?\b"
    r"|\b(address|(post|zip) ?code|city|county|country)\b"
)


def found(columns: Sequence[Sequence[str]], header: Sequence[str]) -> dict[str, int]:
    """The column of each kind, each column once. `columns` has some cells of each, or none.

    Of a row that has two people in it, a clerk and a chair say, all are columns of the one whose name is
    taken.
    """
    names = [plain(name) for name in header]
    people = _names(columns, names)
    places: dict[str, int] = {}
    for key in PEOPLE:
        own = {places[name] for name in NAMES if name in places}
        ranked = [
            (rank, -place)
            for place, name in enumerate(names)
            if place not in places.values()
            and (rank := _rank(key, name, columns[place]))
            and (key == "organisation" or not own or not _is_anothers(key, place, names, own, people - own))
        ]
        if ranked:
            places[key] = -max(ranked)[1]
    return places


def others(
    columns: Sequence[Sequence[str]], header: Sequence[str], chosen: Mapping[str, int]
) -> Sequence[str]:
    """The headings of names of somebody else than whose columns were chosen."""
    names = [plain(name) for name in header]
    own = {chosen[key] for key in NAMES if key in chosen}
    free = _names(columns, names) - set(chosen.values()) if own else ()
    return [
        header[place]
        for place in sorted(free)
        if PEOPLE["name"].fits(columns[place]) == 2
        and not SOMEBODY_ELSE.search(names[place])
        and not any(_are_of_one(names[place], names[mine]) for mine in own)
    ]


def _names(columns: Sequence[Sequence[str]], names: Sequence[str]) -> set[int]:
    return {place for key in NAMES for place, name in enumerate(names) if _is(key, name, columns[place])}


def _is(key: str, name: str, cells: Sequence[str]) -> bool:
    """May a column of this name, with such cells below it, be one of this kind?"""
    surely, fits = PEOPLE[key].matches(name), PEOPLE[key].fits(cells)
    if surely == 1 and key == "name" and A_NAME_OF.search(name):
        return False
    return surely == 2 or bool(surely and fits)


def _rank(key: str, name: str, cells: Sequence[str]) -> tuple[int, ...] | None:
    """How well a column would do, or None if not at all."""
    if not _is(key, name, cells):
        return None
    kind = PEOPLE[key]
    is_own = not SOMEBODY_ELSE.search(name)
    is_textable = key == "phone" and A_MOBILE.search(name) is not None
    return kind.fits(cells), int(is_own), int(is_textable), kind.matches(name), sum(map(bool, cells))


def _is_anothers(key: str, place: int, names: Sequence[str], own: set[int], others: set[int]) -> bool:
    """Does a column tell of somebody whose name stands in one of the `others`? Its heading says whose it is;
    where two are called the same, the name before it does.
    """
    if key in NAMES and place in others:
        return not any(_are_of_one(names[place], names[mine]) for mine in own)
    others = others - {place}
    if names.count(names[place]) > 1:
        before = _name_before(place, own | others)
        if before is not None:
            return before in others
        alike = (one for one, name in enumerate(names) if name == names[place])
        return any(_name_before(one, own | others) in own for one in alike)
    said = _whose(names[place])
    theirs = any(_are_of_one(names[place], names[one]) for one in others)
    return bool(said) and theirs and not any(_are_of_one(names[place], names[mine]) for mine in own)


def _name_before(place: int, people: set[int]) -> int | None:
    return max((one for one in people if one < place), default=None)


def _are_of_one(one: str, other: str) -> bool:
    """Do two headings tell of the same person, as "Chair's email" and "Name of chairman" do?"""
    few, many = sorted((_whose(one), _whose(other)), key=len)
    return bool(few) == bool(many) and all(
        any(word.startswith(said) or said.startswith(word) for said in many) for word in few
    )


def _whose(name: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", name) if word not in OF_NOBODY]


def of_a_survey(questions: Sequence[str], answers: Sequence[str]) -> Sequence[str]:
    """The headings of an export of SurveyMonkey, whose questions stand in one row and what can be answered in
    the next; none of anything else.
    """
    if [plain(cell) for cell in questions[:2]] != ["respondent id", "collector id"] or any(answers[:2]):
        return ()
    headings, asked = [], ""
    for question, answer in zip_longest(questions, answers, fillvalue=""):
        asked = question or asked
        is_alone = surely(answer) == 2 or not asked
        says_no_more = plain(answer) in ("", "response", "open-ended response")
        headings.append(asked if says_no_more else answer if is_alone else f"{asked[:60]}: {answer}")
    return headings


def round_number(text: str) -> int | None:
    """The 3 of "3", "Round 3", "R3", "Round 3 (May)" and "Round 3: Spring"; None for anything else."""
    heading = A_ROUND.fullmatch(text.strip())
    return int(heading[1]) if heading else None


@lru_cache(maxsize=2000)
def surely(heading: str) -> int:
    """How surely a cell is a heading, of people or of past rounds: 2, 1, or 0 for anything else."""
    name = plain(heading)
    if len(heading) > 120 or not name:
        return 0
    return max(kind.matches(name) for kind in (*PEOPLE.values(), *HISTORY.values()))


LARGEST_GROUP = 5
SOMEBODY = r"(person|participant|name|partner|member|email|pair|who|mentor|buddy)"
# How the columns of a pair are called where they are not counted.
ALONE = (
    "|who|from|name|full name|your name|person|participant|member|email( address)?",
    "|with( whom)?|to|partner|(was )?(met|matched|paired|introduced)( with| to)?|(coffee|their) partner",
    "",
    "",
    "",
)
HISTORY = {
    "round": _heading(r"round( ?(number|no\.?|#|name))?|cycle|wave|session|rownd"),
    "date": _heading(r"date|day|when|month|introduced( on)?|date of( the)? round|met on|mis|dyddiad"),
    "group": _heading(r"(group|pair|pairing|match|table|trio)( ?(number|no\.?|id|#))?"),
    **{
        f"person_{place}": _heading(rf"{SOMEBODY}[ _-]?({place}|{letter}){alone}")
        for place, letter, alone in zip(range(1, LARGEST_GROUP + 1), "abcde", ALONE, strict=True)
    },
    "partners": _heading(
        r"(past |previous |earlier |former |all )?(partners|matches|conversations|people met)( so far)?|"
        r"(has |have |has already |already )met( with)?( so far| before)?|met with( so far)?|"
        r"list of partners|who (they|you)('?ve)? ?(have )?(already )?met"
    ),
}
