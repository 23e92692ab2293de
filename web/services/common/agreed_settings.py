"""The settings of a programme that its agreements speak of, and the first versions of those."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from web.models import Agreement, AgreementVersion, How, Priority, Programme, Subject
from web.services.common import mixing

REVIEW_AFTER = timedelta(days=365)
WRITTEN_BY_US = (Subject.MATCHING, Subject.DAYS, Subject.SHOWING)

DAYS = ("heads_up_days", "nudge_days", "cut_off_days", "check_in_days", "ask_again_days", "window_days")
# Of these people's consent is asked; the others only say when we write to them.
DAYS_OF_CONSENT = ("cut_off_days", "window_days")

RHYTHM = "rhythm"
GATHERING = "gathering"
MIX = "mix"

Settings = dict[str, Any]


def of(session: Session, programme: Programme, subject: Subject) -> Settings:
    """What is in force, as an agreement keeps it; nothing for an agreement in free words."""
    match subject:
        case Subject.MATCHING:
            sizes = {"size": programme.group_size, "priority": programme.priority.value}
            return sizes | mix(programme.mix_by, programme.mix_choices)
        case Subject.DAYS:
            return {name: getattr(programme, name) for name in DAYS} | {RHYTHM: rhythm(session, programme)}
        case Subject.SHOWING:
            return {"wall": programme.wall_is_open, GATHERING: programme.gathers}
    return {}


def mix(by: str, choices: Sequence[str]) -> Settings:
    """One more thing to mix by, as a setting; none where there is nothing."""
    return {MIX: {"by": by, "choices": list(choices)}} if by else {}


def rhythm(session: Session, programme: Programme) -> str:
    """How often rounds begin, as agreed; empty where nothing is agreed about it. The schedule may be off."""
    settings = session.exec(
        select(AgreementVersion.settings)
        .join(Agreement, col(Agreement.id) == AgreementVersion.agreement_id)
        .where(
            Agreement.programme_id == programme.id,
            Agreement.subject == Subject.DAYS,
            AgreementVersion.number == Agreement.version,
        )
    ).one_or_none()
    return str((settings or {}).get(RHYTHM, ""))


def put_in_force(session: Session, programme: Programme, subject: Subject, settings: Settings) -> None:
    """From now on these count, for what has not begun. A schedule that is on is not looked at."""
    match subject:
        case Subject.MATCHING:
            programme.group_size, programme.priority = settings["size"], Priority(settings["priority"])
            also = settings.get(MIX) or {}
            mixing.agree(session, programme, also.get("by", ""), also.get("choices", ()))
        case Subject.DAYS:
            programme.sqlmodel_update({name: settings[name] for name in DAYS})
        case Subject.SHOWING:
            programme.wall_is_open = settings["wall"]
            # Versions from before it could be agreed say nothing about it.
            programme.gathers = settings.get(GATHERING, False)


def begin(session: Session, programme: Programme, today: date) -> None:
    """The first versions of what every programme goes by."""
    for subject in WRITTEN_BY_US:
        made = Agreement(programme_id=programme.id, subject=subject)
        session.add(made)
        session.flush()
        first = AgreementVersion(
            agreement_id=made.id,
            number=1,
            settings=of(session, programme, subject),
            how=How.BEGINNING,
            adopted_on=today,
            review_on=today + REVIEW_AFTER,
        )
        session.add(first)
    session.flush()
