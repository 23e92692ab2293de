"""What comes first in a new programme, step by step. The list goes when the first round has been sent."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from notifications import words
from web.models import OrganiserRole, Programme, Schedule

ENOUGH = 2  # people for a round


@dataclass(frozen=True)
class Step:
    """Something to do at first, and the page below the programme's where it is done. `hint` says why, or how
    far it is.
    """

    what: str
    page: str
    is_done: bool
    hint: str


def of_programme(session: Session, programme: Programme, people: int, *, has_draft: bool) -> list[Step]:
    """The five steps. `people` are those who are in the next round. Two queries."""
    organisers, accepted = session.exec(
        select(func.count(), func.count(col(OrganiserRole.taken_at))).where(
            OrganiserRole.programme_id == programme.id
        )
    ).one()
    dated = programme.next_round_on is not None or session.get(Schedule, programme.id) is not None
    waits = "Asked; they have not signed in yet." if organisers > accepted else ""
    return [
        Step("Say what it is about", "settings/about", bool(programme.about), "Whoever may join reads it."),
        Step("Choose your days", "schedule", dated, "People say yes more easily to a day."),
        Step("Invite a second organiser", "organisers", organisers > 1, waits or "Two do better than one."),
        Step("Bring people in", "import", people >= ENOUGH, _so_far(people)),
        Step("Draw the first round", "rounds", has_draft, "A draft: nobody is told until you send it."),
    ]


def _so_far(people: int) -> str:
    said = "Nobody is in yet." if people == 0 else f"{words.counted(people, 'person is', 'people are')} in."
    return f"{said} Share the form to join, or import a spreadsheet."
