"""Conversations: one group as one of its members sees it, and what that member says became of it.

NotTheirs           the link's person is not in that group
BadTime             a date that has been, or one far away; says what to do
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, select

from notifications import messages, outbox, secrets
from notifications.tables import UNSENT, OutboxMessage, State
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    Learning,
    LearningState,
    Link,
    Membership,
    Organisation,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Showing,
)
from web.services.common import audit, contacts, links, phrases, programmes, times
from web.services.common.contacts import recipient
from web.services.rounds import introductions
from web.services.rounds.introductions import Window

# Of who has not talked yet: "how it went" they cannot have told, so their thanks come with the next answer.
TO_COME = (None, Answer.BOOKED, Answer.NOT_YET)
SHARES = (
    ("X", "https://x.com/intent/post?{}", "text"),
    ("Mastodon", "https://mastodonshare.com/?{}", "text"),
    ("Bluesky", "https://bsky.app/intent/compose?{}", "text"),
    ("LinkedIn", "https://www.linkedin.com/feed/?shareActive=true&{}", "text"),
)


SOMEONE = ("somebody", "people")
LONGEST = 1000  # letters of a learning
LATEST_DATE = timedelta(days=90)  # after the end of a round


class NotTheirs(Exception):
    pass


class BadTime(Exception):
    pass


@dataclass(frozen=True)
class Conversation:
    """A group from the side of `reader`: those who still talk with them, and who cannot make it any more.

    Both are ordered as in the group; erased ones have no name. `booked_for` is what one of them told us last.
    """

    programme: Programme
    round: Round
    group: Group
    reader: Person
    member: GroupMember
    partners: Sequence[Person]
    gone: Sequence[Person]
    organisations: dict[str, Organisation]
    check_in: CheckIn | None
    learning: Learning | None
    met: bool
    booked_for: datetime | None

    @property
    def partner_names(self) -> str:
        return phrases.listing([partner.name or phrases.GONE for partner in self.partners or self.gone])

    @property
    def gone_names(self) -> str:
        """Who cannot make it, or nothing where they have asked to be forgotten."""
        return phrases.listing([person.name for person in self.gone if person.name])

    @property
    def stands(self) -> bool:
        """Have they been introduced for good? Not if that was withdrawn before the round's cut-off."""
        return self.member.counts

    @property
    def goes_on(self) -> bool:
        return not (self.group.called_off_at or self.member.withdrew_at)

    @property
    def slot(self) -> messages.Slot | None:
        """The half hour they have agreed on."""
        at = self.booked_for
        return messages.Slot(at, at + times.LENGTH) if at else None

    @property
    def says_met(self) -> bool:
        """Has the reader told us that they met? A date then would take the place of that."""
        return self.check_in is not None and self.check_in.answer is Answer.MET

    def can_drop_out(self, now: datetime) -> bool:
        """Is there time to find somebody else for those who would be left?"""
        return self.goes_on and not self.met and now < Window.of_round(self.round).cut_off_at

    def looks_on(self, now: datetime) -> bool:
        """Are they left alone, and do we still look for somebody else for them?"""
        alone = bool(self.group.called_off_at) and not self.member.withdrew_at and not self.stands
        return (
            alone and not self.round.topped_up_at and times.today(now) < Window.of_round(self.round).ends_on
        )

    @property
    def word_by(self) -> date:
        """The day by which who is left alone has somebody else, or hears that there is nobody."""
        return times.today(Window.of_round(self.round).top_up_at)

    @property
    def all_of_you(self) -> str:
        """Such as "You and Tom Field", or "You, Tom Field and Siân Rees"."""
        return phrases.listing(["You", *(one.name or phrases.GONE for one in self.partners or self.gone)])

    @property
    def reader_moves_first(self) -> bool:
        return self.group.first_mover == self.reader.id

    @property
    def first_mover(self) -> Person | None:
        return next((person for person in self.partners if person.id == self.group.first_mover), None)


@dataclass(frozen=True)
class Said:
    """What the check-in form holds, cleaned."""

    answer: Answer
    text: str = ""
    link: str = ""
    showing: Showing = Showing.NO
    may_name_me: bool = False
    booked_for: datetime | None = None


def behind(session: Session, link: Link) -> Conversation:
    """The conversation a link from a message is about.

    Raises:
        NotTheirs: they are not in it (any more).
    """
    if link.subject is None:
        raise NotTheirs
    return conversation(session, link.subject, link.person)


def conversation(session: Session, group_id: int, person_id: str) -> Conversation:
    group, reader = session.get(Group, group_id), session.get(Person, person_id)
    member = session.get(GroupMember, (group_id, person_id))
    if group is None or reader is None or member is None:
        raise NotTheirs
    round_ = session.get_one(Round, group.round_id)
    if round_.state is not RoundState.SENT:  # nobody has been introduced
        raise NotTheirs
    rows = session.exec(
        select(Person, Organisation, GroupMember)
        .join(GroupMember, col(GroupMember.person_id) == Person.id)
        .join(Organisation, col(Organisation.id) == GroupMember.organisation_id)
        .where(GroupMember.group_id == group_id)
        .order_by(col(GroupMember.position))
    ).all()
    others = [(person, row) for person, _, row in rows if person.id != person_id]
    said = {row.person_id: row for row in session.exec(select(CheckIn).where(CheckIn.group_id == group_id))}
    own = said.get(person_id)
    booked = max((row for row in said.values() if row.booked_for), key=_told_at, default=None)
    return Conversation(
        programme=session.get_one(Programme, round_.programme_id),
        round=round_,
        group=group,
        reader=reader,
        member=member,
        partners=[person for person, row in others if not row.withdrew_at],
        gone=[person for person, row in others if row.withdrew_at],
        organisations={person.id: organisation for person, organisation, _ in rows},
        check_in=own,
        learning=learning_of(session, group_id, person_id),
        met=any(row.answer is Answer.MET for row in said.values()),
        booked_for=booked.booked_for if booked else None,
    )


def _told_at(row: CheckIn) -> datetime:
    return row.answered_at


def answered(session: Session, message: OutboxMessage | None, person_id: str) -> Conversation | None:
    """The conversation that a message was about, for somebody who answers it; None if it was about none."""
    kind, _, rest = (message.subject if message else "").partition(" ")
    number = rest.partition(" ")[0]
    if kind != "group" or not number.isdigit():
        return None
    try:
        return conversation(session, int(number), person_id)
    except NotTheirs:
        return None


def found_instead(session: Session, talk: Conversation) -> Conversation | None:
    """The conversation of the same round that they were given instead of one that was called off."""
    newest = in_round(session, talk.round, talk.reader.id)
    return newest if newest and newest.goes_on else None


def in_round(session: Session, round_: Round, person_id: str) -> Conversation | None:
    """Somebody's conversation of a round: the one that goes on, or else the newest that was called off."""
    goes_on = col(GroupMember.withdrew_at).is_(None) & col(Group.called_off_at).is_(None)
    found = session.exec(
        select(Group.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(Group.round_id == round_.id, GroupMember.person_id == person_id)
        .order_by(case((goes_on, 0), else_=1), col(Group.id).desc())
    ).first()
    return conversation(session, found, person_id) if found is not None else None


def learning_of(session: Session, group_id: int, person_id: str) -> Learning | None:
    wanted = select(Learning).where(Learning.group_id == group_id, Learning.person_id == person_id)
    return session.exec(wanted).one_or_none()


def _about(talk: Conversation) -> ColumnElement[bool]:
    """Messages about this conversation, in whichever edition."""
    subject = introductions.about(talk.group)
    return (col(OutboxMessage.subject) == subject) | col(OutboxMessage.subject).startswith(f"{subject} ")


def introduction(session: Session, talk: Conversation) -> messages.Introduction | None:
    """What the reader was told when the group was made; None once it has been forgotten."""
    row = session.exec(
        select(OutboxMessage)
        .where(
            OutboxMessage.kind == messages.Introduction.kind,
            col(OutboxMessage.person).in_(contacts.ids(session, talk.reader)),
            _about(talk),
            col(OutboxMessage.payload).is_not(None),
        )
        .order_by(col(OutboxMessage.id).desc())
    ).first()
    message = row.message() if row and row.payload else None
    if not isinstance(message, messages.Introduction):
        return None
    # An organiser may have moved the end since.
    return replace(message, until=talk.round.ends_on or message.until)


def history(session: Session, person: Person) -> list[Conversation]:
    """A person's conversations, newest first."""
    groups = session.exec(
        select(Group.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(GroupMember.person_id == person.id, Round.state == RoundState.SENT)
        .order_by(col(Round.sent_at).desc())
    ).all()
    return [conversation(session, group, person.id) for group in groups if group is not None]


def as_known_at(session: Session, talks: Sequence[Conversation], moment: datetime) -> list[Conversation]:
    """Those to which their reader had been introduced by then, with the partners they knew by then."""
    groups = [talk.group.id for talk in talks]
    # Everybody is told of each group with a link of their own to it.
    links_sent = select(Link.person, Link.subject).where(
        Link.purpose == Purpose.CONVERSATION, col(Link.subject).in_(groups), col(Link.created_at) <= moment
    )
    by_then = set(session.exec(links_sent))

    def known(talk: Conversation, people: Sequence[Person]) -> list[Person]:
        return [one for one in people if one.erased_at or (one.id, talk.group.id) in by_then]

    return [
        replace(talk, partners=known(talk, talk.partners), gone=known(talk, talk.gone))
        for talk in talks
        if (talk.reader.id, talk.group.id) in by_then
    ]


def check_in(session: Session, talk: Conversation, said: Said, *, now: datetime, thanks: bool = True) -> None:
    """Keep one side's answer, in place of an earlier one; a learning in it waits for approval."""
    was = talk.check_in.answer if talk.check_in else None
    first = was in TO_COME
    row = talk.check_in or CheckIn(
        group_id=talk.group.id,
        person_id=talk.reader.id,
        answer=said.answer,
        first_answered_at=now,
        answered_at=now,
    )
    row.answer, row.may_name_me, row.answered_at = said.answer, said.may_name_me, now
    if said.booked_for or said.answer not in (Answer.BOOKED, Answer.MET):
        row.booked_for = said.booked_for
    session.add(row)
    keep_learning(session, talk, said, now)
    _stop_asking(session, talk, said.answer)
    _stop_nudging(session, talk, said.answer)
    _put_first(session, talk, said.answer, was)
    audit.record(
        session,
        talk.reader.id,
        "checked in",
        now=now,
        programme=talk.programme.id,
        subject=f"group {talk.group.id}",
    )
    if thanks and (said.text or said.link or (first and said.answer not in TO_COME)):
        _thank(session, talk, said, now)


def say(
    session: Session,
    talk: Conversation,
    answer: Answer,
    *,
    now: datetime,
    at: datetime | None = None,
    thanks: bool = True,
) -> None:
    """Keep a bare answer; what they wrote earlier stays. `at` is when they are going to talk."""
    before = talk.learning
    kept = (before.text, before.link, before.showing) if before else ("", "", Showing.NO)
    named = talk.check_in.may_name_me if talk.check_in else False
    check_in(session, talk, Said(answer, *kept, named, at), now=now, thanks=thanks)


def book(session: Session, talk: Conversation, at: datetime | None, *, now: datetime) -> None:
    """They have a date, at a time they may keep to themselves.

    Raises:
        BadTime: it has been, or is long after the round.
    """
    if at and at <= now:
        raise BadTime("Enter a day and a time still to come")
    if at and times.today(at) > Window.of_round(talk.round).ends_on + LATEST_DATE:
        raise BadTime("Enter a day within three months of this round")
    say(session, talk, Answer.BOOKED, now=now, at=at)


def add_learning(session: Session, talk: Conversation, text: str, showing: Showing, now: datetime) -> None:
    """Put words somebody wrote back to those that wait already."""
    before = talk.learning
    whole = "\n".join(part for part in (before.text if before else "", text) if part)[:LONGEST]
    link = before.link if before else ""
    shown = before.showing if before else showing
    keep_learning(session, talk, Said(Answer.MET, whole, link, shown), now)


def show_to_nobody(session: Session, talk: Conversation, now: datetime) -> None:
    """What they learned is shown no more from now on, published or not; their words stay as they are."""
    before = talk.learning
    if before and before.showing is not Showing.NO:
        keep_learning(session, talk, Said(Answer.MET, before.text, before.link, Showing.NO), now)


def keep_learning(session: Session, talk: Conversation, said: Said, now: datetime) -> None:
    """Their words and link in place of those before, to be looked at; nothing of either takes them back."""
    learning = talk.learning
    said = _without_secrets(said)
    if not (said.text or said.link):
        if learning:
            session.delete(learning)
        return
    facts = {"text": said.text, "link": said.link, "showing": said.showing}
    if learning and all(getattr(learning, field) == value for field, value in facts.items()):
        return
    kept = learning or Learning(
        programme_id=talk.programme.id,
        group_id=talk.group.id,
        person_id=talk.reader.id,
        created_at=now,
        version=0,
    )
    for field, value in facts.items():
        setattr(kept, field, value)
    # Changed words have not been looked at, whatever was decided about the old ones.
    kept.state, kept.decided_at, kept.decided_by = LearningState.WAITING, None, None
    kept.version += 1
    session.add(kept)


def _without_secrets(said: Said) -> Said:
    """Whoever pastes a link of ours, or a letter of ours, gives away what opens their own page."""
    link = "" if secrets.found_in(said.link) else said.link
    return replace(said, text=secrets.without(said.text), link=link)


def _stop_asking(session: Session, talk: Conversation, answer: Answer) -> None:
    """Whoever has a date is asked once more; whoever has not met yet as planned; everybody else no more."""
    if answer is Answer.NOT_YET:
        return
    # What has expired is sent only if somebody wants it: it takes the place of none that waits.
    in_turn = col(OutboxMessage.state) == State.EXPIRED, col(OutboxMessage.due_at)
    waiting = session.exec(
        select(OutboxMessage.subject, OutboxMessage.person)
        .where(
            OutboxMessage.kind == messages.CheckIn.kind,
            col(OutboxMessage.person).in_(contacts.ids(session, talk.reader)),
            _about(talk),
            col(OutboxMessage.state).in_(UNSENT),
        )
        .order_by(*in_turn)
    ).all()
    for subject, person in waiting[1:] if answer is Answer.BOOKED else waiting:
        outbox.cancel(session, kind=messages.CheckIn.kind, subject=subject, person=person)


def _stop_nudging(session: Session, talk: Conversation, answer: Answer) -> None:
    """Who writes first need not be reminded once there is a date, or once they have told us themselves."""
    comes_first = talk.reader_moves_first and answer is not Answer.NOT_YET
    if not comes_first and answer not in (Answer.MET, Answer.BOOKED):
        return
    waiting = session.exec(
        select(OutboxMessage.subject).where(
            OutboxMessage.kind == messages.Nudge.kind,
            _about(talk),
            col(OutboxMessage.state).in_(UNSENT),
        )
    ).all()
    for subject in waiting:
        outbox.cancel(session, kind=messages.Nudge.kind, subject=subject)


def _put_first(session: Session, talk: Conversation, answer: Answer, was: Answer | None) -> None:
    """Whoever was let down has priority in the next draw, until they say that it was otherwise."""
    if Answer.NO_REPLY not in (answer, was) or answer is was:
        return
    membership = session.get(Membership, (talk.programme.id, talk.reader.id))
    if membership:  # who was taken over and said no since may answer all the same
        membership.let_down = answer is Answer.NO_REPLY
        session.add(membership)


def _thank(session: Session, talk: Conversation, said: Said, now: datetime) -> None:
    wall = f"/p/{talk.programme.slug}/learning"
    message = messages.Thanks(
        programme=programmes.facts(talk.programme, messages.Thanks),
        partners=tuple(introductions.named(partner) for partner in talk.partners if partner.name),
        learning=said.text or said.link,
        check_in=links.make(session, Purpose.CHECK_IN, talk.reader.id, now=now, subject=talk.group.id),
        page=links.make(session, Purpose.PAGE, talk.reader.id, now=now, subject=talk.group.id),
        wall=links.open_page(wall),
        share=share_buttons(talk.programme, said.text),
        talked=said.answer is Answer.MET,
        let_down=said.answer is Answer.NO_REPLY and talk.programme.closing_on is None,
    )
    # One thank-you for an answer and one for a learning, however often they are changed.
    subject = f"group {talk.group.id} {'told' if said.text or said.link else 'answered'}"
    outbox.queue(
        session,
        message,
        recipient(talk.reader),
        subject=subject,
        programme=talk.programme.slug,
        round=str(talk.round.id),
        now=now,
    )


def to_share(talk: Conversation) -> str:
    """What a post about it may begin with: what they learned, or that they met, and nobody's name."""
    if talk.learning and talk.learning.text:
        return talk.learning.text
    if talk.check_in is None or talk.check_in.answer is not Answer.MET:
        return ""
    return f"Half an hour with {SOMEONE[talk.programme.group_size > 2]} I would never have met."


def share_buttons(programme: Programme, text: str) -> tuple[messages.Share, ...]:
    """Buttons that open a network with the post already written, where there is something to post."""
    if not text:
        return ()
    hashtag = f" #{programme.hashtag}" if programme.hashtag else ""
    return tuple(
        messages.Share(name, address.format(urlencode({field: text + hashtag})))
        for name, address, field in SHARES
    )
