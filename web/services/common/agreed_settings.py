"""The settings of a programme that its agreements speak of, and the first versions of those."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from web.models import Agreement, AgreementVersion, How, Priority, Programme, Subject

REVIEW_AFTER = timedelta(days=365)
WRITTEN_BY_US = (Subject.MATCHING, Subject.DAYS, Subject.SHOWING)

DAYS = ("heads_up_days", "nudge_days", "cut_off_days", "check_in_days", "ask_again_days", "window_days")
# Of these people's consent is asked; the others only say when we write to them.
DAYS_OF_CONSENT = ("cut_off_days", "window_days")

Settings = dict[str, Any]


def of(programme: Programme, subject: Subject) -> Settings:
    """What is in force, as an agreement keeps it; nothing for an agreement in free words."""
    match subject:
        case Subject.MATCHING:
            return {"size": programme.group_size, "priority": programme.priority.value}
        case Subject.DAYS:
            return {name: getattr(programme, name) for name in DAYS}
        case Subject.SHOWING:
            return {"wall": programme.wall_is_open}
    return {}


def put_in_force(programme: Programme, subject: Subject, settings: Settings) -> None:
    """From now on these count, for what has not begun."""
    match subject:
        case Subject.MATCHING:
            programme.group_size, programme.priority = settings["size"], Priority(settings["priority"])
        case Subject.DAYS:
            programme.sqlmodel_update({name: settings[name] for name in DAYS})
        case Subject.SHOWING:
            programme.wall_is_open = settings["wall"]


def begin(session: Session, programme: Programme, today: date) -> None:
    """The first versions of what every programme goes by."""
    for subject in WRITTEN_BY_US:
        made = Agreement(programme_id=programme.id, subject=subject)
        session.add(made)
        session.flush()
        first = AgreementVersion(
            agreement_id=made.id,
            number=1,
            settings=of(programme, subject),
            how=How.BEGINNING,
            adopted_on=today,
            review_on=today + REVIEW_AFTER,
        )
        session.add(first)
    session.flush()
