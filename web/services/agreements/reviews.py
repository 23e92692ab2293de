"""A week before agreements are due, everybody is asked whether they go on as they are.

Nobody for a change: renewed for as long again. Otherwise the organisers have it on their agenda. Agreements
that are due within a week of each other are asked about in one message.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.tables import OutboxMessage
from web.models import (
    TAKING_PART,
    AgendaItem,
    AgendaState,
    Agreement,
    AgreementVersion,
    How,
    Membership,
    Person,
    Programme,
    Proposal,
    ProposalState,
    Purpose,
    Raised,
    Review,
    ReviewAnswer,
    Reviewed,
    ReviewOutcome,
    Subject,
    Verdict,
)
from web.services.agreements import (
    agenda,
    agreements,
    asking,
    clock,
    proposals,
    renewing,
    rule_objections,
    words,
)
from web.services.agreements.agreements import InForce
from web.services.agreements.proposals import A_PARTICIPANT, NotOpenToThat
from web.services.common import audit, links, phrases, programmes, times
from web.services.common.contacts import recipient

AHEAD = TIME = timedelta(days=7)  # so long before the day it is due, and so long for answers
TOGETHER = timedelta(days=14)  # what is due until then is asked about with it
FOR_A_CHANGE = (Verdict.CHANGE, Verdict.DROP)
LONGEST = 500


# Asking


def near(session: Session, now: datetime) -> Sequence[int]:
    """The programmes in which an agreement is due for a review within a week, or a review goes on."""
    soon = times.today(now) + AHEAD
    coming = (
        select(Agreement.programme_id)
        .join(AgreementVersion, col(AgreementVersion.agreement_id) == Agreement.id)
        .join(Programme, col(Programme.id) == Agreement.programme_id)
        .where(AgreementVersion.number == Agreement.version, AgreementVersion.review_on <= soon)
        # Else each that has ever ended would be looked at each minute for ever.
        .where(col(Programme.closed_at).is_(None))
    )
    going_on = select(Review.programme_id).where(col(Review.ended_at).is_(None))
    return sorted({*session.exec(coming), *session.exec(going_on)})


def sweep(session: Session, programme: Programme, *, now: datetime) -> None:
    """End the review whose time is over, and begin the next. Again changes nothing."""
    going_on = of_programme(session, programme)
    if going_on:
        _look(session, programme, going_on, now)
    elif not (programme.closing_on or clock.held_since(session, programme)):
        _begin(session, programme, now)


def of_programme(session: Session, programme: Programme) -> Review | None:
    """The one that goes on."""
    wanted = select(Review).where(Review.programme_id == programme.id, col(Review.ended_at).is_(None))
    return session.exec(wanted).one_or_none()


def _begin(session: Session, programme: Programme, now: datetime) -> None:
    today = times.today(now)
    rules = [one for one in agreements.every(session, programme) if _to_be_asked(one, today + TOGETHER)]
    if not any(one.version.review_on <= today + AHEAD for one in rules):
        return
    last = asking.last_asked(session, programme)
    if (last and now < last + AHEAD) or agreements.changes_at_once(session, programme):
        return
    busy = _decided_otherwise(session, programme, today)
    rules = [one for one in rules if one.agreement.id not in busy]
    if not any(one.version.review_on <= today + AHEAD for one in rules):
        return
    review = Review(programme_id=programme.id, asked_at=now)
    clock.run(review, TIME, held=None, now=now)
    session.add(review)
    session.flush()
    for one in rules:
        version = one.version
        session.add(Reviewed(review_id=review.id, agreement_id=version.agreement_id, version=version.number))
    session.flush()
    _record(session, programme, review, audit.SYSTEM, "asked for a review", now)


def _to_be_asked(one: InForce, until: date) -> bool:
    """Not what is urgent: it goes back by itself."""
    return one.version.review_on <= until and one.version.how is not How.URGENT


def _decided_otherwise(session: Session, programme: Programme, today: date) -> set[int | None]:
    """Agreements about which something is proposed, judged or owed, or waits for the organisers already."""
    proposed = select(Proposal.agreement_id).where(
        Proposal.programme_id == programme.id,
        col(Proposal.state).in_((ProposalState.WAITING, ProposalState.OPEN, ProposalState.JUDGED)),
    )
    on_agenda = select(AgendaItem.agreement_id).where(
        AgendaItem.programme_id == programme.id,
        AgendaItem.raised == Raised.REVIEW,
        AgendaItem.state == AgendaState.OPEN,
    )
    owed = rule_objections.owed(session, programme, today)
    return {*session.exec(proposed), *session.exec(on_agenda), *owed}


def to_be_told(session: Session) -> int | None:
    """A review that not everybody has been asked in yet."""
    wanted = select(Review.id).where(col(Review.telling).is_(True), col(Review.ended_at).is_(None))
    return session.exec(wanted.limit(1)).first()


def tell_some(session: Session, review_id: int, *, now: datetime) -> int:
    """Ask the next of those who take part and have not been asked. How many they were."""
    # First, as the sweep does; and whoever erases themselves meanwhile waits until it can be seen.
    programme = programmes.held(session, session.get_one(Review, review_id).programme_id)
    review = locked(session, review_id)
    if not review.telling or review.ended_at:
        return 0
    asked = select(OutboxMessage.person).where(
        OutboxMessage.kind == messages.Review.kind, OutboxMessage.subject == _subject(review)
    )
    wanted = select(Person).where(
        *agreements.reachable(programme.id),  # type: ignore[arg-type]
        col(Person.id).not_in(asked),
    )
    people = session.exec(wanted.order_by(col(Person.id)).limit(asking.AT_ONCE)).all()
    if len(people) < asking.AT_ONCE:
        review.telling = False
        session.add(review)
    outbox.queue_all(session, _orders(session, programme, review, people, now), now=now)
    return len(people)


def _orders(
    session: Session, programme: Programme, review: Review, people: Sequence[Person], now: datetime
) -> list[outbox.Order]:
    rules = of_review(session, review)
    asked = tuple(messages.Rule(one.in_force.title, tuple(one.says)) for one in rules)
    wanted = [links.LinkWanted(Purpose.REVIEW, person.id, review.id) for person in people]
    doors = links.make_all(session, wanted, now=now)
    pages = links.make_all(session, [links.LinkWanted(Purpose.PAGE, one.id) for one in people], now=now)
    return [
        outbox.Order(
            messages.Review(
                programme=programmes.facts(programme),
                rules=asked,
                closes_at=now + clock.left(review, now),
                answer=door,
                page=page,
                may_drop=len(rules) == 1 and rules[0].may_drop,
            ),
            # Texts cost money: only to who has nothing else.
            recipient(person, by_email_only=bool(person.email)),
            _subject(review),
            programme.slug,
        )
        for person, door, page in zip(people, doors, pages, strict=True)
    ]


def date_anew(session: Session, programme: Programme, *, since: datetime, now: datetime) -> None:
    """After a break, in which its clock stood still: what waited says until when people can answer by now."""
    if review := of_programme(session, programme):
        links.live_anew(session, Purpose.REVIEW, review.id, now=now)
        closes = now + clock.remaining(review, held=since, now=now)
        outbox.rewrite(
            session,
            messages.Review,
            lambda waiting: replace(waiting, closes_at=closes),
            programme=programme.slug,
            subject=_subject(review),
        )


def _subject(review: Review) -> str:
    return f"review {review.id}"


def locked(session: Session, review_id: int) -> Review:
    return session.get_one(Review, review_id, with_for_update=True, populate_existing=True)


# Answering


@dataclass(frozen=True)
class Asked:
    """One agreement of a review, in the version that people are asked about."""

    reviewed: Reviewed
    in_force: InForce
    says: Sequence[str]

    @property
    def id(self) -> int:
        return self.in_force.agreement.id

    @property
    def is_overtaken(self) -> bool:
        """Is another version in force by now?"""
        return self.in_force.agreement.version != self.reviewed.version

    @property
    def missed_if(self) -> str:
        return words.missed_if(self.in_force.version)

    @property
    def may_drop(self) -> bool:
        return self.in_force.agreement.subject is Subject.OTHER


def of_review(session: Session, review: Review) -> list[Asked]:
    """What people are asked about, ours first."""
    rows = session.exec(
        select(Reviewed, Agreement, AgreementVersion)
        .join(Agreement, col(Agreement.id) == Reviewed.agreement_id)
        .join(
            AgreementVersion,
            (col(AgreementVersion.agreement_id) == Reviewed.agreement_id)
            & (col(AgreementVersion.number) == Reviewed.version),
        )
        .where(Reviewed.review_id == review.id)
        .order_by(col(Reviewed.agreement_id))
    )
    return [
        Asked(reviewed, InForce(agreement, version), words.says(agreement.subject, version))
        for reviewed, agreement, version in rows
    ]


@dataclass(frozen=True)
class Opinion:
    verdict: Verdict
    words: str = ""


def answer(
    session: Session,
    programme: Programme,
    review: Review,
    person: str,
    opinions: Mapping[int, Opinion],
    *,
    now: datetime,
) -> None:
    """Say it of agreements, by their ids, or something else than before. The audit does not say who.

    Raises:
        NotOpenToThat: the review is over, or they take part no more.
    """
    proposals.must_take_part(session, programme, person)
    if not takes_answers(session, programme, review, now=now):
        raise NotOpenToThat("This review is over, so answers do not count any more")
    for asked in of_review(session, review):
        opinion = opinions.get(asked.id)
        if opinion is None or (opinion.verdict is Verdict.DROP and not asked.may_drop):
            continue
        row = session.get(ReviewAnswer, (review.id, asked.id, person)) or ReviewAnswer(
            review_id=review.id,
            agreement_id=asked.id,
            person_id=person,
            verdict=opinion.verdict,
            answered_at=now,
        )
        row.verdict, row.answered_at = opinion.verdict, now
        row.words = opinion.words.strip() if opinion.verdict in FOR_A_CHANGE else ""
        session.add(row)
    session.flush()
    _record(session, programme, review, A_PARTICIPANT, "answered a review", now)


def takes_answers(session: Session, programme: Programme, review: Review, *, now: datetime) -> bool:
    held = clock.held_since(session, programme)
    return review.ended_at is None and clock.remaining(review, held=held, now=now) > timedelta(0)


def theirs(session: Session, review: Review, person: str) -> dict[int, ReviewAnswer]:
    """What somebody has said so far, by the agreement's id."""
    said = select(ReviewAnswer).where(ReviewAnswer.review_id == review.id, ReviewAnswer.person_id == person)
    return {one.agreement_id: one for one in session.exec(said)}


# What comes of it


def _look(session: Session, programme: Programme, review: Review, now: datetime) -> None:
    review = locked(session, review.id)
    held = clock.held_since(session, programme)
    clock.keep(review, held=held, now=now)
    session.add(review)
    session.flush()
    is_over = not (held or review.telling) and clock.left(review, now) <= timedelta(0)
    if programme.closing_on or is_over:
        _end(session, programme, review, now)


def _end(session: Session, programme: Programme, review: Review, now: datetime) -> None:
    review.ended_at, review.telling = now, False
    outbox.call_off(session, _subject(review), [messages.Review.kind])
    told = _told(session, review)
    for asked in of_review(session, review):
        one, answers = asked.reviewed, _answers(session, review, asked.id)
        one.counted = told | _counted(answers)
        one.outcome = _outcome(programme, asked, one.counted)
        agreement = asked.in_force.agreement
        if one.outcome is ReviewOutcome.RENEWED:
            one.until = renewing.renew(session, agreement, by=audit.SYSTEM, now=now)
        elif one.outcome is ReviewOutcome.CHANGE or _is_wished_all_the_same(session, programme, one):
            wishes = _wishes(answers)
            agenda.raise_(session, Raised.REVIEW, agreement, wishes, version=one.version, now=now)
        elif one.outcome is ReviewOutcome.UNHEARD:
            agenda.raise_(session, Raised.REVIEW, agreement, UNHEARD, now=now)
        session.add(one)
    session.add(review)
    session.flush()
    _record(session, programme, review, audit.SYSTEM, "review over", now)


def _is_wished_all_the_same(session: Session, programme: Programme, one: Reviewed) -> bool:
    """Is somebody for a change of what is another version by now? It may have nothing of what they wish."""
    wished = any(one.counted.get(verdict.value) for verdict in FOR_A_CHANGE)
    if programme.closing_on or not wished:
        return False
    return agreements.one(session, programme, one.agreement_id).is_in_force


UNHEARD = "The question whether it goes on could not be delivered to half of those who take part."


def _outcome(programme: Programme, asked: Asked, counted: Mapping[str, int]) -> ReviewOutcome:
    if programme.closing_on or asked.is_overtaken:
        return ReviewOutcome.OVERTAKEN
    if any(counted.get(verdict.value) for verdict in FOR_A_CHANGE):
        return ReviewOutcome.CHANGE
    return ReviewOutcome.RENEWED if 2 * counted["delivered"] >= counted["asked"] else ReviewOutcome.UNHEARD


def _told(session: Session, review: Review) -> dict[str, int]:
    asked, delivered = session.exec(
        select(func.count(), func.count(col(OutboxMessage.accepted_at))).where(
            OutboxMessage.kind == messages.Review.kind, OutboxMessage.subject == _subject(review)
        )
    ).one()
    return {"asked": asked, "delivered": delivered}


def _answers(session: Session, review: Review, agreement: int) -> Sequence[ReviewAnswer]:
    """Of those who take part still, in an order that tells nothing of when they came."""
    said = (
        select(ReviewAnswer)
        .join(Membership, col(Membership.person_id) == ReviewAnswer.person_id)
        .where(
            ReviewAnswer.review_id == review.id,
            ReviewAnswer.agreement_id == agreement,
            Membership.programme_id == review.programme_id,
            col(Membership.standing).in_(TAKING_PART),
        )
    )
    return session.exec(said.order_by(col(ReviewAnswer.person_id))).all()


def _counted(answers: Iterable[ReviewAnswer]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for one in answers:
        counted[one.verdict.value] = counted.get(one.verdict.value, 0) + 1
    return counted


def _wishes(answers: Sequence[ReviewAnswer]) -> str:
    """In a sentence or two what those who are for a change said."""
    wish = [one for one in answers if one.verdict in FOR_A_CHANGE]
    drop = [one for one in wish if one.verdict is Verdict.DROP]
    who = phrases.counted(len(wish), "person is for a change", "people are for a change")
    dropped = f", {len(drop):,} of them to drop it" if drop else ""
    said = " ".join(f"“{one.words}”" for one in wish if one.words)
    return f"At its review {who}{dropped}. {said}".strip()


def keep(session: Session, programme: Programme, agreement: Agreement, *, by: str, now: datetime) -> None:
    """An organiser renews it, where there are too few people to ask.

    Raises:
        NotOpenToThat: people are asked.
    """
    if not agreements.changes_at_once(session, programme):
        raise NotOpenToThat("People who take part are asked whether it goes on")
    renewing.renew(session, agreement, by=by, now=now)


def _record(
    session: Session, programme: Programme, review: Review, by: str, action: str, now: datetime
) -> None:
    audit.record(session, by, action, now=now, programme=programme.id, subject=_subject(review))
