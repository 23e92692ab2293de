"""What somebody wrote back to us, acted upon: met, skip, start, or one thing they learned.

What comes of nothing, though somebody we know wrote it, is read by an organiser: see `unclear`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from notifications import asides, messages, news, outbox, replies
from notifications.addresses import email_key
from notifications.errors import BadAddress
from notifications.foreign import address_in
from notifications.keywords import BARE_NO, OF_ONE_DAY, Word, understand
from notifications.messages import Channel, Says
from notifications.replies import Inbound, Received
from web.models import TAKING_PART, Answer, LearningState, Membership, Person, Programme, Purpose, Showing
from web.services.common import allowances, contacts, links, phrases, programmes, times, web_links
from web.services.common.allowances import What
from web.services.common.contacts import recipient
from web.services.conversations import conversations, returning
from web.services.conversations.conversations import Conversation
from web.services.incoming import grieving, join_by_text, proposal_answers, text_answers
from web.services.incoming.text_answers import Back
from web.services.people import merging, participation, reachability, unclear
from web.services.rounds import dropouts, introductions
from web.tokens import Signer

# While these are the last that they had from us, people arrange when to talk.
ARRANGING = (
    messages.Introduction.kind,
    messages.Nudge.kind,
    messages.TooLate.kind,
    messages.PartnerGone.kind,
)
A_WEEK = timedelta(days=7)
OF_THIS_ROUND = (messages.Introduction.kind, messages.Nudge.kind, messages.PartnerGone.kind)


def take(session: Session, inbound: Inbound, *, signer: Signer, now: datetime) -> bool:
    """Keep what came in, once, and do what it says as far as it is certain who says so. Was it new?"""

    def who(channel: Channel, address: str) -> str | None:
        return _whose(session, channel, address)

    # People quote our letters: their links open pages, and must not come back in anybody's words. Nor must an
    # address of theirs, which a mail gateway has put into a link that they pass on.
    # What no form takes is in no text either: iPhones put marks of direction around words, and an organiser
    # could not publish them.
    inbound = replace(inbound, text=phrases.without_invisible(web_links.for_others(inbound.text)))
    _hold_sender(session, inbound, signer, now)
    key, since = signer.suppression_key(), text_answers.newest(session)
    stopped_at = (
        reachability.stopped_at(session, inbound.channel, inbound.sender, key=key)
        if _is_text(inbound)
        else None
    )
    reply = replies.take(session, inbound, who=who, reply_keys=signer.reply_keys(), key=key, now=now)
    if reply is None:
        return False
    if not join_by_text.take(session, inbound, reply, signer=signer, now=now):
        _hear(session, inbound, reply, stopped_at, since, signer=signer, now=now)
    return True


def _hold_sender(session: Session, inbound: Inbound, signer: Signer, now: datetime) -> None:
    """Who may stop our messages by it, or begin them again, before any of those is changed."""
    if (inbound.word or understand(inbound.text).word) not in (Word.STOP, Word.START, Word.YES):
        return
    if _is_text(inbound):
        people = [person.id for person in contacts.by_phone(session, inbound.sender)]
    else:
        message = replies.answered(session, inbound.to, signer.reply_keys())
        person = merging.survivor(session, message.person) if message else None
        people = [person.id] if person else []
    contacts.hold(session, *people)
    dropouts.hold_rounds(session, *people, now=now)


def _hear(
    session: Session,
    inbound: Inbound,
    reply: Received,
    stopped_at: datetime | None,
    since: int,
    *,
    signer: Signer,
    now: datetime,
) -> None:
    key = signer.suppression_key()
    if _is_text(inbound) and reply.person is None:
        _for_all_who_share(session, inbound, reply, stopped_at, key=key, now=now)
    person = merging.survivor(session, reply.person) if reply.person else None
    if person and not person.erased_at:
        reply = replace(reply, person=person.id)
        outcome = (
            _of_grief(session, inbound, reply, person, key=key, now=now)
            or _of_proposal(session, inbound, reply, person, now)
            or _act(session, reply, person, stopped_at, key=key, now=now)
        )
        if not outcome.understood or _must_be_read(session, reply, inbound.text):
            unclear.leave(session, reply.reply_id, person)
        number = join_by_text.number_key(signer, inbound.sender)
        if reply.word is Word.HELP:
            _help(session, inbound, reply, person, number=number, now=now)
        elif outcome.back and _is_text(inbound):
            text_answers.to_known(
                session, person, outcome.back, reply=reply.reply_id, number=number, since=since, now=now
            )
    elif _is_text(inbound):
        _answer_stranger(session, inbound, reply.word, signer=signer, now=now)


def _must_be_read(session: Session, reply: Received, text: str) -> bool:
    """Does what was acted upon tell of more, as in "Skip. Tom made me feel unsafe"?"""
    return reply.word in replies.WORDS and news.must_be_read(text, _names(_talk(session, reply)))


def _is_text(one: Inbound | Received) -> bool:
    return one.channel is Channel.SMS


def _whose(session: Session, channel: Channel, address: str) -> str | None:
    """Whose verified address it is: they are ours until commit, before any message of theirs is. A number
    that two people share is nobody's.
    """
    if channel is Channel.EMAIL:
        try:
            wanted = select(Person.id).where(Person.email_key == email_key(address_in(address)))
        except BadAddress:
            return None
    else:
        verified = col(Person.phone_verified_at).is_not(None)
        wanted = select(Person.id).where(Person.phone == address, verified)
    found = session.exec(wanted).all()
    contacts.hold(session, *found)
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Outcome:
    """What to say to it by text, if anything; and whether it has come to what it asks for. If it has not, an
    organiser reads it.
    """

    back: Back | None = None
    understood: bool = True


def _of_grief(
    session: Session, inbound: Inbound, reply: Received, person: Person, *, key: bytes, now: datetime
) -> Outcome | None:
    """Nothing cheerful goes back, and nothing at all where somebody has died."""
    done = grieving.take(session, inbound, reply, person, key=key, now=now)
    if done is None:
        return None
    talk = _talk(session, reply)
    back = Back(Says.ORGANISERS_READ, talk.programme if talk else None, until=done.until)
    return Outcome(None if done.stopped else back, understood=False)


def _of_proposal(
    session: Session, inbound: Inbound, reply: Received, person: Person, now: datetime
) -> Outcome | None:
    """A text about the last proposal they were told of; of the ways to answer it, HELP and STOP are none."""
    if not _is_text(reply) or reply.word in (Word.STOP, Word.START, Word.HELP, Word.JOIN, Word.NOTHING):
        return None
    at = inbound.at or now
    said = proposal_answers.take(session, person, inbound.text, reply.word, written_at=at, now=now)
    return Outcome(Back(said.says, said.programme, page=said.page)) if said else None


def _act(
    session: Session,
    reply: Received,
    person: Person,
    stopped_at: datetime | None,
    *,
    key: bytes,
    now: datetime,
) -> Outcome:
    if reply.word in (Word.STOP, Word.START):
        reachability.note(session, person, key=key, now=now)
        back = _started(session, person, stopped_at, now) if reply.word is Word.START else None
        return Outcome(back, reply.heard)
    if reply.word is Word.NOTHING or _is_mere_courtesy(reply):
        return Outcome()
    if reply.word in (Word.HELP, Word.UNCLEAR):
        return Outcome(understood=reply.word is Word.HELP and reply.certain)
    if reply.word is Word.JOIN:
        return Outcome(Back(Says.NO_SUCH_WORD), _is_text(reply))
    talk = _talk(session, reply)
    if reply.certain and _means_this_round(reply) and talk and _can_still_drop_out(talk, now):
        if _may_mean_another_day(reply, talk, now):
            return _for_partner(reply, talk) or Outcome(Back(Says.ORGANISERS_READ, talk.programme), False)
        return Outcome(_drop_out(session, talk, now))
    if reply.certain and _means_next_round(reply):
        if asides.is_question(reply.learning):
            return Outcome(Back(Says.ORGANISERS_READ), understood=False)
        return _skip_coming(session, reply, person, now)
    if reply.certain and reply.word is Word.YES and _asked(reply, messages.HeadsUp.kind):
        membership = _membership(session, reply)
        back = _skip(session, reply, membership, False, now) if membership else None
        is_all = not reply.learning or asides.is_courtesy(reply.learning)
        return Outcome(back, is_all and membership is not None)
    return _told(session, reply, talk, now)


def _is_mere_courtesy(reply: Received) -> bool:
    """Thanks that answer no question. To a question, "ok" is no answer."""
    asked = _asked(reply) or _asked(reply, messages.HeadsUp.kind)
    return reply.word is Word.LEARNING and not asked and asides.is_courtesy(reply.learning)


def _started(session: Session, person: Person, stopped_at: datetime | None, now: datetime) -> Back:
    if stopped_at:
        session.flush()
        returning.come_back(session, person.id, stopped_at, now=now)
    places = participation.sections(session, person)
    return Back(Says.STARTED, places[0].programme if len(places) == 1 else None)


def _means_next_round(reply: Received) -> bool:
    """SKIP, and "can't make it" in answer to what announced a round."""
    return reply.word is Word.SKIP or (reply.word is Word.COULD_NOT and _asked(reply, messages.HeadsUp.kind))


def _skip_coming(session: Session, reply: Received, person: Person, now: datetime) -> Outcome:
    """Out of the coming round of the programme they answer; else of the first that would have them in."""
    answered = _membership(session, reply)
    places = [place for place in participation.sections(session, person) if not place.programme.closed_at]
    today = times.today(now)
    would = [place for place in places if participation.is_in_next(session, place.membership, today)]
    would.sort(key=lambda place: (place.programme.next_round_on or date.max, place.programme.id))
    named = answered is not None and (
        answered.skips_next
        or _announced(reply) is not None
        or any(place.membership is answered for place in would)
    )
    if answered is not None and named:
        return Outcome(_skip(session, reply, answered, True, now))
    if would:
        return Outcome(_skip(session, reply, would[0].membership, True, now))
    # By mail nobody is told so: an organiser is.
    return Outcome(Back(Says.IN_NONE, places[0].programme if len(places) == 1 else None), _is_text(reply))


def _skip(
    session: Session, reply: Received, membership: Membership, skips: bool, now: datetime
) -> Back | None:
    """Of the round that the answered message announced: once that has begun, they cannot make it. A yes ends
    a pause as well.
    """
    programme = session.get_one(Programme, membership.programme_id)
    if membership.standing not in TAKING_PART:
        return Back(Says.IN_NONE, programme)
    of = _announced(reply) if reply.message and reply.message.programme == programme.slug else None
    try:
        if skips:
            participation.skip_next(session, membership, True, of=of, now=now)
        else:
            participation.resume(session, membership, of=of, now=now)
    except participation.HasBegun as error:
        talk = conversations.in_round(session, error.round, membership.person_id) if error.round else None
        return _drop_out(session, talk, now) if skips and talk and _can_still_drop_out(talk, now) else None
    is_in = not skips and participation.is_in_next(session, membership, times.today(now))
    return Back(Says.SKIPS if skips else Says.TAKES_PART if is_in else Says.IN_NONE, programme)


def _announced(reply: Received) -> int | None:
    """The number of the round in the subject of a heads-up."""
    if not _asked(reply, messages.HeadsUp.kind) or reply.message is None:
        return None
    number = reply.message.subject.rpartition(" ")[2]
    return int(number) if number.isdigit() else None


def _means_this_round(reply: Received) -> bool:
    """After an introduction, "skip" and "I could not" speak of the conversation it announced."""
    asked = reply.message is not None and reply.message.kind in OF_THIS_ROUND
    return asked and reply.word in (Word.SKIP, Word.COULD_NOT)


def _may_mean_another_day(reply: Received, talk: Conversation, now: datetime) -> bool:
    """As in "No, how about Wednesday?", "Can't make it. 3pm instead?", "I couldn't, will try tonight", "Can't
    make it today" and "No, I have not heard from Tom". None of these surely calls the conversation off.
    """
    said = reply.learning
    if BARE_NO.match(said) or asides.is_question(said) or asides.is_promise(said):
        return True
    if spoken_of := OF_ONE_DAY.match(said):
        return _goes_on_after(talk, spoken_of[1], now)
    return _is_for_partner(reply, talk)


def _goes_on_after(talk: Conversation, day: str, now: datetime) -> bool:
    """Is there a later day of its round, after "today" or "this week"?"""
    over = times.today(now) + (A_WEEK if day.casefold() == "this week" else timedelta(0))
    return talk.round.ends_on is None or talk.round.ends_on > over


def _can_still_drop_out(talk: Conversation, now: datetime) -> bool:
    """Is there anything left to drop out of?"""
    over = talk.round.ends_on is not None and talk.round.ends_on < times.today(now)
    return not over and not talk.met and (talk.goes_on or talk.looks_on(now))


def _drop_out(session: Session, talk: Conversation, now: datetime) -> Back | None:
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


def _help(
    session: Session, inbound: Inbound, reply: Received, person: Person, *, number: str, now: datetime
) -> None:
    """Say what to do: by mail once a day, by text as often as a number is answered.

    A mail that proves nothing is not answered: its sender may be forged.
    """
    if not reply.certain:
        return
    if _is_text(inbound) and not allowances.take(session, What.ANSWERS, number, now=now):
        return
    known = tuple(programmes.facts(section.programme) for section in participation.sections(session, person))
    page = links.make(session, Purpose.PAGE, person.id, now=now)
    to = replace(recipient(person), channel=inbound.channel)
    by_text = f"reply {reply.reply_id} at {now.isoformat()}"
    subject = by_text if _is_text(inbound) else f"help {times.today(now)}"
    outbox.queue(session, messages.MyLink(page, known, helps=True), to, subject=subject, now=now)


def _answer_stranger(
    session: Session, inbound: Inbound, word: Word, *, signer: Signer, now: datetime
) -> None:
    if word in (Word.STOP, Word.NOTHING) or contacts.by_phone(session, inbound.sender):
        return
    says = Says.NO_SUCH_WORD if word is Word.JOIN else Says.STRANGER
    number = join_by_text.number_key(signer, inbound.sender)
    text_answers.to_stranger(session, inbound.sender, says, number=number, now=now)


def _for_all_who_share(
    session: Session,
    inbound: Inbound,
    reply: Received,
    stopped_at: datetime | None,
    *,
    key: bytes,
    now: datetime,
) -> None:
    """Which of those whose number it is has written, we cannot know. STOP and START hold for them all."""
    phone, word = inbound.sender, reply.word
    people = contacts.by_phone(session, phone)
    grieves = grieving.take_shared(session, inbound, reply, people, now=now)
    if word is Word.STOP:
        reachability.number_stopped(session, phone, key=key, now=now)
    elif word is Word.START:
        reachability.note_number(session, phone, key=key, now=now)
        for person in people:
            _started(session, person, stopped_at, now)
    elif word is not Word.NOTHING and not grieves:
        for person in people:
            _say_it_is_shared(session, person, now)


def _say_it_is_shared(session: Session, person: Person, now: datetime) -> None:
    """To each, once a day, by text."""
    page = links.make(session, Purpose.PAGE, person.id, now=now)
    to = replace(recipient(person), channel=Channel.SMS)
    subject = f"shared {times.today(now)}"
    outbox.queue(session, messages.MyLink(page, shared=True), to, subject=subject, now=now)


def _membership(session: Session, reply: Received) -> Membership | None:
    if reply.message is None or reply.message.programme is None:
        return None
    programme = programmes.by_slug(session, reply.message.programme)
    return session.get(Membership, (programme.id, reply.person))


def _talk(session: Session, reply: Received) -> Conversation | None:
    """The conversation the answered message was about."""
    return conversations.answered(session, reply.message, reply.person) if reply.person else None


# What a word says of the meeting. Somebody's own words say nothing of it: they are only kept.
SAID = {
    Word.MET: Answer.MET,
    Word.BOOKED: Answer.BOOKED,
    Word.NOT_YET: Answer.NOT_YET,
    Word.COULD_NOT: Answer.COULD_NOT,
    Word.NO_REPLY: Answer.NO_REPLY,
}


def _told(session: Session, reply: Received, talk: Conversation | None, now: datetime) -> Outcome:
    """An answer about a conversation, or free words: for us, for their partner, or something learned."""
    free = reply.word is Word.LEARNING
    if free and asides.is_courtesy(reply.learning):
        return Outcome(understood=False)
    about = talk.programme if talk else None
    if free and talk and (outcome := _for_partner(reply, talk)):
        return outcome
    if reply.certain and talk and news.is_private(reply.learning):
        conversations.show_to_nobody(session, talk, now)
    if free and _is_news(reply, talk):
        return _of_news(session, reply, talk, now)
    if talk is None or not talk.stands or _is_too_early(reply):
        if free or _is_too_early(reply):
            return Outcome(Back(Says.ORGANISERS_READ, about), understood=False)
        return Outcome(Back(Says.NO_TALK, about), _is_text(reply))
    return _tell(session, reply, talk, now)


def _is_news(reply: Received, talk: Conversation | None) -> bool:
    return news.is_news(reply.learning, _names(talk))


def _of_news(session: Session, reply: Received, talk: Conversation | None, now: datetime) -> Outcome:
    """An organiser reads it. Of a conversation that was called off we need not ask again."""
    fell_through = _asked(reply) and news.fell_through(reply.learning, _names(talk))
    if fell_through and reply.certain and talk and talk.stands:
        conversations.say(session, talk, Answer.COULD_NOT, now=now)
    return Outcome(Back(Says.ORGANISERS_READ, talk.programme if talk else None), understood=False)


def _names(talk: Conversation | None) -> tuple[str, ...]:
    """What their partners are called, in it still or not."""
    others = (*talk.partners, *talk.gone) if talk else ()
    return tuple(name for one in others for name in (one.name, one.known_as))


def _for_partner(reply: Received, talk: Conversation) -> Outcome | None:
    """What to say to a text that their partner should have had."""
    if not _is_text(reply) or not _is_for_partner(reply, talk):
        return None
    reachable = talk.goes_on and any(one.name for one in talk.partners)
    said = Back(Says.NOT_PASSED_ON, talk=talk) if reachable else Back(Says.ORGANISERS_READ, talk.programme)
    return Outcome(said, reachable)


def _is_arranging(reply: Received) -> bool:
    """A text carries no quotation: only what we wrote last tells. A mail answers the letter it answers, and
    each but our question may have had them write to their partner.
    """
    if not _is_text(reply):
        return not _asked(reply)
    return reply.message is not None and reply.message.kind in ARRANGING


def _is_for_partner(reply: Received, talk: Conversation | None) -> bool:
    """Words that a partner should have had, in it still or not, and that came to us."""
    return talk is not None and asides.is_for_one_of(
        reply.learning, _names(talk), arranging=_is_arranging(reply)
    )


def _is_too_early(reply: Received) -> bool:
    """Whoever writes a day after the introduction that they have heard nothing has not been let down yet."""
    return reply.word is Word.NO_REPLY and not _asked(reply)


def _tell(session: Session, reply: Received, talk: Conversation, now: datetime) -> Outcome:
    """Keep the answer if it is certain whose it is, and the words if they may be added to what waits.

    The question says that words may be shown without a name; other messages do not, so those stay with us.
    By text "Met. We share vans now" is an answer to that question, whatever we wrote last.
    """
    met = _asked(reply) and (
        reply.word is Word.YES
        or (reply.word is Word.LEARNING and news.says_met(reply.learning, _names(talk)))
    )
    answer = Answer.MET if met else SAID.get(reply.word)
    teaches = _teaches(reply, talk)
    added = teaches and _may_add(talk, reply)
    if added:
        showing = Showing.WITHOUT_NAME if _asked_what_they_learned(reply) else Showing.NO
        conversations.add_learning(session, talk, reply.learning, showing, now)
        session.flush()
        talk = conversations.conversation(session, talk.group.id, talk.reader.id)
    if answer and reply.certain:
        # Nobody who was hurt is asked what else they learned.
        thanks = not news.must_be_read(reply.learning, _names(talk))
        conversations.say(session, talk, answer, now=now, thanks=thanks)
    if added:
        return Outcome(Back(Says.KEPT, talk=talk))
    if teaches and talk.learning and talk.learning.state is not LearningState.WAITING:
        return Outcome(Back(Says.DECIDED, talk=talk), understood=False)
    if teaches or reply.learning or not (answer and reply.certain):
        return Outcome(Back(Says.ORGANISERS_READ, talk.programme), understood=False)
    return Outcome(Back(Says.NOTED, talk=talk))


def _teaches(reply: Received, talk: Conversation) -> bool:
    """Can these words be what somebody learned? What follows "met" is, unless it is another wish."""
    if not reply.learning:
        return False
    if reply.word in (Word.MET, Word.YES):
        said = reply.learning
        is_none = news.is_private(said) or news.is_told(said, _names(talk))
        return understand(said).word is Word.LEARNING and not is_none
    if reply.word is not Word.LEARNING or asides.is_courtesy(reply.learning):
        return False
    return not asides.is_question(reply.learning) and not _is_for_partner(reply, talk)


def _may_add(talk: Conversation, reply: Received) -> bool:
    """A mail whose sender is only claimed may begin but not change; what is decided already stays."""
    if talk.learning is None:
        return True
    asked = _asked_what_they_learned(reply)
    return reply.certain and asked and talk.learning.state is LearningState.WAITING


def _asked_what_they_learned(reply: Received) -> bool:
    """By the check-in, and in a text by our thanks for an answer."""
    if _asked(reply):
        return True
    thanked = _asked(reply, messages.Thanks.kind)
    return _is_text(reply) and (thanked or reply.word in (Word.MET, Word.YES))


def _asked(reply: Received, kind: str = messages.CheckIn.kind) -> bool:
    """Do they answer that question? "Thanks, bye" in answer to a thank-you does not say what they learned."""
    return reply.message is not None and reply.message.kind == kind
