"""What an agreement says and what a change would make of it, in plain words."""

from collections.abc import Sequence

from web.models import AgreementVersion, How, Priority, ProposalVersion, Rhythm, Subject
from web.services.agreements import measuring
from web.services.agreements.agreements import TITLES, ChangeWanted
from web.services.common.agreed_settings import GATHERING, MIX, RHYTHM, Settings

GROUPS = {2: "pairs", 3: "threes", 4: "fours", 5: "fives"}
FIRST = {
    Priority.FRESH: "keeping rounds without a repeat for later",
    Priority.CROSS: "bringing different organisations together",
}
DAYS = {
    "window_days": "Days that a round lasts",
    "cut_off_days": "Days in which one can say “I can’t make this round”",
    "heads_up_days": "Days before a round on which people are told of it",
    "nudge_days": "Days until who writes first is reminded",
    "check_in_days": "Days until we ask whether people met",
    "ask_again_days": "Days until we ask once more",
}
# How a version came into force.
HOW = {
    How.BEGINNING: "from the beginning",
    How.AT_ONCE: "changed by the organisers",
    How.CONSENT: "by consent",
    How.URGENT: "urgently, without consent",
    How.BACK: "gone back by itself",
}
RHYTHMS = {
    "": "when the organisers begin one",
    Rhythm.WEEKLY: "every week",
    Rhythm.FORTNIGHTLY: "every two weeks",
    Rhythm.MONTHLY: "every month",
    Rhythm.QUARTERLY: "every three months",
    Rhythm.DATES: "on days that the organisers choose",
}
WALL = {True: "shown to everyone", False: "not shown"}
GATHERED = {True: "looked for, for the organisers to read", False: "not looked for"}


def settings(subject: Subject, of: Settings) -> dict[str, str]:
    """A line for each setting, by its name."""
    match subject:
        case Subject.MATCHING:
            return {
                "size": f"Groups: {GROUPS[of['size']]}",
                "priority": f"What comes first: {FIRST[Priority(of['priority'])]}",
                MIX: f"Mixed by besides organisations: {_mixed_by(of.get(MIX))}",
            }
        case Subject.DAYS:
            often = {RHYTHM: f"Rounds begin: {RHYTHMS[of[RHYTHM]]}"} if RHYTHM in of else {}
            return often | {name: f"{words}: {of[name]}" for name, words in DAYS.items()}
        case Subject.SHOWING:
            return {
                "wall": f"What people learned: {WALL[of['wall']]}",
                GATHERING: f"Posts that mention us: {GATHERED[of.get(GATHERING, False)]}",
            }
    return {}


def _mixed_by(also: Settings | None) -> str:
    return f"{also['by']} ({', '.join(also['choices'])})" if also else "nothing"


def says(subject: Subject, version: AgreementVersion) -> Sequence[str]:
    """What a version says, a line for each part of it."""
    return list(settings(subject, version.settings).values()) or [version.text]


def missed_if(version: AgreementVersion | ProposalVersion) -> str:
    """When it has not worked, as the end of a sentence; nothing where nobody said."""
    return ", or if ".join(
        filter(None, [measuring.in_words(version.figure, version.bound), version.evaluation.rstrip(".")])
    )


def difference(change: ChangeWanted, before: AgreementVersion | None) -> Sequence[str]:
    """What would be other than it is, a line each."""
    if change.subject is Subject.OTHER or before is None:
        return [_free(change, before)]
    old, new = settings(change.subject, before.settings), settings(change.subject, change.settings)
    return [
        f"{new[name]}, instead of {_value(old[name])}"
        for name in new
        if name in old and new[name] != old[name]
    ]


def _value(line: str) -> str:
    return line.partition(": ")[2]


def _free(change: ChangeWanted, before: AgreementVersion | None) -> str:
    if not change.text:
        return f"“{before.title if before else change.title}” would no longer hold"
    if before is None:
        return f"A new agreement, “{change.title}”: {change.text}"
    return f"“{change.title}” would read: {change.text}"


def title(change: ChangeWanted) -> str:
    return TITLES.get(change.subject, change.title)
