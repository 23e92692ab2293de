"""How well one council is known under its spellings: `python -m tests.benchmarks.councils`.

Thirty councils in seven spellings each, typed into a programme that has all thirty. A spelling should be
taken for its council or asked about; silently two is a miss. And each council of the country, typed into a
programme that has those before it: a question there is a false one.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from web.services.organisations import councils
from web.services.organisations.councils import Council
from web.services.organisations.likeness import Register
from web.services.organisations.spelling import key

HOW_MANY, SEED = 30, 2015
SHORTENED = {
    "Metropolitan Borough Council": "MBC",
    "County Borough Council": "CBC",
    "Borough Council": "BC",
    "District Council": "DC",
    "City Council": "CC",
    "County Council": "CC",
    "London Borough of": "LB",
    "Royal Borough of": "RB",
}
FILLERS = ("City", "County", "Borough", "District", "Metropolitan", "The", "of", "London", "Royal")


@dataclass(frozen=True)
class Found:
    """`one` were taken for their council, `asked` about it, `missed`; `wrong`: only about others."""

    one: int = 0
    asked: int = 0
    missed: Sequence[str] = ()
    wrong: Sequence[str] = ()

    @property
    def recall(self) -> float:
        told = self.one + self.asked
        return told / (told + len(self.missed) + len(self.wrong))

    @property
    def precision(self) -> float:
        told = self.one + self.asked
        return told / (told + len(self.wrong))


def sample() -> list[Council]:
    return random.Random(SEED).sample(list(councils.every()), HOW_MANY)


def spellings(council: Council, chance: random.Random) -> Iterator[str]:
    """Seven of them, the way people write into forms."""
    name = council.name
    yield name.lower().removeprefix("the ")
    yield council.short[0] if council.short else name
    yield _shortened(name)
    yield _mistyped(name, chance)
    yield " ".join(word for word in name.split() if word not in FILLERS)
    yield f"{name}, Adult Services"
    yield council.official[-1] if len(council.official) > 1 else name.replace(" and ", " & ").upper()


def _shortened(name: str) -> str:
    for long, short in SHORTENED.items():
        if long in name:
            return name.replace(long, short)
    return name.removesuffix(" Council")


def _mistyped(name: str, chance: random.Random) -> str:
    """Two letters of its longest word changed places."""
    word = max(name.split(), key=len)
    place = chance.randrange(1, len(word) - 2)
    wrong = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return name.replace(word, wrong, 1)


def measure(chosen: Sequence[Council]) -> Found:
    register = Register()
    for number, council in enumerate(chosen):
        register.add(str(number), key(council.name))
    chance, counts = random.Random(SEED), Counter[str]()
    missed, wrong = list[str](), list[str]()
    for number, council in enumerate(chosen):
        for typed in spellings(council, chance):
            sure = register.sure(key(typed))
            candidates = [sure] if sure else register.candidates(key(typed))
            if str(number) in candidates:
                counts["one" if sure else "asked"] += 1
            else:
                (wrong if candidates else missed).append(f"{typed} for {council.name}")
    return Found(counts["one"], counts["asked"], missed, wrong)


def false_questions() -> list[str]:
    """Of every council of the country: those that are taken for another, or asked about."""
    every, found = councils.every(), list[str]()
    register = Register()
    for number, council in enumerate(every):
        own = key(council.name)
        if register.sure(own) or register.candidates(own):
            found.append(council.name)
        register.add(str(number), own)
    return found


def main() -> None:
    found = measure(sample())
    total = HOW_MANY * 7
    print(f"{HOW_MANY} councils in seven spellings, {total} in all:")
    print(f"  taken for one {found.one}, asked {found.asked}")
    print(f"  missed {len(found.missed)}, wrong {len(found.wrong)}")
    print(f"  recall {found.recall:.3f}, precision {found.precision:.3f}")
    for one in (*found.missed, *found.wrong):
        print(f"    {one}")
    wrongly = false_questions()
    print(f"{len(councils.every())} councils beside each other: {len(wrongly)} asked about in vain")
    for name in wrongly:
        print(f"    {name}")


if __name__ == "__main__":
    main()
