"""Texts as they come in, and what was texted back."""

from itertools import count

from notifications.keywords import Word
from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.world import World
from web.models import Answer, LearningState, Showing
from web.services.conversations import conversations
from web.services.incoming import replies
from web.services.learning import learnings

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


def said(world: World, person: str) -> Answer | None:
    with world.read() as session:
        check_in = conversations.conversation(session, world.group_of(person), person).check_in
    return check_in.answer if check_in else None


def waiting(world: World) -> list[tuple[str, Showing]]:
    with world.read() as session:
        found = learnings.of_programme(session, world.programme(session), LearningState.WAITING)
    return [(one.learning.text, one.learning.showing) for one in found]


def still_talks(world: World, person: str) -> bool:
    with world.read() as session:
        return conversations.conversation(session, world.group_of(person), person).goes_on
