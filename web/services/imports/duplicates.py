"""Names that are nearly one: of organisations, and of people.

Nothing is decided here. What may be the same is put before an organiser.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from rapidfuzz import fuzz, process

from web.services.organisations import organisations

# How councils are shortened in spreadsheets. Each is tried in full.
SHORT = {
    "cc": ("city council", "county council"),
    "bc": ("borough council",),
    "mbc": ("metropolitan borough council", "borough council", "council"),
    "mdc": ("metropolitan district council", "council"),
    "dc": ("district council",),
    "lb": ("london borough of", ""),
    "lbc": ("london borough council", "council"),
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
    "council city county borough district metropolitan royal london town parish unitary combined authority "
    "of the and for cyngor sir".split()
)
ALIKE = 88  # of 100; found by trying the other names of the UK's councils
FUZZY_AT_MOST = 2000  # names compared letter by letter; a file with more has no typos to speak of
NAMES_ALIKE = 88
SHORT_AT_MOST = 4  # short words of one name told in full: each makes up to three names of one
PEOPLE_AT_MOST = 100  # of one last name in one organisation, compared letter by letter with each other


@dataclass
class Register:
    """Organisations by every spelling. `by_key` leads to what stands for one: its id, or "=key" if new."""

    by_key: dict[str, str] = field(default_factory=dict)
    by_core: dict[str, set[str]] = field(default_factory=dict)

    def add(self, target: str, key: str) -> None:
        self.by_key.setdefault(key, target)
        if core := _core(key):
            self.by_core.setdefault(core, set()).add(target)

    def likely(self, key: str) -> list[str]:
        """Whom a shortened name, or one with other common words, can stand for."""
        in_full = {self.by_key[full] for full in _in_full(key) if full in self.by_key}
        return sorted(in_full or self.by_core.get(_core(key), set()))

    def alike(self, key: str) -> list[str]:
        """Whom a misspelt name can stand for, the nearest first."""
        near = process.extract(key, list(self.by_key), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=3)
        return list(dict.fromkeys(self.by_key[other] for other, _, _ in near))


def _core(key: str) -> str:
    return " ".join(word for word in key.split() if word not in COMMON and word not in SHORT)


def _in_full(key: str) -> Iterator[str]:
    words = key.split()
    if 0 < sum(word in SHORT for word in words) <= SHORT_AT_MOST:
        for chosen in product(*(SHORT.get(word, (word,)) for word in words)):
            yield " ".join(" ".join(chosen).split())


def match(names: Mapping[str, int], register: Register) -> list[dict[str, object]]:
    """What each name of a file stands for, the most frequent first. `names` gives their rows.

    `taken_for` is certain, and None where an organiser has to say; `likely` is what we would say.
    """
    found: list[dict[str, object]] = []
    for place, (name, rows) in enumerate(sorted(names.items(), key=lambda one: (-one[1], one[0]))):
        key = organisations.key(name)
        sure = register.by_key.get(key)
        likely = [] if sure else register.likely(key)
        near = [] if sure or likely or place >= FUZZY_AT_MOST else register.alike(key)
        if not (sure or likely or near):
            sure = f"={key}"
            register.add(sure, key)
        found.append(
            {
                "name": name,
                "key": key,
                "rows": rows,
                "taken_for": sure,
                "likely": likely[0] if len(likely) == 1 else None,
                "candidates": [*likely, *near],
            }
        )
    return found


@dataclass
class People:
    """People by organisation and last name: only there is it worth looking letter by letter. Each name leads
    to who was first called so.
    """

    blocks: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def add(self, organisation: str, name_key: str, who: str) -> None:
        if name_key:
            self.blocks.setdefault((organisation, name_key.split()[-1]), {}).setdefault(name_key, who)

    def like(self, organisation: str, name_key: str) -> str | None:
        """Somebody of the organisation with this name, or nearly: a letter apart, or Jon for Jonathan."""
        if not name_key:
            return None
        block = self.blocks.get((organisation, name_key.split()[-1]), {})
        near = (who for other, who in islice(block.items(), PEOPLE_AT_MOST) if same_name(name_key, other))
        return block.get(name_key) or next(near, None)


def same_name(one: str, other: str) -> bool:
    if one == other or fuzz.ratio(one, other) >= NAMES_ALIKE:
        return True
    first, second = one.split(), other.split()
    short, long = sorted((first[0], second[0]), key=len)
    both_named = len(first) > 1 and len(second) > 1 and first[-1] == second[-1]
    return both_named and long.startswith(short.rstrip("."))


def targets(entries: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """What each spelling in a file was taken for, once everything is answered."""
    return {str(entry["key"]): str(entry["taken_for"]) for entry in entries}
