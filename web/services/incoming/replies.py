"""What somebody wrote back to us, acted upon: met, skip, start, or one thing they learned.

What comes of nothing, though somebody we know wrote it, is read by an organiser: see `to_read`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from notifications import asides, messages, news, outbox, replies
from notifications.addresses import email_key
from notifications.errors import BadAddress
from notifications.foreign import address_in
from notifications.keywords import Word, says_more_than_stop, understand
from notifications.messages import Channel, Says
from notifications.replies import Inbound, Received
from web.models import TAKING_PART, Answer, LearningState, Membership, Person, Programme, Purpose, Showing
from web.services.common import allowances, contacts, links, phrases, programmes, times, web_links
from web.services.common.allowances import What
from web.services.common.contacts import recipient
from web.services.conversations import conversations, returning
from web.services.conversations.conversations import Conversation
from web.services.incoming import (
    answered,
    calling_off,
    grieving,
    join_by_text,
    proposal_answers,
    read_soon,
    text_answers,
)
from web.services.incoming.text_answers import Back
from web.services.people import merging, participation, reachability, to_read
from web.services.rounds import dropouts
from web.tokens import Signer


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
        if answered.is_text(inbound)
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
    if answered.is_text(inbound):
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
    if answered.is_text(inbound) and reply.person is None:
        _for_all_who_share(session, inbound, reply, stopped_at, key=key, now=now)
    person = merging.survivor(session, reply.person) if reply.person else None
    if person and not person.erased_at:
        reply = replace(reply, person=person.id)
        outcome = (
            _of_grief(session, inbound, reply, person, key=key, now=now)
            or _of_proposal(session, inbound, reply, person, now)
            or _act(session, reply, person, stopped_at, key=key, now=now)
        )
        if not outcome.understood:
            to_read.leave(session, reply.reply_id, person)
        elif _must_be_read(session, reply, inbound.text):
            to_read.have_read(session, reply.reply_id, person)
        _ask_of_harm(session, inbound, reply, person, now=now)
        number = join_by_text.number_key(signer, inbound.sender)
        if reply.word is Word.HELP:
            _help(session, inbound, reply, person, number=number, now=now)
        elif outcome.back and answered.is_text(inbound):
            text_answers.to_known(
                session, person, outcome.back, reply=reply.reply_id, number=number, since=since, now=now
            )
    elif answered.is_text(inbound):
        _answer_stranger(session, inbound, reply.word, signer=signer, now=now)


def _must_be_read(session: Session, reply: Received, text: str) -> bool:
    """Does what was acted upon tell of more, as in "Skip. Tom made me feel unsafe"? Whoever asks us to stop
    will not say it again, so whatever they say besides is read.
    """
    names = answered.names(answered.talk_of(session, reply))
    if reply.word is Word.STOP:
        return says_more_than_stop(text) or news.must_be_read(text, names)
    return reply.word in replies.WORDS and news.must_be_read(text, names)


def _ask_of_harm(session: Session, inbound: Inbound, reply: Received, *people: Person, now: datetime) -> None:
    """Have organisers read today what one of these tells of harm, where it waits for them at all."""
    names = answered.names(answered.talk_of(session, reply))
    if to_read.is_waiting(session, reply.reply_id) and news.tells_of_harm(inbound.text, names):
        where = read_soon.where(session, reply, *people)
        read_soon.ask(session, reply, people[0], where, of_harm=True, now=now)


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
    contacts.hold(session, *session.exec(wanted).all())
    theirs = session.exec(wanted).all()  # by now: whoever we waited for may have changed it
    return theirs[0] if len(theirs) == 1 else None


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
    talk = answered.talk_of(session, reply)
    back = Back(Says.ORGANISERS_READ, talk.programme if talk else None, until=done.until)
    return Outcome(None if done.stopped else back, understood=False)


def _of_proposal(
    session: Session, inbound: Inbound, reply: Received, person: Person, now: datetime
) -> Outcome | None:
    """A text about the last proposal they were told of; of the ways to answer it, HELP and STOP are none."""
    is_none = reply.word in (Word.STOP, Word.START, Word.HELP, Word.JOIN, Word.NOTHING)
    if is_none or not answered.is_text(reply):
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
        return Outcome(Back(Says.NO_SUCH_WORD), answered.is_text(reply))
    talk = answered.talk_of(session, reply)
    if reply.certain and calling_off.is_meant(reply) and talk and calling_off.still_can(talk, now):
        if calling_off.may_mean_another_day(reply, talk, now):
            return _for_partner(reply, talk) or Outcome(Back(Says.ORGANISERS_READ, talk.programme), False)
        return Outcome(calling_off.drop_out(session, talk, now))
    if reply.certain and _means_next_round(reply):
        if asides.is_question(reply.learning):
            return Outcome(Back(Says.ORGANISERS_READ), understood=False)
        return _skip_coming(session, reply, person, now)
    if reply.certain and reply.word is Word.YES and answered.was_asked(reply, messages.HeadsUp.kind):
        membership = answered.membership(session, reply)
        back = _skip(session, reply, membership, False, now) if membership else None
        is_all = not reply.learning or asides.is_courtesy(reply.learning)
        return Outcome(back, is_all and membership is not None)
    return _told(session, reply, talk, now)


def _is_mere_courtesy(reply: Received) -> bool:
    """Thanks that answer no question. To a question, "ok" is no answer."""
    asked = answered.was_asked(reply) or answered.was_asked(reply, messages.HeadsUp.kind)
    return reply.word is Word.LEARNING and not asked and asides.is_courtesy(reply.learning)


def _started(session: Session, person: Person, stopped_at: datetime | None, now: datetime) -> Back:
    if stopped_at:
        session.flush()
        returning.come_back(session, person.id, stopped_at, now=now)
    places = participation.sections(session, person)
    return Back(Says.STARTED, places[0].programme if len(places) == 1 else None)


def _means_next_round(reply: Received) -> bool:
    """SKIP, and "can't make it" in answer to what announced a round."""
    return reply.word is Word.SKIP or (
        reply.word is Word.COULD_NOT and answered.was_asked(reply, messages.HeadsUp.kind)
    )


def _skip_coming(session: Session, reply: Received, person: Person, now: datetime) -> Outcome:
    """Out of the coming round of the programme they answer; else of the first that would have them in."""
    theirs = answered.membership(session, reply)
    places = [place for place in participation.sections(session, person) if not place.programme.closed_at]
    today = times.today(now)
    would = [place for place in places if participation.is_in_next(session, place.membership, today)]
    would.sort(key=lambda place: (place.programme.next_round_on or date.max, place.programme.id))
    named = theirs is not None and (
        theirs.skips_next
        or answered.announced(reply) is not None
        or any(place.membership is theirs for place in would)
    )
    if theirs is not None and named:
        return Outcome(_skip(session, reply, theirs, True, now))
    if would:
        return Outcome(_skip(session, reply, would[0].membership, True, now))
    # By mail nobody is told so: an organiser is.
    programme = places[0].programme if len(places) == 1 else None
    return Outcome(Back(Says.IN_NONE, programme), answered.is_text(reply))


def _skip(
    session: Session, reply: Received, membership: Membership, skips: bool, now: datetime
) -> Back | None:
    """Of the round that the answered message announced: once that has begun, they cannot make it. A yes ends
    a pause as well.
    """
    programme = session.get_one(Programme, membership.programme_id)
    if membership.standing not in TAKING_PART:
        return Back(Says.IN_NONE, programme)
    of = answered.announced(reply) if reply.message and reply.message.programme == programme.slug else None
    try:
        if skips:
            participation.skip_next(session, membership, True, of=of, now=now)
        else:
            participation.resume(session, membership, of=of, now=now)
    except participation.HasBegun as error:
        talk = conversations.in_round(session, error.round, membership.person_id) if error.round else None
        if skips and talk and calling_off.still_can(talk, now):
            return calling_off.drop_out(session, talk, now)
        return None
    is_in = not skips and participation.is_in_next(session, membership, times.today(now))
    return Back(Says.SKIPS if skips else Says.TAKES_PART if is_in else Says.IN_NONE, programme)


def _help(
    session: Session, inbound: Inbound, reply: Received, person: Person, *, number: str, now: datetime
) -> None:
    """Say what to do: by mail once a day, by text as often as a number is answered.

    A mail that proves nothing is not answered: its sender may be forged.
    """
    if not reply.certain:
        return
    if answered.is_text(inbound) and not allowances.take(session, What.ANSWERS, number, now=now):
        return
    known = tuple(programmes.facts(section.programme) for section in participation.sections(session, person))
    page = links.make(session, Purpose.PAGE, person.id, now=now)
    to = replace(recipient(person), channel=inbound.channel)
    by_text = f"reply {reply.reply_id} at {now.isoformat()}"
    subject = by_text if answered.is_text(inbound) else f"help {times.today(now)}"
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
    is_harm = word is not Word.NOTHING and news.tells_of_harm(inbound.text)
    is_read = is_harm or (word is Word.STOP and _must_be_read(session, reply, inbound.text))
    if people and not grieves and is_read:
        to_read.have_read(session, reply.reply_id, people[0])
        _ask_of_harm(session, inbound, reply, *people, now=now)
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
    if answered.was_asked(reply) and news.has_already_met(reply.learning):
        reply = replace(reply, word=Word.MET, learning="")
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
        return Outcome(Back(Says.NO_TALK, about), answered.is_text(reply))
    return _tell(session, reply, talk, now)


def _is_news(reply: Received, talk: Conversation | None) -> bool:
    return news.is_news(reply.learning, answered.names(talk))


def _of_news(session: Session, reply: Received, talk: Conversation | None, now: datetime) -> Outcome:
    """An organiser reads it. Of a conversation that was called off we need not ask again."""
    fell_through = answered.was_asked(reply) and news.fell_through(reply.learning, answered.names(talk))
    if fell_through and reply.certain and talk and talk.stands:
        conversations.say(session, talk, Answer.COULD_NOT, now=now)
    return Outcome(Back(Says.ORGANISERS_READ, talk.programme if talk else None), understood=False)


def _for_partner(reply: Received, talk: Conversation) -> Outcome | None:
    """What to say to a text that their partner should have had."""
    if not answered.is_text(reply) or not answered.is_for_partner(reply, talk):
        return None
    reachable = talk.goes_on and any(one.name for one in talk.partners)
    said = Back(Says.NOT_PASSED_ON, talk=talk) if reachable else Back(Says.ORGANISERS_READ, talk.programme)
    return Outcome(said, reachable)


def _is_too_early(reply: Received) -> bool:
    """Whoever writes a day after the introduction that they have heard nothing has not been let down yet."""
    return reply.word is Word.NO_REPLY and not answered.was_asked(reply)


def _tell(session: Session, reply: Received, talk: Conversation, now: datetime) -> Outcome:
    """Keep the answer if it is certain whose it is, and the words if they may be added to what waits.

    The question says that words may be shown without a name; other messages do not, so those stay with us.
    By text "Met. We share vans now" is an answer to that question, whatever we wrote last.
    """
    met = answered.was_asked(reply) and (
        reply.word is Word.YES
        or (reply.word is Word.LEARNING and news.says_met(reply.learning, answered.names(talk)))
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
        thanks = not news.must_be_read(reply.learning, answered.names(talk))
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
        is_none = news.is_private(said) or news.is_told(said, answered.names(talk))
        return understand(said).word is Word.LEARNING and not is_none
    if reply.word is not Word.LEARNING or asides.is_courtesy(reply.learning):
        return False
    return not asides.is_question(reply.learning) and not answered.is_for_partner(reply, talk)


def _may_add(talk: Conversation, reply: Received) -> bool:
    """A mail whose sender is only claimed may begin but not change; what is decided already stays."""
    if talk.learning is None:
        return True
    asked = _asked_what_they_learned(reply)
    return reply.certain and asked and talk.learning.state is LearningState.WAITING


def _asked_what_they_learned(reply: Received) -> bool:
    """By the check-in, and in a text by our thanks for an answer."""
    if answered.was_asked(reply):
        return True
    thanked = answered.was_asked(reply, messages.Thanks.kind)
    return answered.is_text(reply) and (thanked or reply.word in (Word.MET, Word.YES))
