"""An agreement goes on as it is: the same version, for as long again."""

from datetime import date, datetime

from sqlmodel import Session

from web.models import Agreement, AgreementVersion
from web.services.common import audit, times


def renew(session: Session, agreement: Agreement, *, by: str, now: datetime) -> date:
    """The day of the next review: as far away as this one was when the version came, or was last renewed. A
    second time on one day changes nothing.
    """
    version = session.get_one(AgreementVersion, (agreement.id, agreement.version))
    if version.renewed_on == times.today(now):
        return version.review_on
    span = version.review_on - (version.renewed_on or version.adopted_on)
    version.renewed_on = times.today(now)
    version.review_on = version.renewed_on + span
    session.add(version)
    session.flush()
    facts = {"agreement": agreement.id, "version": agreement.version}
    audit.record(
        session, by, "agreement renewed", now=now, programme=agreement.programme_id, subject="review", **facts
    )
    return version.review_on
