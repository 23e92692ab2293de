"""Why these two, why no better, what would help: in words an organiser can repeat."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from matcher import barrier, proof, rules
from matcher.pot import Ints, Pot
from matcher.proof import crossing_bound, group_sizes
from matcher.result import Result, Unplaced

# Longer lists of names, and of circles of people, are cut short.
MOST_NAMES = 7
MOST_CIRCLES = 3
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Labels:
    """The caller's words: `people[i]` for person i, `organisations[c]` for organisation code c, and what the
    pot mixes by besides is called. What somebody answered to that is told to nobody.
    """

    people: Sequence[str]
    organisations: Sequence[str]
    mix_by: str = ""


def group(pot: Pot, members: Sequence[int], labels: Labels, size: int = 2) -> str:
    """Why these people, in one to three short sentences. O(history); for many groups use Reasons."""
    return Reasons(pot, labels, size).group(members)


class Reasons:
    """Why these people, for many groups of one pot: how often organisations have met is counted once.

    `met` says how often organisations have met, by their two codes, the smaller one first: who has left is
    not in the pot, and may have met somebody too. Without it the pairs of the pot are counted.
    """

    def __init__(
        self, pot: Pot, labels: Labels, size: int = 2, met: Mapping[tuple[int, int], int] | None = None
    ) -> None:
        self._pot = pot
        self._labels = labels
        self._size = size
        self._met = met
        self._organisation, self._codes = pot.organisation.tolist(), pot.codes.tolist()
        self._mix = pot.mix.tolist()
        if met is None:
            self._count_pairs()

    def _count_pairs(self) -> None:
        pot = self._pot
        first = pot.pairs_met // max(pot.n, 1)
        ends = pot.codes[first], pot.codes[pot.pairs_met - first * pot.n]
        kinds = int(pot.codes.max(initial=0)) + 1
        key = np.minimum(*ends).astype(np.int64) * kinds + np.maximum(*ends)
        self._kinds = kinds
        known, counts = np.unique(key, return_counts=True)
        self._often = dict(zip(known.tolist(), counts.tolist(), strict=True))

    def round(self, groups: Ints) -> list[str]:
        """For every group of a round. Who has met is asked once for all of them. O(groups)."""
        i, j = np.triu_indices(groups.shape[1], 1)
        a, b = groups[:, i], groups[:, j]
        met = np.zeros(a.shape, np.bool_)
        real = (a >= 0) & (b >= 0)
        met[real] = self._pot.have_met(a[real], b[real])
        return [
            self._told(row, not any(pairs)) for row, pairs in zip(groups.tolist(), met.tolist(), strict=True)
        ]

    def group(self, members: Sequence[int]) -> str:
        """One to three short sentences."""
        return self._told(members, fresh=False)

    def _told(self, members: Sequence[int], fresh: bool) -> str:
        """`fresh` if it is known that no two of them have met."""
        people = [int(person) for person in members if person >= 0]
        met = _never(people) if fresh else _meetings(self._pot, people, self._labels)
        sentences = [met, self._organisations(people), *self._answers(people)]
        if len(people) == 3 and self._size == 2:
            sentences.append(_three(self._pot, people))
        return " ".join(sentences)

    def _answers(self, people: list[int]) -> list[str]:
        """Whether two of them gave the same answer; nothing where it depends on somebody who gave none."""
        said = [self._mix[person] for person in people if self._mix[person] >= 0]
        if len(set(said)) < len(said):
            who = "Both" if len(people) == 2 else "Some of them"
            return [f"{who} gave the same answer to “{self._labels.mix_by}”."]
        return [f"Different answers to “{self._labels.mix_by}”."] if len(said) == len(people) else []

    def _organisations(self, people: list[int]) -> str:
        codes = sorted({self._organisation[person] for person in people})
        names = [self._labels.organisations[code] for code in codes]
        if len(codes) == 1 or len(people) > 2:
            return _from(names, people)
        one, other = (self._labels.organisations[self._organisation[person]] for person in people)
        return _history_of(one, other, self._times(*people))

    def _times(self, a: int, b: int) -> int:
        """How many pairs of these two people's organisations have met."""
        if self._met is not None:
            own = self._organisation[a], self._organisation[b]
            return self._met.get((min(own), max(own)), 0)
        one, other = sorted((self._codes[a], self._codes[b]))
        return int(self._often.get(one * self._kinds + other, 0))


def alone(pot: Pot, members: Sequence[int], labels: Labels) -> str:
    """Who of them has met, and where they are from: what can be told by the past of these people alone."""
    people = [int(person) for person in members if person >= 0]
    pairs = np.array(list(combinations(people, 2)))
    met = pairs[pot.have_met(pairs[:, 0], pairs[:, 1])].tolist()
    names = [labels.organisations[code] for code in sorted({int(pot.organisation[one]) for one in people})]
    sentences = [f"{labels.people[a]} and {labels.people[b]} have met before" for a, b in met]
    return f"{_list(sentences) + '.' if sentences else _never(people)} {_from(names, people)}"


def _from(names: Sequence[str], people: Sequence[int]) -> str:
    if len(names) == 1:
        return f"{'Both' if len(people) == 2 else 'All'} from {names[0]}."
    return f"From {_list(names)}."


def _never(people: Sequence[int]) -> str:
    return "Never met." if len(people) == 2 else "None of them have met."


def _meetings(pot: Pot, people: list[int], labels: Labels) -> str:
    pairs = np.array(list(combinations(people, 2)))
    ages = pot.age(pairs[:, 0], pairs[:, 1])
    if not ages.any():
        return _never(people)
    sentences = []
    for (a, b), age in zip(pairs, ages, strict=True):
        if age:
            ago = pot.rounds - int(age) + 1
            when = "last round" if ago == 1 else f"{number(ago)} rounds ago"
            sentences.append(f"{labels.people[a]} and {labels.people[b]} last met {when}")
    return (
        _list(sentences) + "." if len(people) > 2 else f"Last met {sentences[0].rsplit(' last met ', 1)[1]}."
    )


def _history_of(one: str, other: str, times: int) -> str:
    if times == 0:
        return f"{one} and {other} have not met before."
    often = {1: "once", 2: "twice"}.get(times, f"{number(times)} times")
    return f"{one} has met {other} {often} before."


def _three(pot: Pot, people: list[int]) -> str:
    free = pot.n - int((pot.locked >= 0).sum())
    why = "Never-pairs leave no other way than a three."
    if free % 2:
        # How many are locked is nothing to who reads it: everywhere else it says how many there are.
        why = f"{pot.n} is odd." if pot.n % 2 else "Those left to put together were an odd number."
    unwilling = int(pot.no_trio[people].sum())
    if unwilling:
        return f"{why} {number(unwilling).capitalize()} of them said no to a three; there was no other way."
    turns = pot.trio_turns[people]
    if not turns.any():
        return f"{why} All three are happy in a three; none has been in one before."
    most = int(turns.max())
    often = "once" if most == 1 else f"{number(most)} times"
    return f"{why} All three are happy in a three; none has been in one more than {often}."


def best(pot: Pot, result: Result, labels: Labels) -> list[str]:
    """Why no better round exists and what would help, most important first."""
    sentences = [
        *_locked(pot),
        *_repeats(pot, result, labels),
        *_crossing(pot, result, labels),
        *_mixing(result, labels),
        *_notes(result),
        *_sizes(result),
    ]
    if "crossing" in result.proof.certifies and not result.figures.optimal:
        sentences.append(
            "No round has fewer repeats, or more pairs that cross; it is not proved that none of those has"
            f" fewer pairs with the same answer to “{labels.mix_by}”."
        )
    elif "repeats" in result.proof.certifies and not result.figures.optimal:
        sentences.append(
            "No round has fewer repeats; it is not proved that none of those is better beyond that."
        )
    elif not result.figures.optimal:
        sentences.append("This is the best round found; it is not proved that no better one exists.")
    return [*sentences, *_chance(result), *_ahead(result)]


def _sizes(result: Result) -> list[str]:
    """Which sizes of groups the claim is about, where it is not about all that a round may have."""
    figures = result.figures
    if result.groups.shape[1] == 3 or figures.every_mix or not figures.groups or not figures.optimal:
        return []
    sizes = _list([f"{number(groups)} of {number(people)}" for people, groups in figures.sizes])
    return [f"It is the best for groups of these sizes: {sizes}."]


def _locked(pot: Pot) -> list[str]:
    """What is best is best beside the groups somebody locked, and may be worse than without them."""
    groups = len(pot.locked)
    if not groups:
        return []
    kept = "One group was" if groups == 1 else f"{number(groups).capitalize()} groups were"
    return [f"{kept} locked and kept; the others are drawn beside {'it' if groups == 1 else 'them'}."]


def _repeats(pot: Pot, result: Result, labels: Labels) -> list[str]:
    repeats = result.figures.repeats
    if not result.figures.pairs:
        return []
    if not repeats:
        return ["No pair has met before."]
    sentences = [f"{number(repeats).capitalize()} {_plural('pair', repeats)} met before."]
    kept = repeats - result.proof.repeats
    if kept:
        some = f"{number(kept).capitalize()} of them {_are(kept)}"
        sentences.append(f"{'That pair is' if kept == repeats == 1 else some} in a group you locked.")
    if result.proof.kind == "partners" or (result.proof.kind == "enumeration" and result.groups.shape[1] > 3):
        return sentences + _stuck(pot, result, labels)
    if result.proof.kind not in ("tutte-berge", "dual"):
        return sentences + _who_could_skip(pot, result, labels)
    return sentences + _circles(pot, result, labels) + _who_could_skip(pot, result, labels)


def _stuck(pot: Pot, result: Result, labels: Labels) -> list[str]:
    """Who has nobody left for a group of three or four in which nobody has met."""
    size = int((result.groups >= 0).sum(axis=1).min())
    people = np.setdiff1d(np.arange(pot.n), pot.locked)
    alone = people[proof.stuck(pot.only(people), size)].tolist()
    if not alone and result.proof.kind == "enumeration":
        return ["Every round there could be was looked at, and each has a repeat."]
    if not alone:
        return [f"Too few people are left to meet for groups of {number(size)}."]
    are = "is" if len(alone) == 1 else "are"
    return [f"{_people(alone, labels)} {are} in no group of {number(size)} in which nobody has met."]


def _circles(pot: Pot, result: Result, labels: Labels) -> list[str]:
    """Who hems in whom; in an odd pot the three takes up one odd circle, if it can."""
    circles = _odd_circles(pot, result)
    over = len(circles) - len(result.proof.barrier)
    sentences = []
    if over > 1:
        sentences += _hemmed_in([c[0] for c in circles if len(c) == 1], result.proof.barrier, labels)
        sentences += [_only_each_other(c, labels) for c in circles if len(c) > 1][:MOST_CIRCLES]
    if over % 2 and result.proof.repeats == (over + 1) // 2:
        sentences.append("Wherever the three is put, somebody in it or beside it meets again.")
    return sentences


def _odd_circles(pot: Pot, result: Result) -> list[list[int]]:
    """Odd sets of people who, the barrier aside, have only each other left to meet; smallest first."""
    out = {person.person for person in result.unplaced} | set(pot.locked.ravel().tolist())
    people = np.array([p for p in range(pot.n) if p not in out | set(result.proof.barrier)], np.int64)
    circle = barrier.Fresh(pot.only(people)).circles(np.zeros(0, np.int32))
    parts = [people[circle == number].tolist() for number in np.flatnonzero(np.bincount(circle) % 2)]
    return sorted(parts, key=lambda part: (len(part), part))


def _hemmed_in(alone: list[int], barrier: Sequence[int], labels: Labels) -> list[str]:
    """People who have met everybody but a few, when those few cannot take them all."""
    if not alone:
        return []
    who = _people(alone, labels)
    have = "has" if len(alone) == 1 else "have"
    if not barrier:
        return [f"{who} {have} met everybody."]
    return [
        f"{who} {have} met everybody but {_people(barrier, labels)}, who can take {number(len(barrier))}."
    ]


def _only_each_other(circle: list[int], labels: Labels) -> str:
    who = _people(circle, labels)
    return f"{who} have only each other left to meet, and {number(len(circle))} is odd."


def _who_could_skip(pot: Pot, result: Result, labels: Labels) -> list[str]:
    """The smallest remedy: without both people of a pair, or one of a three, that repeat is gone."""
    skip: list[int] = []
    kept = set(pot.locked.ravel().tolist())
    for row in result.groups:
        members = [int(person) for person in row if person >= 0]
        met = [pair for pair in combinations(members, 2) if pot.have_met(*np.array(pair)[:, None])[0]]
        if kept & set(members) or not met:
            continue
        if len(members) > 3 or len(met) == 3:
            return []
        skip += members if len(members) == 2 else [max(members, key=lambda p: sum(p in pair for pair in met))]
    return (
        [f"If {_people(skip, labels)} skipped this round, nobody would have to meet again."] if skip else []
    )


def _people(people: Sequence[int], labels: Labels) -> str:
    names = [labels.people[person] for person in people]
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[:3])} and {number(len(names) - 3)} others"
    return _list(names)


def _crossing(pot: Pot, result: Result, labels: Labels) -> list[str]:
    figures = result.figures
    if not figures.pairs:
        return []
    if figures.cross == figures.pairs:
        return ["Every pair crosses organisations."]
    if figures.pairs == 1:
        return ["The only pair does not cross organisations.", *_largest(pot, result, labels)]
    crossing = f"{figures.cross} of {figures.pairs} {_plural('pair', figures.pairs)} cross organisations."
    sentences = [crossing]
    if figures.cross < figures.cross_bound and "crossing-given-up" in result.notes:
        gap = figures.cross_bound - figures.cross
        sentences.append(
            f"{number(gap).capitalize()} more could cross; later rounds would then repeat sooner."
        )
    return sentences + _largest(pot, result, labels)


def _mixing(result: Result, labels: Labels) -> list[str]:
    figures = result.figures
    if figures.mixed is None or figures.mixed_bound is None or not figures.pairs:
        return []
    alike, named = figures.pairs - figures.mixed, f"the same answer to “{labels.mix_by}”"
    if not alike:
        return [f"No pair gave {named}."]
    sentences = [f"{number(alike).capitalize()} of {_count_pairs(figures.pairs)} gave {named}."]
    if "mixing-given-up" in result.notes:
        gap = figures.mixed_bound - figures.mixed
        sentences.append(f"{number(gap).capitalize()} fewer could; later rounds would then repeat sooner.")
    elif alike == figures.pairs - figures.mixed_bound:
        sentences.append("With these answers it cannot be fewer.")
    return sentences


def _count_pairs(pairs: int) -> str:
    return f"{number(pairs)} {_plural('pair', pairs)}"


def _largest(pot: Pot, result: Result, labels: Labels) -> list[str]:
    """The organisation with over half, what follows from it, and how many guests would mend it."""
    codes, counts = np.unique(pot.organisation, return_counts=True)
    most, inside = labels.organisations[int(codes[counts.argmax()])], int(counts.max())
    if len(codes) == 1:
        return [f"Everybody is from {most}."]
    if len(pot.locked):
        return []  # what would help then depends on what is kept
    outside = pot.n - inside
    sentences = []
    hosted = result.figures.cross_bound
    alone = result.figures.pairs - hosted
    if alone and inside > len(result.groups) and result.groups.shape[1] == 3:
        sentences.append(
            f"{most} has {inside} of the {pot.n} people; the other {outside} can host {hosted} of them,"
            f" so at least {number(alone)} {most}\u2013{most} {_plural('pair', alone)}."
        )
    guests = guests_needed(pot, result.groups.shape[1] - 1)
    if guests:
        invited = f"{number(guests)} {'person' if guests == 1 else 'people'}"
        sentences.append(f"Invite {invited} from elsewhere and every pair crosses.")
    return sentences


def guests_needed(pot: Pot, size: int = 2) -> int:
    """Fewest newcomers, each from an organisation of their own, with whom every pair can cross; 0 if none."""
    codes = pot.codes
    counts = np.bincount(codes, minlength=1)

    def room(guests: int) -> bool:
        """A group for every member of the largest organisation, without which nothing can cross fully."""
        return len(group_sizes(pot.n + guests, size)) >= int(counts.max())

    first = bisect_left(range(1, size * pot.n + 2), True, key=room) + 1
    for guests in range(first, first + pot.n + 2):
        joined = np.concatenate((codes, np.arange(guests, dtype=np.int32) + len(counts)))
        sizes = group_sizes(len(joined), size)
        if crossing_bound(joined, sizes) == sum(s * (s - 1) // 2 for s in sizes):
            return guests
    return 0


def _notes(result: Result) -> list[str]:
    sentences = []
    if "no-design" in result.notes:
        sentences.append(
            "The rounds so far fit no design in which nobody meets twice; this one was searched for."
        )
    if "unwilling-three" in result.notes:
        sentences.append(
            "Somebody who said no to a three is in one: there was no other way without a repeat."
        )
    if "turns-unequal" in result.notes:
        sentences.append("Turns in a three could not be shared out evenly this time without a worse round.")
    return sentences


def _chance(result: Result) -> list[str]:
    ways = result.figures.equally_good_rounds
    if not len(result.groups):
        return []
    if result.figures.method == "design":
        return [
            "From a design: rounds laid out so that nobody meets twice.",
            "Places in it were drawn by chance; after two rounds it decides who meets next.",
        ]
    if result.figures.method == "merged":
        return ["Merged from pairs, so that as few people as possible are left out; chance had little say."]
    if ways is None:
        chain = (
            "Drawn by a reversible chain whose long-run distribution is uniform over rounds of this quality"
        )
        return [f"{chain}; tested, not proved, to have mixed."]
    if ways == 1:
        return ["There is only one round equal in repeats and crossing: this one."]
    return [f"Drawn uniformly from exactly {ways:,} {_plural('round', ways)} equal in repeats and crossing."]


def _ahead(result: Result) -> list[str]:
    left = result.figures.fresh_rounds_left
    if not left:
        return []  # none known, or none found: neither is news
    return [f"At least {number(left)} further {_plural('round', left)} without a repeat {_are(left)} open."]


def unplaced(pot: Pot, result: Result, labels: Labels) -> list[tuple[int, str]]:
    """For everybody left out: the person and the reason."""
    return [(person.person, _left_out(pot, person, labels)) for person in result.unplaced]


def _left_out(pot: Pot, person: Unplaced, labels: Labels) -> str:
    name = labels.people[person.person]
    if person.reason == "alone":
        others = "Everybody else is locked in a group" if len(pot.locked) else "Nobody else is in"
        return f"{others}, so {name} has nobody to meet."
    if person.reason == "never-all":
        return f"{name} must not meet anybody who is free this round."
    others = _list([labels.people[other] for other in person.others])
    return f"{name} may meet only {others}, who {_are(len(person.others))} needed by others still."


def number(count: int) -> str:
    """Words below ten, digits with commas above."""
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def wishes(priority: rules.Priority, *, mixing: bool = False) -> list[str]:
    """The order of wishes in force, in plain words, most important first."""
    return [wish.words for wish in rules.order(priority, mixing=mixing)]
