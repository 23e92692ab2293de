"""Names that are nearly one: of organisations, and of people.

Nothing is decided here. What may be the same is put before an organiser.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from rapidfuzz import fuzz

from web.models.folding import SEARCHED
from web.services.organisations import organisations
from web.services.organisations.likeness import Register, is_shared

FUZZY_AT_MOST = 2000  # names compared letter by letter; a file with more has no typos to speak of
NAMES_ALIKE = 88
PEOPLE_AT_MOST = 100  # of one last name in one organisation, compared letter by letter with each other


def match(
    names: Mapping[str, int], register: Register, domains: Mapping[str, Collection[str]] | None = None
) -> list[dict[str, object]]:
    """What each name of a file stands for, the most frequent first. `names` gives their rows, and `domains`
    the email domains of the people there, by the name's key.

    `taken_for` is certain, and None where an organiser has to say; `likely` is what we would say.
    """
    found: list[dict[str, object]] = []
    speaks_for: dict[str, str] = dict(register.by_domain)
    shared = _shared(domains or {})
    for place, (name, rows) in enumerate(sorted(names.items(), key=lambda one: (-one[1], one[0]))):
        key = organisations.key(name)
        own = [domain for domain in (domains or {}).get(key, ()) if domain not in shared]
        sure = register.sure(key)
        likely = [] if sure else register.likely(key)
        near = [] if sure or likely or place >= FUZZY_AT_MOST else register.alike(key)
        if not (sure or likely or near):
            same_domain = dict.fromkeys(speaks_for[domain] for domain in own if domain in speaks_for)
            near = register.not_another(list(same_domain), key)
        if not (sure or likely or near):
            sure = f"={key}"
            register.add(sure, key)
        if stands := sure or next(iter([*likely, *near]), None):
            speaks_for.update({domain: stands for domain in own if domain not in speaks_for})
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


def _shared(domains: Mapping[str, Collection[str]]) -> set[str]:
    """Domains of a file that belong to none of its organisations."""
    names: dict[str, list[str]] = {}
    for key, own in domains.items():
        for domain in own:
            names.setdefault(domain, []).append(key)
    return {domain for domain, keys in names.items() if is_shared(keys)}


@dataclass
class People:
    """People by organisation and last name: only there is it worth looking letter by letter. Each name leads
    to who was first called so.
    """

    blocks: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def add(self, organisation: str, name_key: str, who: str) -> None:
        name_key = name_key.translate(SEARCHED)
        if name_key:
            self.blocks.setdefault((organisation, name_key.split()[-1]), {}).setdefault(name_key, who)

    def like(self, organisation: str, name_key: str) -> str | None:
        """Somebody of the organisation with this name, or nearly: a letter apart, or Jon for Jonathan."""
        name_key = name_key.translate(SEARCHED)
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
