"""What a reply answers: our question, the conversation it is about, and who is in that."""

from sqlmodel import Session

from notifications import asides, messages
from notifications.messages import Channel
from notifications.replies import Inbound, Received
from web.models import Membership
from web.services.common import programmes
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation

# While these are the last that they had from us, people arrange when to talk.
ARRANGING = (
    messages.Introduction.kind,
    messages.Nudge.kind,
    messages.TooLate.kind,
    messages.PartnerGone.kind,
)


def is_text(one: Inbound | Received) -> bool:
    return one.channel is Channel.SMS


def was_asked(reply: Received, kind: str = messages.CheckIn.kind) -> bool:
    """Do they answer that question? "Thanks, bye" in answer to a thank-you does not say what they learned."""
    return reply.message is not None and reply.message.kind == kind


def talk_of(session: Session, reply: Received) -> Conversation | None:
    """The conversation the answered message was about."""
    return conversations.answered(session, reply.message, reply.person) if reply.person else None


def names(talk: Conversation | None) -> tuple[str, ...]:
    """What their partners are called, in it still or not."""
    others = (*talk.partners, *talk.gone) if talk else ()
    return tuple(name for one in others for name in (one.name, one.known_as))


def membership(session: Session, reply: Received) -> Membership | None:
    if reply.message is None or reply.message.programme is None:
        return None
    programme = programmes.by_slug(session, reply.message.programme)
    return session.get(Membership, (programme.id, reply.person))


def announced(reply: Received) -> int | None:
    """The number of the round in the subject of a heads-up."""
    if not was_asked(reply, messages.HeadsUp.kind) or reply.message is None:
        return None
    number = reply.message.subject.rpartition(" ")[2]
    return int(number) if number.isdigit() else None


def is_for_partner(reply: Received, talk: Conversation | None) -> bool:
    """Words that a partner should have had, in it still or not, and that came to us."""
    return talk is not None and asides.is_for_one_of(
        reply.learning, names(talk), arranging=_is_arranging(reply)
    )


def _is_arranging(reply: Received) -> bool:
    """A text carries no quotation: only what we wrote last tells. A mail answers the letter it answers, and
    each but our question may have had them write to their partner.
    """
    if not is_text(reply):
        return not was_asked(reply)
    return reply.message is not None and reply.message.kind in ARRANGING
