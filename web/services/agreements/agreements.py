"""What a programme goes by: what is in force, the versions before it, and changes that need nobody's consent.

NoSuchAgreement     the programme has none of this number
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from web.models import (
    TAKING_PART,
    Agreement,
    AgreementVersion,
    How,
    Membership,
    Person,
    Programme,
    Round,
    RoundState,
    Subject,
)
from web.services.common import agreed_settings, audit, times
from web.services.common.agreed_settings import REVIEW_AFTER, Settings
from web.services.rounds import moved_days

TITLES = {Subject.MATCHING: "How we match", Subject.DAYS: "Our days", Subject.SHOWING: "What we show"}
# Fewer people than these change everything at once.
FEW = 5


class NoSuchAgreement(Exception):
    pass


@dataclass(frozen=True)
class ChangeWanted:
    """What somebody wants an agreement to say, and why. A `title` and `text` belong to `Subject.OTHER`, whose
    agreement is new where none is named. `figure`, if any, is a `Figure` that must not be beyond `bound`.
    """

    subject: Subject
    driver: str
    settings: Settings = field(default_factory=dict)
    title: str = ""
    text: str = ""
    evaluation: str = ""
    figure: str = ""
    bound: int | None = None
    review_on: date | None = None
    agreement_id: int | None = None

    def review(self, today: date) -> date:
        return self.review_on or today + REVIEW_AFTER


@dataclass(frozen=True)
class InForce:
    agreement: Agreement
    version: AgreementVersion

    @property
    def title(self) -> str:
        return TITLES.get(self.agreement.subject, self.version.title)

    @property
    def is_in_force(self) -> bool:
        """What people wrote is dropped by a version without words."""
        return self.agreement.subject is not Subject.OTHER or bool(self.version.text)


def every(session: Session, programme: Programme) -> Sequence[InForce]:
    """What is in force, ours first, then what people wrote and have not dropped since."""
    rows = session.exec(
        select(Agreement, AgreementVersion)
        .join(AgreementVersion, col(AgreementVersion.agreement_id) == Agreement.id)
        .where(Agreement.programme_id == programme.id, AgreementVersion.number == Agreement.version)
        .order_by(col(Agreement.id))
    )
    found = [InForce(agreement, version) for agreement, version in rows]
    return [each for each in found if each.is_in_force]


def about(session: Session, programme: Programme, subject: Subject) -> InForce:
    """What is in force about one of our three subjects."""
    return next(one for one in every(session, programme) if one.agreement.subject is subject)


def one(session: Session, programme: Programme, number: int) -> InForce:
    """Raises NoSuchAgreement."""
    agreement = session.get(Agreement, number)
    if agreement is None or agreement.programme_id != programme.id:
        raise NoSuchAgreement
    return InForce(agreement, session.get_one(AgreementVersion, (agreement.id, agreement.version)))


def versions(session: Session, agreement: Agreement) -> Sequence[AgreementVersion]:
    """Newest first."""
    kept = select(AgreementVersion).where(AgreementVersion.agreement_id == agreement.id)
    return session.exec(kept.order_by(col(AgreementVersion.number).desc())).all()


def reachable(programme_id: int) -> tuple[object, ...]:
    """Who is asked: active, paused or not, and can be written to. Conditions on `Membership` and `Person`."""
    return (
        col(Membership.programme_id) == programme_id,
        col(Membership.person_id) == col(Person.id),
        col(Membership.standing).in_(TAKING_PART),
        col(Person.erased_at).is_(None),
        col(Person.unreachable) == "",
        col(Person.email).is_not(None) | col(Person.phone_verified_at).is_not(None),
    )


def still_reachable(session: Session, programme: Programme, person: str) -> Person | None:
    """The person of this id, if they take part still and can be written to: nobody else is told anything."""
    wanted = select(Person).where(Person.id == person, *reachable(programme.id))  # type: ignore[arg-type]
    return session.exec(wanted).one_or_none()


def changes_at_once(session: Session, programme: Programme) -> bool:
    """Too few people to ask, or no round that anybody has been in."""
    sent = select(Round.id).where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
    if session.exec(sent.limit(1)).first() is None:
        return True
    people = select(func.count()).select_from(Membership, Person).where(*reachable(programme.id))  # type: ignore[arg-type]
    return session.exec(people).one() < FEW


def differs(session: Session, programme: Programme, change: ChangeWanted) -> bool:
    """Would anything be other than it is?"""
    if change.subject is not Subject.OTHER:
        return agreed_settings.of(session, programme, change.subject) != change.settings
    if change.agreement_id is None:
        return True
    version = one(session, programme, change.agreement_id).version
    return (version.title, version.text) != (change.title, change.text)


def is_said(session: Session, programme: Programme, change: ChangeWanted) -> bool:
    """Is a rule in free words in force that says just this?"""
    said = {(each.version.title, each.version.text) for each in every(session, programme)}
    return change.subject is Subject.OTHER and (change.title, change.text) in said


def agreement_of(session: Session, programme: Programme, change: ChangeWanted) -> Agreement | None:
    """Which one it would change; None for a new one."""
    if change.subject is not Subject.OTHER:
        return about(session, programme, change.subject).agreement
    return one(session, programme, change.agreement_id).agreement if change.agreement_id else None


def put_in_force(
    session: Session,
    programme: Programme,
    change: ChangeWanted,
    how: How,
    *,
    by: str,
    now: datetime,
) -> AgreementVersion:
    """A new version, in force from now on for what has not begun."""
    agreement = agreement_of(session, programme, change)
    if agreement is None:
        agreement = Agreement(programme_id=programme.id, subject=change.subject, version=0)
        session.add(agreement)
        session.flush()
    agreement = session.get_one(Agreement, agreement.id, with_for_update=True, populate_existing=True)
    agreement.version += 1
    today = times.today(now)
    version = AgreementVersion(
        agreement_id=agreement.id,
        number=agreement.version,
        title=change.title,
        text=change.text,
        settings=change.settings,
        driver=change.driver,
        evaluation=change.evaluation,
        figure=change.figure,
        bound=change.bound,
        how=how,
        adopted_on=today,
        review_on=change.review(today),
    )
    agreed_settings.put_in_force(session, programme, change.subject, change.settings)
    if change.subject is Subject.DAYS:
        moved_days.follow(session, programme, change.settings[agreed_settings.RHYTHM])
    session.add_all([agreement, version, programme])
    session.flush()
    facts = {"agreement": agreement.id, "version": agreement.version, "how": how.value}
    audit.record(
        session, by, "agreement changed", now=now, programme=programme.id, subject=programme.slug, **facts
    )
    return version
