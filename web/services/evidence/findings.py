"""What a programme's evidence says, once it is counted: rounds, organisations, and the ties between."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from web.services.common.phrases import counted
from web.services.common.programmes import CONVERSATION
from web.services.evidence.bridges import Bridges

FEW = 5  # fewer people than this are not counted out to viewers
OTHERS = 0  # the id of what stands for all organisations that are not shown by themselves


@dataclass(frozen=True)
class RoundEvidence:
    """One sent round. From `pot` to `met` in people; `groups` and what became of them in groups.

    `days` counts the groups that met by how many days after the introduction we heard so. `new_ties` counts
    pairs of organisations of which nobody had met before.
    """

    number: int
    sent_on: date
    ends_on: date | None
    runs: bool
    pot: int = 0
    introduced: int = 0
    delivered: int = 0
    answered: int = 0
    met: int = 0
    groups: int = 0
    groups_met: int = 0
    groups_disputed: int = 0
    groups_unknown: int = 0
    repeats: int = 0
    new_ties: int = 0
    days: Mapping[int, int] = field(default_factory=dict)

    @property
    def median_days(self) -> int | None:
        return median(self.days)

    @property
    def least_met(self) -> int:
        """Groups that met if nobody met of whom we do not know."""
        return self.groups_met

    @property
    def most_met(self) -> int:
        """Groups that met if everybody met of whom we do not know."""
        return self.groups_met + self.groups_disputed + self.groups_unknown


@dataclass(frozen=True)
class OrganisationEvidence:
    """An organisation, or `stands_for` several of them. `tied` counts the others somebody of it has met."""

    id: int
    name: str
    people: int = 0
    introduced: int = 0
    met: int = 0
    missed: int = 0
    tied: int = 0
    stands_for: int = 1

    @property
    def is_isolated(self) -> bool:
        """It has people, and none of them has met anybody from elsewhere."""
        return self.people > 0 and self.tied == 0 and self.id != OTHERS


@dataclass(frozen=True)
class Tie:
    """Pairs of people from organisations `a` and `b` (`a` ≤ `b`; the same for pairs within one).

    `missed` is a conversation that did not take place as far as we know; the rest of `introduced` is of
    rounds that still run.
    """

    a: int
    b: int
    introduced: int
    met: int
    missed: int


@dataclass(frozen=True)
class Talked:
    """People of one organisation who say of one round that they met: each gave one conversation's time."""

    number: int
    organisation: int
    people: int


@dataclass(frozen=True)
class Organised:
    """Minutes that organisers noted for one round; `organisation` where they said for which."""

    number: int
    organisation: int | None
    minutes: int


@dataclass(frozen=True)
class Evidence:
    """`rounds` newest first; `organisations` by name. `isolated` names organisations of the whole programme,
    also where the smaller ones have been put together. `bridges` are of the whole programme too; none where
    nobody has met, or where it was last counted before they were.
    """

    counted_at: datetime
    rounds: Sequence[RoundEvidence]
    organisations: Sequence[OrganisationEvidence]
    ties: Sequence[Tie]
    isolated: Sequence[tuple[str, int]]
    bridges: Bridges | None = None
    talked: Sequence[Talked] = ()
    organised: Sequence[Organised] = ()

    @property
    def names(self) -> dict[int, str]:
        return {one.id: one.name for one in self.organisations}

    @property
    def judged(self) -> Sequence[RoundEvidence]:
        """Rounds that are over; while there is none, those that run."""
        return [one for one in self.rounds if not one.runs] or self.rounds

    def total(self, what: str) -> int:
        """Of the judged rounds: people still have time in the others."""
        return sum(getattr(one, what) for one in self.judged)

    @property
    def hours(self) -> int:
        """Hours that people gave who say that they met."""
        return round(hours_of(sum(one.met for one in self.rounds)))

    @property
    def hours_organised(self) -> float:
        return sum(one.minutes for one in self.organised) / 60

    @property
    def hours_by_round(self) -> dict[int, tuple[float, float]]:
        """Hours of conversation and of organising, by the round's number; newest first."""
        sent = {one.number for one in self.rounds}
        numbers = sorted(sent | {one.number for one in self.organised}, reverse=True)
        met = {one.number: one.met for one in self.rounds}
        minutes = Counter[int]()
        for one in self.organised:
            minutes[one.number] += one.minutes
        return {number: (hours_of(met.get(number, 0)), minutes[number] / 60) for number in numbers}

    @property
    def talked_by_organisation(self) -> Counter[int]:
        """How often people of each organisation said that they met."""
        found = Counter[int]()
        for one in self.talked:
            found[one.organisation] += one.people
        return found

    @property
    def median_days(self) -> int | None:
        return median(sum((Counter(one.days) for one in self.judged), Counter[int]()))

    def top(self, count: int) -> "Evidence":
        """The same with only `count` organisations by themselves, those introduced most; the rest is one."""
        if len(self.organisations) <= count:
            return self
        ranked = sorted(self.organisations, key=lambda one: (one.id == OTHERS, -one.introduced))
        return self._only({one.id for one in ranked[: count - 1]}, "other")

    def _only(self, shown: Set[int], called: str) -> "Evidence":
        """With these organisations by themselves, and all others, `called` so, as one."""
        rest = [one for one in self.organisations if one.id not in shown]
        number = sum(one.stands_for for one in rest)
        ties: dict[tuple[int, int], Tie] = {}
        for tie in self.ties:
            a, b = sorted((tie.a if tie.a in shown else OTHERS, tie.b if tie.b in shown else OTHERS))
            before = ties.get((a, b), Tie(a, b, 0, 0, 0))
            ties[a, b] = Tie(
                a,
                b,
                before.introduced + tie.introduced,
                before.met + tie.met,
                before.missed + tie.missed,
            )
        others = OrganisationEvidence(
            OTHERS,
            f"{counted(number, called)} together",
            people=sum(one.people for one in rest),
            introduced=sum(one.introduced for one in rest),
            met=sum(one.met for one in rest),
            missed=sum(one.missed for one in rest),
            stands_for=number,
        )
        kept = [one for one in self.organisations if one.id in shown]
        return replace(
            self,
            organisations=[*kept, others],
            ties=[ties[key] for key in sorted(ties)],
            talked=self._talked_of(shown),
        )

    def _talked_of(self, shown: Set[int]) -> list[Talked]:
        """With all that are not `shown` as one."""
        found = Counter[tuple[int, int]]()
        for one in self.talked:
            found[one.number, one.organisation if one.organisation in shown else OTHERS] += one.people
        return [Talked(number, one, people) for (number, one), people in sorted(found.items())]

    def without_names(self, ids: Set[int], spellings: Set[str], called: str) -> "Evidence":
        """The same where these organisations, known by these names, have none any more."""
        return replace(
            self,
            organisations=[replace(one, name=called) if one.id in ids else one for one in self.organisations],
            isolated=[(called if name in spellings else name, people) for name, people in self.isolated],
        )

    def for_viewers(self) -> "Evidence":
        """Without ties and isolated organisations of fewer than five people: they would point at somebody."""
        ties = [
            Tie(
                tie.a,
                tie.b,
                _unless_few(tie.introduced),
                _unless_few(tie.met),
                _unless_few(tie.missed),
            )
            for tie in self.ties
        ]
        return replace(
            self,
            ties=[tie for tie in ties if tie.introduced],
            isolated=[(name, people) for name, people in self.isolated if people >= FEW],
        )

    def for_everybody(self) -> "Evidence":
        """The map that may be public: organisations of at least five people, and which of them have met; not
        how often, and not who has not. Smaller ones are put together, and left out while they are few.
        """
        large = {one.id for one in self.organisations if one.people >= FEW and one.id != OTHERS}
        whole = self if len(large) == len(self.organisations) else self._only(large, "smaller one")
        shown = {one.id for one in whole.organisations if one.people >= FEW}
        ties = [
            Tie(tie.a, tie.b, introduced=1, met=1, missed=0)
            for tie in whole.ties
            if tie.met and tie.a != tie.b and {tie.a, tie.b} <= shown
        ]
        tied = Counter(end for tie in ties for end in (tie.a, tie.b))
        organisations = [
            OrganisationEvidence(one.id, one.name, one.people, tied=tied[one.id], stands_for=one.stands_for)
            for one in whole.organisations
            if one.id in shown
        ]
        return Evidence(self.counted_at, [], organisations, ties, [])

    @property
    def partners(self) -> dict[int, list[str]]:
        """Names of the organisations that each has met, by its id, in the order of all organisations."""
        met = {end for tie in self.ties if tie.met for end in ((tie.a, tie.b), (tie.b, tie.a))}
        return {
            one.id: [other.name for other in self.organisations if (one.id, other.id) in met and one != other]
            for one in self.organisations
        }

    def to_json(self) -> dict[str, Any]:
        kept = asdict(self)
        kept["counted_at"] = self.counted_at.isoformat()
        for one in kept["rounds"]:
            one["sent_on"] = one["sent_on"].isoformat()
            one["ends_on"] = one["ends_on"] and one["ends_on"].isoformat()
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Evidence":
        return cls(
            counted_at=datetime.fromisoformat(kept["counted_at"]),
            rounds=[
                RoundEvidence(
                    **{
                        **one,
                        "sent_on": date.fromisoformat(one["sent_on"]),
                        "ends_on": date.fromisoformat(one["ends_on"]) if one["ends_on"] else None,
                        "days": {int(days): count for days, count in one["days"].items()},
                    }
                )
                for one in kept["rounds"]
            ],
            organisations=[OrganisationEvidence(**one) for one in kept["organisations"]],
            ties=[Tie(**one) for one in kept["ties"]],
            isolated=[(name, people) for name, people in kept["isolated"]],
            bridges=Bridges.from_json(kept["bridges"]) if kept.get("bridges") else None,
            talked=[Talked(**one) for one in kept.get("talked", ())],
            organised=[Organised(**one) for one in kept.get("organised", ())],
        )


def median(counts: Mapping[int, int]) -> int | None:
    """The lower median of values that occur so many times; None of nothing."""
    left = (sum(counts.values()) + 1) // 2
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return None


def hours_of(people: int) -> float:
    """What so many people gave who say that they met."""
    return people * CONVERSATION / timedelta(hours=1)


def _unless_few(count: int) -> int:
    return count if count >= FEW else 0
