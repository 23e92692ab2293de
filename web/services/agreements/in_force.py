"""How a programme matches, written from the settings really in force."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from web.models import How, Priority, Programme, Subject
from web.services.agreements import agreements


@dataclass(frozen=True)
class HowWeMatch:
    """`never` is what is forbidden; `wishes` what is preferred, most important first."""

    version: int
    adopted_on: date
    review_on: date
    size: str
    never: list[str]
    wishes: list[str]
    chance: str
    urgent: bool
    reason: str


FEWEST_REPEATS = (
    "As few people as possible meet somebody they have met before: each round is proved to have the fewest "
    "such pairs there can be, or is the best that was found. Where some must meet again, we look for those "
    "who met longest ago."
)
CROSSING = "As many pairs as possible bring two different organisations together."
MIXING = "Then, as many pairs as possible answered “{by}” differently. Nobody has to answer."
LOOK_AHEAD = "Among these, we take the round found to leave the most further rounds without a repeat."
FAIRNESS = (
    "Among rounds that are equally good so far, people who were let down last time and newcomers are not the "
    "ones who meet somebody again, and turns in a three are shared out among those who are happy with it."
)


def in_force(session: Session, programme: Programme) -> HowWeMatch:
    version = agreements.about(session, programme, Subject.MATCHING).version
    differing = [CROSSING, *([MIXING.format(by=programme.mix_by)] if programme.mix_by else [])]
    fresh = programme.priority is Priority.FRESH
    ahead = [LOOK_AHEAD, *differing] if fresh else [*differing, LOOK_AHEAD]
    return HowWeMatch(
        version=version.number,
        adopted_on=version.adopted_on,
        review_on=version.review_on,
        size=_size(programme.group_size),
        never=[
            "Two people who must not meet never do.",
            "Nobody is introduced who has left.",
            "Nobody is introduced who has skipped the round or paused, unless an organiser puts them in.",
        ],
        wishes=[FEWEST_REPEATS, *ahead, FAIRNESS],
        chance=(
            "Among the rounds that are equally good on all of this, chance decides. The draw's seed is kept, "
            "so whoever holds its input can do it again and get the same round."
        ),
        urgent=version.how is How.URGENT,
        reason=version.driver,
    )


# What becomes of a number that does not divide, for an example each.
LEFT_OVER = {3: "eleven people are three threes and a pair", 4: "ten people are a four and two threes"}


def _size(size: int) -> str:
    if size == 2:
        return "Everyone is put into pairs; when the number is odd, one group is a three."
    numbers = {3: "three", 4: "four", 5: "five"}
    return (
        f"Everyone is put into groups of {numbers[size]}. Where the number does not divide, a few groups are"
        f" one smaller or larger: {LEFT_OVER[size]}. Groups of two to {numbers[size + 1]} may also be mixed"
        " so that nobody has to meet again, now or in later rounds."
    )
