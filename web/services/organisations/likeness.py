"""Which names may be one organisation: short forms, other languages, other common words, slips of the hand.

Nothing is decided here but what is certain: the same letters, and the official names of one council. What may
be the same is put before somebody who knows. Two names that are official names of different councils are two.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from rapidfuzz import fuzz, process

from web.services.organisations import councils
from web.services.organisations.spelling import key

# How councils are shortened in spreadsheets. Each is tried in full.
SHORT = {
    "cc": ("city council", "county council"),
    "bc": ("borough council",),
    "mbc": ("metropolitan borough council", "borough council", "council"),
    "mdc": ("metropolitan district council", "council"),
    "dc": ("district council",),
    "lb": ("london borough of", ""),
    "lbc": ("london borough council", "council"),
    "rb": ("royal borough of", ""),
    "rbc": ("borough council", "royal borough"),
    "cbc": ("county borough council", "borough council"),
    "ua": ("", "council"),
    "ca": ("combined authority",),
    "cca": ("combined county authority",),
    "tc": ("town council",),
    "pc": ("parish council",),
    "uni": ("university",),
    "univ": ("university",),
    "govt": ("government",),
    "dept": ("department",),
}
# Words that many organisations share, and so tell none from another.
COMMON = frozenset(
    "council councils city county borough district metropolitan royal london town parish unitary combined "
    "authority mayoral corporation of the and for cyngor sir dinas bwrdeistref sirol comhairle baile "
    "siorrachd isle islands upon".split()
)
ALIKE = 88  # of 100; found by trying the other names of the UK's councils
# Of the words that two do not share: "Barton Parish Council" is 92 of 100 "Carlton Parish Council", and a
# third of a county's parishes would be asked about for the words that they all have.
REST_ALIKE = 85
MOST_ALIKE = 3
SHARED_FROM = 3  # councils that say of a domain that it is no one's
SHORT_AT_MOST = 4  # short words of one name told in full: each makes up to three names of one
INITIALS_AT_MOST = 6  # letters
# Words of a name that stands within another one: a form takes 120 letters. Whatever was typed is looked at
# before anybody says that it is too long.
WITHIN_AT_MOST = 60


@dataclass
class _Councils:
    """Where official names and cores lead to: places in `councils.every`."""

    official: dict[str, int] = field(default_factory=dict)
    by_core: dict[str, set[int]] = field(default_factory=dict)


@cache
def _known() -> _Councils:
    found = _Councils()
    for place, council in enumerate(councils.every()):
        for name in (*council.official, *councils.together(council.official)):
            found.official.setdefault(key(name), place)
        for name in (*council.official, *council.short):
            if core := _core(key(name)):
                found.by_core.setdefault(core, set()).add(place)
    return found


def other_official_names(spelling: str) -> Collection[str]:
    """The keys of every official name of a council of which this is one; none if it is no council's."""
    place = _known().official.get(spelling)
    if place is None:
        return ()
    official = councils.every()[place].official
    return {key(name) for name in (*official, *councils.together(official))}


def surely(spelling: str) -> int | None:
    """The council that a key is an official name of, short words told in full."""
    known = _known().official
    return next((known[full] for full in (spelling, *_in_full(spelling)) if full in known), None)


def _perhaps(spelling: str) -> set[int]:
    """The councils a key may mean: that of which it is a name, or those with its telling words, or that whose
    name it begins with, as in "Leeds City Council Housing".
    """
    if (place := surely(spelling)) is not None:
        return {place}
    known, words = _known(), spelling.split()
    if found := known.by_core.get(_core(spelling)):
        return found
    return next(({known.official[some]} for some in _beginnings(words) if some in known.official), set())


def _beginnings(words: Sequence[str]) -> Iterator[str]:
    """What a name begins with, of two words and more, the longest first."""
    return (" ".join(words[:n]) for n in range(min(len(words) - 1, WITHIN_AT_MOST), 1, -1))


def is_shared(spellings: Iterable[str]) -> bool:
    """May people of these names all have one email domain only because it is a provider's? Where three
    different councils are among them: nobody's departments are called so.
    """
    different: list[set[int]] = []
    for spelling in spellings:
        meant = _perhaps(spelling)
        if meant and all(meant.isdisjoint(other) for other in different):
            different.append(meant)
    return len(different) >= SHARED_FROM


@dataclass
class Register:
    """Organisations by every spelling. `by_key` leads to what stands for one: its id, or "=key" if new."""

    by_key: dict[str, str] = field(default_factory=dict)
    by_core: dict[str, set[str]] = field(default_factory=dict)
    by_council: dict[int, set[str]] = field(default_factory=dict)
    by_initials: dict[str, set[str]] = field(default_factory=dict)
    by_beginning: dict[str, set[str]] = field(default_factory=dict)
    by_domain: dict[str, str] = field(default_factory=dict)
    councils: dict[str, set[int]] = field(default_factory=dict)

    def add(self, target: str, spelling: str) -> None:
        self.by_key.setdefault(spelling, target)
        core = _core(spelling)
        for place in _perhaps(spelling):
            self.by_council.setdefault(place, set()).add(target)
        if (place_ := surely(spelling)) is not None:
            self.councils.setdefault(target, set()).add(place_)
        if core:
            self.by_core.setdefault(core, set()).add(target)
            self.by_beginning.setdefault(core.split()[0], set()).add(target)
        for initials in {_initials(spelling), _initials(core)}:
            if len(initials) > 2:
                self.by_initials.setdefault(initials, set()).add(target)

    def sure(self, spelling: str) -> str | None:
        """What stands for a name: by its letters, or as another official name of the same council."""
        same = (self.by_key[other] for other in other_official_names(spelling) if other in self.by_key)
        return self.by_key.get(spelling) or min(same, default=None)

    def likely(self, spelling: str) -> list[str]:
        """Whom a shortened name, one in another language, or one with other common words can stand for."""
        in_full = {self.by_key[full] for full in _in_full(spelling) if full in self.by_key}
        if in_full:
            return sorted(in_full)
        meant = _perhaps(spelling)
        found = set[str]().union(*(self.by_council.get(place, set()) for place in meant))
        found |= self.by_core.get(_core(spelling), set())
        for short in (spelling, _core(spelling)):
            if not found and len(short) <= INITIALS_AT_MOST:
                found |= self.by_initials.get(short, set())
        if not found and not meant:
            found |= self.by_beginning.get(_core(spelling), set()) or self._within(spelling.split())
        return self.not_another(sorted(found), spelling)

    def _within(self, words: Sequence[str]) -> set[str]:
        """Those whose whole name it ends or begins with, as in "Head of Waste, Leeds City Council"; but not
        one of whom somebody has written "Parish Council" and no more.
        """
        first = max(1, len(words) - WITHIN_AT_MOST)
        ends = (" ".join(words[n:]) for n in range(first, len(words) - 1))
        parts = (*ends, *_beginnings(words))
        return {self.by_key[part] for part in parts if part in self.by_key and _core(part)}

    def alike(self, spelling: str) -> list[str]:
        """Whom a misspelt name can stand for, the nearest first."""
        near = process.extract(spelling, list(self.by_key), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None)
        found = dict.fromkeys(
            self.by_key[other] for other, _, _ in near if _differ_by_a_slip(spelling, other)
        )
        return self.not_another(list(found)[:MOST_ALIKE], spelling)

    def candidates(self, spelling: str) -> list[str]:
        """Everything a name may stand for that is not surely anything."""
        return self.likely(spelling) or self.alike(spelling)

    def not_another(self, targets: Sequence[str], spelling: str) -> list[str]:
        """Without those that are surely another council than this one."""
        place = surely(spelling)
        if place is None:
            return list(targets)
        return [one for one in targets if not (there := self.councils.get(one)) or place in there]


def _core(spelling: str) -> str:
    return " ".join(word for word in spelling.split() if word not in COMMON and word not in SHORT)


def _differ_by_a_slip(one: str, other: str) -> bool:
    """Is what they do not share nearly the same, or common words of one of them? Of the country's councils no
    two are so alike that it would have to be asked: who writes nearly one of their names means it.
    """
    if surely(one) is not None or surely(other) is not None:
        return True
    words, others = one.split(), other.split()
    rest = [word for word in words if word not in others]
    other_rest = [word for word in others if word not in words]
    if rest and other_rest:
        left, other_left = " ".join(rest), " ".join(other_rest)
        # Two letters in the wrong order are a quarter of a short word.
        return fuzz.ratio(left, other_left) >= REST_ALIKE or sorted(left) == sorted(other_left)
    return COMMON.issuperset(rest + other_rest)


def _initials(spelling: str) -> str:
    return "".join(word[0] for word in spelling.split() if word not in ("of", "the", "and", "for", "a", "y"))


def _in_full(spelling: str) -> Iterator[str]:
    words = spelling.split()
    if 0 < sum(word in SHORT for word in words) <= SHORT_AT_MOST:
        for chosen in product(*(SHORT.get(word, (word,)) for word in words)):
            yield " ".join(" ".join(chosen).split())
