"""What others wrote about somebody who is erased: their words stay, and who it was goes out of them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, or_, select

from notifications import messages, rewording, titles
from notifications.tables import Reply
from web.models import (
    AgendaItem,
    Agreement,
    AgreementVersion,
    Finding,
    Group,
    GroupMember,
    Learning,
    LearningState,
    LinkPreview,
    Membership,
    Objection,
    Person,
    Programme,
    Proposal,
    ProposalAnswer,
    ProposalVersion,
    Report,
    Review,
    ReviewAnswer,
    Round,
    RoundStory,
    Tick,
)
from web.models.complaints import Complaint
from web.models.folding import in_letters_that_stay
from web.models.imports import Import
from web.models.jobs import Errand
from web.services.common import audit, phrases
from web.services.common.traces import Traces

# Where somebody's name may stand in words that are about somebody or something else.
WRITTEN: tuple[Any, ...] = (
    Report.text,
    Membership.suspended_because,
    Learning.contested_because,
    Errand.trouble,
    Tick.became,
    Import.problem,
    Complaint.text,
    Complaint.outcome,
)
# What is proposed and agreed is told to everybody, and what people would change to them.
IN_LETTERS: tuple[Any, ...] = (ProposalVersion, AgreementVersion, AgendaItem)
ABOUT_AGREEMENTS = tuple(
    kind.kind
    for kind in (
        messages.Proposal,
        messages.PanelDrawn,
        messages.ProposalNews,
        messages.Review,
        messages.AgendaNews,
    )
)


def forget(session: Session, person: Person, *, now: datetime) -> None:
    """Put "somebody who has left" where others' learnings, reports and notes tell of them by name, address,
    number or handle.

    A published learning of a conversation of theirs that still has their first name, or what they were
    called, waits for an organiser again: only a reader can tell a name like Mark from the word.
    """
    traces = Traces.of(person)
    for learning in _learnings(session, person):
        _forget_in(session, learning, traces, now)
    _forget_in_stories(session, person, traces, now)
    _forget_in_previews(session, person, traces)
    _forget_in_replies(session, person, traces)
    _forget_in_arguments(session, person, traces)
    here = list(session.exec(select(Membership.programme_id).where(Membership.person_id == person.id)))
    for column in WRITTEN:
        table = column.class_
        telling = (col(table.programme_id).in_(here) | col(table.programme_id).is_(None)) & _tells(
            column, person
        )
        for row in session.exec(select(table).where(telling)):
            setattr(row, column.key, traces.without(getattr(row, column.key), phrases.GONE))
            session.add(row)


def _forget_in_arguments(session: Session, person: Person, traces: Traces) -> None:
    """What was proposed and agreed in their programmes, and said to it."""
    here = select(Membership.programme_id).where(Membership.person_id == person.id)
    proposed = select(Proposal.id).where(col(Proposal.programme_id).in_(here))
    agreed = select(Agreement.id).where(col(Agreement.programme_id).in_(here))
    reviewed = select(Review.id).where(col(Review.programme_id).in_(here))
    raised = select(Objection.id).where(col(Objection.proposal_id).in_(proposed))
    for table, within, names in (
        (ProposalVersion, col(ProposalVersion.proposal_id).in_(proposed), "title text driver evaluation"),
        (AgreementVersion, col(AgreementVersion.agreement_id).in_(agreed), "title text driver evaluation"),
        (ProposalAnswer, col(ProposalAnswer.proposal_id).in_(proposed), "words hidden_because"),
        (Objection, col(Objection.proposal_id).in_(proposed), "words hidden_because"),
        (Finding, col(Finding.objection_id).in_(raised), "reason"),
        (ReviewAnswer, col(ReviewAnswer.review_id).in_(reviewed), "words"),
        (AgendaItem, col(AgendaItem.programme_id).in_(here), "words because"),
    ):
        columns = names.split()
        told = or_(*(_tells(col(getattr(table, name)), person) for name in columns))
        for row in session.exec(select(table).where(within, told)):
            for name in columns:
                said = getattr(row, name)
                left = traces.without(said, phrases.GONE)
                setattr(row, name, left)
                if left != said and table in IN_LETTERS:
                    _rewrite_letters(session, person, said, left)
            session.add(row)


def _rewrite_letters(session: Session, person: Person, said: str, left: str) -> None:
    """Those about agreements that have what was said, sent or not, in all programmes of somebody."""
    theirs = select(Programme.slug).join(Membership, col(Membership.programme_id) == Programme.id)
    for slug in session.exec(theirs.where(Membership.person_id == person.id)).all():
        rewording.replace_in_all(session, ABOUT_AGREEMENTS, slug, said, left)


def _forget_in_stories(session: Session, person: Person, traces: Traces, now: datetime) -> None:
    """What organisers told of rounds, and the digests that have it. What they copied of this person's own
    learnings goes too; a story that may still have their first name is public no more until somebody looked.
    """
    here = select(Membership.programme_id).where(Membership.person_id == person.id)
    theirs = select(Learning.text).where(Learning.person_id == person.id, Learning.text != "")
    copied = session.exec(theirs).all()
    for story in session.exec(select(RoundStory).where(col(RoundStory.programme_id).in_(here))):
        for name in ("went", "changes"):
            said = getattr(story, name)
            left = traces.without(said, phrases.GONE)
            for text in copied:
                left = left.replace(text, "…")
            if left != said:
                _rewrite_digests(session, story.round_id, said, left)
                setattr(story, name, left)
                story.version += 1
        if story.public_since and traces.a_short_name_is_in(f"{story.went}\n{story.changes}"):
            _take_back(session, story, now)
        session.add(story)


def _take_back(session: Session, story: RoundStory, now: datetime) -> None:
    story.public_since, story.withdrawn_at = None, now
    story.version += 1
    subject = f"round {session.get_one(Round, story.round_id).number}"
    programme = story.programme_id
    audit.record(session, audit.SYSTEM, "story waits again", now=now, programme=programme, subject=subject)


def _forget_in_previews(session: Session, person: Person, traces: Traces) -> None:
    """Where the page behind a link tells of them, only the link is shown. It is not asked again."""
    here = select(Membership.programme_id).where(Membership.person_id == person.id)
    links = (
        select(LinkPreview)
        .join(Learning, col(Learning.id) == LinkPreview.learning_id)
        .where(col(Learning.programme_id).in_(here))
    )
    for preview in session.exec(links):
        said = "\n".join(str(fact) for facts in (preview.seen, preview.shown) for fact in facts.values())
        if traces.without(said, phrases.GONE) != said:
            preview.seen, preview.shown, preview.dropped = {}, {}, True
            session.add(preview)


def _forget_in_replies(session: Session, person: Person, traces: Traces) -> None:
    """What others of their programmes answered us."""
    here = select(Membership.programme_id).where(Membership.person_id == person.id)
    others = select(Membership.person_id).where(col(Membership.programme_id).in_(here))
    replies = select(Reply).where(col(Reply.person).in_(others), _tells(col(Reply.text), person))
    for reply in session.exec(replies):
        reply.text = traces.without(reply.text, phrases.GONE)
        session.add(reply)


def _learnings(session: Session, person: Person) -> Sequence[Learning]:
    """Others' learnings of conversations with them, and what of their programmes seems to tell of them."""
    here = select(Membership.programme_id).where(Membership.person_id == person.id)
    shared = select(GroupMember.group_id).where(GroupMember.person_id == person.id)
    seems = col(Learning.programme_id).in_(here) & _tells(col(Learning.text), person)
    wanted = or_(col(Learning.group_id).in_(shared), seems)
    return session.exec(select(Learning).where(wanted, Learning.person_id != person.id)).all()


def _tells(column: Mapped[str], person: Person) -> ColumnElement[bool]:
    """Does it seem so? Whoever says yes is looked at again: see `Traces.without`."""
    names = dict.fromkeys((person.name, titles.without(person.name)))
    seems = [func.lower(column).like(f"%{in_letters_that_stay(name)}%", escape="/") for name in names if name]
    spellings = (person.email, person.video_handle, person.phone)
    return or_(false(), *seems, *(column.icontains(text, autoescape=True) for text in spellings if text))


def _forget_in(session: Session, learning: Learning, traces: Traces, now: datetime) -> None:
    text = traces.without(learning.text, phrases.GONE)
    if text != learning.text:
        round_ = session.exec(select(Group.round_id).where(Group.id == learning.group_id)).one()
        _rewrite_digests(session, round_, learning.text, text)
        learning.text, learning.version = text, learning.version + 1
    if learning.state is LearningState.PUBLISHED and traces.a_short_name_is_in(text):
        learning.state, learning.decided_at, learning.decided_by = LearningState.WAITING, None, None
        learning.version += 1
        subject = f"learning {learning.id}"
        programme = learning.programme_id
        audit.record(
            session, audit.SYSTEM, "learning waits again", now=now, programme=programme, subject=subject
        )
    session.add(learning)


def _rewrite_digests(session: Session, round_: int, said: str, left: str) -> None:
    """The digests that have what was said, sent or not."""
    before, after = (json.dumps(words, ensure_ascii=False)[1:-1] for words in (said, left))
    rewording.replace_in(session, messages.Digest.kind, str(round_), before, after)
