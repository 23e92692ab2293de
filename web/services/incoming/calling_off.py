"""Replies that may call a conversation off: "can't make it", in answer to an introduction."""

from datetime import datetime, timedelta

from sqlmodel import Session

from notifications import asides, messages, outbox
from notifications.keywords import BARE_NO, OF_ONE_DAY, Word
from notifications.messages import Says
from notifications.replies import Received
from web.services.common import links, times
from web.services.common.contacts import recipient
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation
from web.services.incoming import answered
from web.services.incoming.text_answers import Back
from web.services.rounds import dropouts, introductions

A_WEEK = timedelta(days=7)
OF_THIS_ROUND = (messages.Introduction.kind, messages.Nudge.kind, messages.PartnerGone.kind)


def is_meant(reply: Received) -> bool:
    """After an introduction, "skip" and "I could not" speak of the conversation it announced."""
    asked = reply.message is not None and reply.message.kind in OF_THIS_ROUND
    return asked and reply.word in (Word.SKIP, Word.COULD_NOT)


def may_mean_another_day(reply: Received, talk: Conversation, now: datetime) -> bool:
    """As in "No, how about Wednesday?", "Can't make it. 3pm instead?", "I couldn't, will try tonight", "Can't
    make it today" and "No, I have not heard from Tom". None of these surely calls the conversation off.
    """
    said = reply.learning
    if BARE_NO.match(said) or asides.is_question(said) or asides.is_promise(said):
        return True
    if spoken_of := OF_ONE_DAY.match(said):
        return _goes_on_after(talk, spoken_of[1], now)
    return answered.is_for_partner(reply, talk)


def _goes_on_after(talk: Conversation, day: str, now: datetime) -> bool:
    """Is there a later day of its round, after "today" or "this week"?"""
    over = times.today(now) + (A_WEEK if day.casefold() == "this week" else timedelta(0))
    return talk.round.ends_on is None or talk.round.ends_on > over


def still_can(talk: Conversation, now: datetime) -> bool:
    """Is there anything left to drop out of?"""
    over = talk.round.ends_on is not None and talk.round.ends_on < times.today(now)
    return not over and not talk.met and (talk.goes_on or talk.looks_on(now))


def drop_out(session: Session, talk: Conversation, now: datetime) -> Back | None:
    """Too late, they are told so in a message of its own."""
    try:
        dropouts.cannot_make_it(session, talk.group.id, talk.reader.id, now=now)
    except dropouts.CutOffPassed:
        _say_too_late(session, talk, now)
        return None
    return Back(Says.DROPPED_OUT, talk=talk)


def _say_too_late(session: Session, talk: Conversation, now: datetime) -> None:
    """Their partner counts on them, and we offer what there is to do now."""
    introduction = conversations.introduction(session, talk)
    if introduction is None or talk.met:
        return
    message = messages.TooLate(
        programme=introduction.programme,
        partners=introduction.partners,
        until=introduction.until,
        conversation=links.room("cannot", introduction.conversation or introduction.page),
        page=introduction.page,
        pass_on=introduction.pass_on,
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
