"""Texts as they come in, and what was texted back."""

from itertools import count

from notifications.keywords import Word
from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.world import World
from web.services.incoming import replies

PHONE = "+447700900321"
NUMBER = count(1)


def text(world: World, words: str, sender: str = PHONE, *, word: Word | None = None) -> None:
    """A text comes in, and the worker looks."""
    with world.write() as session:
        inbound = Inbound(Channel.SMS, f"SM{next(NUMBER)}", sender, words, word=word)
        replies.take(session, inbound, signer=world.worker.signer, now=world.now)
    world.work()


def answers(world: World, phone: str = PHONE) -> list[str]:
    """What was texted to a number, newest first."""
    return [message.sms or "" for message in world.inbox(phone)]


def answer_to(world: World, words: str, sender: str = PHONE) -> str:
    """What a text brings back; nothing, or a list where it brings more than one, is told apart."""
    before = len(answers(world, sender))
    text(world, words, sender)
    return " | ".join(answers(world, sender)[: len(answers(world, sender)) - before])
