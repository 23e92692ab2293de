"""What somebody wrote back to us, acted upon: met, skip, start, or one thing they learned.

What comes of nothing, though somebody we know wrote it, is read by an organiser: see `unclear`.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from notifications import asides, messages, outbox, replies, secrets
from notifications.addresses import email_key
from notifications.errors import BadAddress
from notifications.foreign import address_in
from notifications.keywords import Word
from notifications.messages import Channel
from notifications.replies import Answer as Reply
from notifications.replies import Inbound
from web.models import Answer, LearningState, Membership, Person, Purpose, Showing
from web.services import (
    conversations,
    departures,
    introductions,
    links,
    merging,
    participation,
    programmes,
    reach,
    texting,
    times,
    unclear,
)
from web.services.conversations import Conversation
from web.services.joining import recipient
from web.tokens import Signer

OF_THIS_ROUND = (messages.Introduction.kind, messages.Nudge.kind, messages.PartnerGone.kind)


def take(session: Session, inbound: Inbound, *, signer: Signer, now: datetime) -> None:
    """Keep what came in, once, and do what it says as far as it is certain who says so."""

    def who(channel: Channel, address: str) -> str | None:
        return _whose(session, channel, address)

    # People quote our letters: their links open pages, and must not come back in anybody's words.
    inbound = replace(inbound, text=secrets.without(inbound.text))
    reply = replies.take(
        session, inbound, who=who, reply_keys=signer.reply_keys(), key=signer.suppression_key(), now=now
    )
    if reply is None or texting.take(session, inbound, reply, signer=signer, now=now):
        return
    if inbound.channel is Channel.SMS and reply.person is None:
        _for_all_who_share(session, inbound.sender, reply.word, key=signer.suppression_key(), now=now)
    person = merging.survivor(session, reply.person) if reply.person else None
    if reply.word is Word.HELP and reply.certain:
        _help(session, inbound, person, signer=signer, now=now)
        return
    if person and not person.erased_at:
        reply = replace(reply, person=person.id)
        if not _act(session, reply, person, key=signer.suppression_key(), now=now):
            unclear.leave(session, reply.reply_id, person)


def _whose(session: Session, channel: Channel, address: str) -> str | None:
    """Whose verified address it is. A number that two people share is nobody's."""
    if channel is Channel.EMAIL:
        try:
            wanted = select(Person.id).where(Person.email_key == email_key(address_in(address)))
        except BadAddress:
            return None
    else:
        verified = col(Person.phone_verified_at).is_not(None)
        wanted = select(Person.id).where(Person.phone == address, verified)
    found = session.exec(wanted.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _act(session: Session, reply: Reply, person: Person, *, key: bytes, now: datetime) -> bool:
    """Whether it was understood, and has come to what it asks for."""
    if reply.word in (Word.STOP, Word.START):
        reach.note(session, person, key=key, now=now)
        return reply.heard
    if reply.word is Word.NOTHING or _is_mere_courtesy(reply):
        return True
    if reply.certain and _means_this_round(reply) and (talk := _talk(session, reply)):
        _drop_out(session, talk, now)
        return True
    answers_heads_up = reply.word is Word.YES and _asked(reply, messages.HeadsUp.kind)
    if reply.word is Word.SKIP or answers_heads_up:
        membership = _membership(session, reply) if reply.certain else None
        if membership:
            _skip(session, reply, membership, reply.word is Word.SKIP, now)
        return membership is not None
    talk = _talk(session, reply)
    return _tell(session, reply, talk, now) if talk and talk.stands else False


def _is_mere_courtesy(reply: Reply) -> bool:
    """Thanks that answer no question. To a question, "ok" is no answer."""
    asked = _asked(reply) or _asked(reply, messages.HeadsUp.kind)
    return reply.word is Word.LEARNING and not asked and asides.is_courtesy(reply.learning)


def _skip(session: Session, reply: Reply, membership: Membership, skips: bool, now: datetime) -> None:
    """Of the round that the answered message announced: once that has begun, they cannot make it."""
    try:
        participation.skip_next(session, membership, skips, of=_announced(reply), now=now)
    except participation.HasBegun as error:
        talk = conversations.in_round(session, error.round, membership.person_id) if error.round else None
        if skips and talk:
            _drop_out(session, talk, now)


def _announced(reply: Reply) -> int | None:
    """The number of the round in the subject of a heads-up."""
    if not _asked(reply, messages.HeadsUp.kind) or reply.message is None:
        return None
    number = reply.message.subject.rpartition(" ")[2]
    return int(number) if number.isdigit() else None


def _means_this_round(reply: Reply) -> bool:
    """After an introduction, "skip" and "I could not" speak of the conversation it announced."""
    asked = reply.message is not None and reply.message.kind in OF_THIS_ROUND
    return asked and reply.word in (Word.SKIP, Word.COULD_NOT)


def _drop_out(session: Session, talk: Conversation, now: datetime) -> None:
    if not talk.goes_on and not talk.looks_on(now):
        return
    try:
        departures.cannot_make_it(session, talk.group.id, talk.reader.id, now=now)
    except departures.TooLate:
        _say_too_late(session, talk, now)


def _say_too_late(session: Session, talk: Conversation, now: datetime) -> None:
    """Their partner counts on them, and we offer what there is to do now."""
    told = conversations.introduction(session, talk)
    if told is None or talk.met:
        return
    message = messages.TooLate(
        programme=told.programme,
        partners=told.partners,
        until=told.until,
        conversation=links.room("cannot", told.conversation or told.page),
        page=told.page,
    )
    outbox.queue(
        session,
        message,
        recipient(talk.reader),
        subject=introductions.about(talk.group),
        programme=talk.programme.slug,
        round=str(talk.round.id),
        now=now,
    )


def _help(
    session: Session, inbound: Inbound, person: Person | None, *, signer: Signer, now: datetime
) -> None:
    """Say what to do: once a day to somebody we know, once for ever to a number we do not."""
    if person and not person.erased_at:
        known = tuple(
            programmes.facts(section.programme) for section in participation.sections(session, person)
        )
        page = links.make(session, Purpose.PAGE, person.id, now=now)
        to = replace(recipient(person), channel=inbound.channel)
        outbox.queue(
            session, messages.MyLink(page, known, helps=True), to, subject=f"help {times.today(now)}", now=now
        )
    elif inbound.channel is Channel.SMS and not participation.by_phone(session, inbound.sender):
        stranger = messages.Recipient(
            texting.number_key(signer, inbound.sender)[:20], "", Channel.SMS, phone=inbound.sender
        )
        outbox.queue(session, messages.MyLink(None, helps=True), stranger, subject="help", now=now)


def _for_all_who_share(session: Session, phone: str, word: Word, *, key: bytes, now: datetime) -> None:
    """Which of those whose number it is has written, we cannot know. STOP and START hold for them all."""
    if word is Word.STOP:
        reach.number_stopped(session, phone, key=key, now=now)
    elif word is Word.START:
        reach.note_number(session, phone, key=key, now=now)
    elif word is not Word.NOTHING:
        for person in participation.by_phone(session, phone):
            _say_it_is_shared(session, person, now)


def _say_it_is_shared(session: Session, person: Person, now: datetime) -> None:
    """To each, once a day, by text."""
    page = links.make(session, Purpose.PAGE, person.id, now=now)
    to = replace(recipient(person), channel=Channel.SMS)
    subject = f"shared {times.today(now)}"
    outbox.queue(session, messages.MyLink(page, shared=True), to, subject=subject, now=now)


def _membership(session: Session, reply: Reply) -> Membership | None:
    if reply.message is None or reply.message.programme is None:
        return None
    programme = programmes.by_slug(session, reply.message.programme)
    return session.get(Membership, (programme.id, reply.person))


def _talk(session: Session, reply: Reply) -> Conversation | None:
    """The conversation the answered message was about."""
    return conversations.answered(session, reply.message, reply.person) if reply.person else None


# What a word says of the meeting. Somebody's own words say nothing of it: they are only kept.
SAID = {Word.MET: Answer.MET, Word.NOT_YET: Answer.NOT_YET, Word.COULD_NOT: Answer.COULD_NOT}


def _tell(session: Session, reply: Reply, talk: Conversation, now: datetime) -> bool:
    """Keep the answer if it is certain whose it is, and the words if they may be added to what waits;
    whether that was all of it.

    The question says that words may be shown without a name; other messages do not, so those stay with us.
    """
    met = reply.word is Word.YES and _asked(reply)
    answer = Answer.MET if met else SAID.get(reply.word)
    if answer and reply.certain:
        conversations.say(session, talk, answer, now=now)
    if not reply.learning:
        return answer is not None and reply.certain
    if not _teaches(reply) or not _may_add(talk, reply):
        return False
    showing = Showing.WITHOUT_NAME if _asked(reply) else Showing.NO
    conversations.add_learning(session, talk, reply.learning, showing, now)
    return True


def _teaches(reply: Reply) -> bool:
    """Can these words be what somebody learned? What follows "met" is, whatever it is."""
    if reply.word in (Word.MET, Word.YES):
        return True
    if reply.word is not Word.LEARNING or asides.is_courtesy(reply.learning):
        return False
    # In answer to our question a greeting is for us; in answer to an introduction it is for the partner.
    return not asides.is_question(reply.learning) and (_asked(reply) or not asides.is_plan(reply.learning))


def _may_add(talk: Conversation, reply: Reply) -> bool:
    """A mail whose sender is only claimed may begin but not change; what is decided already stays."""
    if talk.learning is None:
        return True
    return reply.certain and _asked(reply) and talk.learning.state is LearningState.WAITING


def _asked(reply: Reply, kind: str = messages.CheckIn.kind) -> bool:
    """Do they answer that question? "Thanks, bye" in answer to a thank-you does not say what they learned."""
    return reply.message is not None and reply.message.kind == kind
