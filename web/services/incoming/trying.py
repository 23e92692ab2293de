"""What somebody who tries the service out writes back to us, as if from their phone or their mail program."""

from datetime import datetime
from secrets import token_hex

from sqlmodel import Session

from notifications import automatic, quotations
from notifications.messages import Channel
from notifications.providers.local import Received
from notifications.replies import Inbound, answered
from web.services.incoming import replies
from web.tokens import Signer


def text_us(session: Session, number: str, words: str, *, signer: Signer, now: datetime) -> None:
    """A text from a number in E.164."""
    inbound = Inbound(Channel.SMS, f"tried {token_hex(8)}", number, words)
    replies.take(session, inbound, signer=signer, now=now)


def answers_us(session: Session, message: Received, *, signer: Signer) -> bool:
    """Does an answer to this message come to us? A text's does; a mail's goes where it says, if anywhere."""
    return message.channel is Channel.SMS or answered(session, _to(message), signer.reply_keys()) is not None


def reply(session: Session, message: Received, words: str, *, signer: Signer, now: datetime) -> None:
    """An answer from whoever the message went to. What it says is read as any text or mail that comes in."""
    if message.channel is Channel.SMS:
        text_us(session, message.to, words, signer=signer, now=now)
        return
    headers, own = {"subject": f"Re: {message.subject}"}, quotations.own_words(words)
    inbound = Inbound(
        Channel.EMAIL,
        f"tried {token_hex(8)}",
        message.to,
        own,
        tuple(_to(message)),
        automatic=automatic.is_automatic(headers, own, message.to),
        doubtful=not automatic.is_certainly(headers, message.to),
    )
    replies.take(session, inbound, signer=signer, now=now)


def _to(message: Received) -> list[str]:
    return [address] if (address := message.headers.get("Reply-To")) else []
