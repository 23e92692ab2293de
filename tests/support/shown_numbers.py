"""Every number of a round that organisers and participants are shown, wherever it stands, read off the pages,
files and letters themselves: what is shown twice is one number.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlmodel import col, select

from notifications import messages
from notifications.tables import OutboxMessage
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Round, RoundState

TIMES = r"(once|twice|\w+ times)"
MET = re.compile(rf"([^.]+?) (?:has|and ([^.]+?) have) met (?:only )?(?:([^.]+?) )?{TIMES} before\.")
NOT_MET = re.compile(r"([^.]+?) and ([^.]+?) have not met before\.")
HERE = "/organise/councils"
NUMBERS = {word: n for n, word in enumerate("no one two three four five six seven eight nine ten".split())}


@dataclass(frozen=True)
class Shown:
    """A number as one place shows it: `what` is the same wherever the same is meant."""

    what: str
    place: str
    number: int


def disagreements(shown: Iterator[Shown]) -> list[str]:
    """What is said in two places differently."""
    places: dict[str, dict[int, list[str]]] = {}
    for one in shown:
        places.setdefault(one.what, {}).setdefault(one.number, []).append(one.place)
    return [f"{what}: {said}" for what, said in places.items() if len(said) > 1]


def everywhere(world: World, organiser: Visitor) -> Iterator[Shown]:
    """All of them, as they are now."""
    yield from _list(organiser)
    yield from _first_page(organiser)
    yield from _evidence(organiser)
    yield from _file(organiser)
    with world.read() as session:
        rounds = session.exec(select(Round.number, Round.state).order_by(col(Round.number))).all()
    for number, state in rounds:
        page = organiser.open(f"{HERE}/rounds/{number}")
        yield from _draft(page, number) if state is RoundState.DRAFT else _sent(page, number)


def _round(number: int, place: str, **numbers: str | int) -> Iterator[Shown]:
    for name, told in numbers.items():
        yield Shown(f"round {number}, {name}", place, int(str(told).replace(",", "")))


def _rows(page: Visitor, caption: str) -> Iterator[list[str]]:
    for table in page.page.xpath("//table"):
        if " ".join(table.xpath("string(caption)").split()) == caption:
            for row in table.xpath("tbody/tr"):
                yield [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")]


def _list(organiser: Visitor) -> Iterator[Shown]:
    for first, _, groups, people, answered, met in _rows(
        organiser.open(f"{HERE}/rounds"), "Rounds, newest first"
    ):
        number = int(first.split()[1])
        yield from _round(number, "the list", groups=groups, people=people)
        if answered != "–":
            yield from _round(number, "the list", answered=answered, met=met)


def _first_page(organiser: Visitor) -> Iterator[Shown]:
    text = organiser.open(f"{HERE}/").text
    if found := re.search(r"Of (\d+) introduced, (\d+) answered and (\d+) met\. Round (\d+)", text):
        people, answered, met, number = found.groups()
        yield from _round(int(number), "the first page", people=people, answered=answered, met=met)


def _evidence(organiser: Visitor) -> Iterator[Shown]:
    page = organiser.open(f"{HERE}/evidence")
    for first, _, people, _, answered, met, *_ in _rows(page, "Every round, in people"):
        number = int(first.split()[1])
        yield from _round(number, "the evidence", people=people, answered=answered, met=met)
    for first, groups, *_ in _rows(page, "Every round, in groups"):
        yield from _round(int(first.split()[1]), "the evidence", groups=groups)


def _file(organiser: Visitor) -> Iterator[Shown]:
    text = organiser.open(f"{HERE}/evidence/rounds.csv").answer.data.decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text)):
        said = {name: row[name] for name in ("groups", "answered", "met")}
        yield from _round(int(row["number"]), "the file", people=row["introduced"], **said)


def _tile(page: Visitor, label: str) -> tuple[str, str] | None:
    """Its number, and the words with it."""
    for tile in page.page.xpath("//li[@class='un-figure']"):
        number, *words = (" ".join(part.split()) for part in tile.itertext() if part.strip())
        if label in " ".join(words):
            return number, " ".join(words)
    return None


def _groups_and_people(page: Visitor, number: int) -> Iterator[Shown]:
    groups, words = _tile(page, "group") or ("", "")
    people = re.search(r"(\d+) (?:person|people)", words)
    assert people
    yield from _round(number, "the tile", groups=groups, people=people[1])


def _sent(page: Visitor, number: int) -> Iterator[Shown]:
    yield from _groups_and_people(page, number)


def _draft(page: Visitor, number: int) -> Iterator[Shown]:
    yield from _groups_and_people(page, number)
    groups = _of_draft(page)
    yield from _round(number, "the table", groups=len(groups), people=sum(map(len, groups)))
    for button in page.buttons:
        if found := re.match(r"Send (\d+) introduction", button):
            yield from _round(number, "the button", people=found[1])
    pairs = [pair for group in groups for pair in combinations(group, 2)]
    crossing = sum(one != other for one, other in pairs)
    yield from _round(number, "the table", pairs=len(pairs), crossing=crossing)
    yield from _crossing(page, number)
    yield from _round(number, "the table", same=sum(one == other for one, other in pairs))
    for odd in re.findall(r"(\d+) is odd\.", page.text):
        yield from _round(number, "why these", people=odd)


def _of_draft(page: Visitor) -> list[list[str]]:
    """The organisations of each group."""
    rows = page.page.xpath("//table[contains(@class, 'un-groups')]/tbody/tr")
    lines = [[div.text_content() for div in row.xpath("td[1]/div")] for row in rows]
    return [[line.partition(", ")[2].partition(" Swap")[0].strip() for line in group] for group in lines]


def _crossing(page: Visitor, number: int) -> Iterator[Shown]:
    """The tile, and the sentence about this round or about the best one."""
    told, words = _tile(page, "organisations") or ("0 of 0", "")
    cross, pairs = map(int, told.split(" of "))
    yield from _round(number, "the tile", pairs=pairs, crossing=cross, same=pairs - cross)
    is_best = "Why this round." in page.text
    which = "crossing" if is_best else "crossing at best"
    best = re.search(r"best (?:possible|found|of such sizes): (\d+)", words)
    if not is_best:
        # Nothing beside the number says that it is the best there can be.
        yield from _round(number, "the tile", **{which: best[1] if best else cross})
    if found := re.search(r"(\d+) of (\d+) pairs? cross organisations\.", page.text):
        yield from _round(number, "the sentence", **{which: found[1]})
        if is_best:
            yield from _round(number, "the sentence", pairs=found[2])
    elif is_best and "Every pair crosses organisations" in page.text:
        yield from _round(number, "the sentence", crossing=pairs)
    repeats = _tile(page, "met before") or _tile(page, "repeats")
    if is_best and repeats and (found := re.search(r"(\w+) pairs? (?:has )?met before\.", page.text)):
        said = NUMBERS.get(found[1].casefold(), -1)
        yield from _round(number, "the sentence", repeats=said)
        yield from _round(number, "the tile", repeats=repeats[0])


def of_digest(world: World, number: int) -> Iterator[Shown]:
    """The newest digest, of this round."""
    text = world.inbox(kind="digest")[0].text
    if found := re.search(r"Of (\d+) (?:person|people) introduced, (\d+) answered and (\d+) met\.", text):
        people, answered, met = found.groups()
        yield from _round(number, "the digest", people=people, answered=answered, met=met)


def histories(reasons: Iterable[str]) -> set[tuple[frozenset[str], str]]:
    """Which two organisations have met how often, by what is said of why people were put together."""
    found = set[tuple[frozenset[str], str]]()
    for reason in reasons:
        for one, other, another, times in MET.findall(reason):
            found.add((frozenset({one.strip(), other or another}), times))
        for one, other in NOT_MET.findall(reason):
            found.add((frozenset({one.strip(), other}), "never"))
    return found


def told(world: World, round_: int) -> Iterator[str]:
    """Why they were put together, as each introduction of a round told it."""
    kind = messages.Introduction.kind
    with world.read() as session:
        sent = select(OutboxMessage).where(OutboxMessage.kind == kind, OutboxMessage.round == str(round_))
        for row in session.exec(sent):
            yield str(json.loads(row.payload or "{}").get("why"))
