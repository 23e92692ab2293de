"""A programme's own words in its messages: read, tried, kept, and given back.

BadWords        what cannot be, by part, in `mistakes`
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from notifications import messages, render, sms_text, wording
from notifications.messages import Channel, Link, Message, Named, Partner, Recipient, Slot, WhatNext
from notifications.wording import PARTS, BadWording, Part
from web.models import Programme
from web.services.common import audit, programmes
from web.services.common.programmes import BadSettings

# What an organiser calls each kind of message.
KINDS = {
    "welcome": "Welcome",
    "heads_up": "Before a round",
    "introduction": "Introduction",
    "nudge": "Reminder to write first",
    "check_in": "Did you meet?",
    "thanks": "Thank you for telling us",
    "digest": "What people learned in a round",
    "partner_gone": "Your partner can’t make it",
    "not_this_time": "Nobody to meet this round",
    "paused": "Paused after two silent rounds",
}
MOST_PROMPTS, LONGEST_PROMPT = 5, 120
TOKEN = "A" * 31  # as long as that of a link
AMINA = Recipient("a", "Amina Yusuf", Channel.EMAIL, email="amina@example.org", phone="+447700900123")
TOM = Partner(
    "b", "Tom Field", "Kirklees Council", about="I mend what the buses break.", email="tom@example.org"
)
# Names as long as a text has to bear.
LONG = Partner("b", "Wilhelmina Fotheringay-Featherstonehaugh", "Kirklees Council", phone="+447700900456")


class BadWords(Exception):
    """`mistakes` says what cannot be, by part."""

    def __init__(self, mistakes: dict[str, str]) -> None:
        super().__init__("; ".join(mistakes.values()))
        self.mistakes = mistakes


def texts(programme: Programme, kind: str) -> dict[str, str]:
    """Every part of a kind, in the programme's words or in ours."""
    own = programme.wording.get(kind, {})
    return {part.name: own.get(part.name, part.ours) for part in PARTS[kind]}


def check(programme: Programme, kind: str, given: Mapping[str, str]) -> None:
    """Can it be said so?

    Raises:
        BadWords: it cannot.
    """
    mistakes = {part.name: said for part in PARTS[kind] if (said := _mistake(part, given[part.name]))}
    if not mistakes and (said := _too_long(programme, kind, given)):
        mistakes[wording.TEXT] = said
    if mistakes:
        raise BadWords(mistakes)


def _mistake(part: Part, text: str) -> str:
    try:
        wording.check(part, text)
    except BadWording as error:
        return str(error)
    return ""


def _too_long(programme: Programme, kind: str, given: Mapping[str, str]) -> str:
    """Would it take more segments than a text may, for the longest names?"""
    if wording.TEXT not in given:
        return ""
    cost = sms_text.cost(as_text(programme, kind, given, LONG))
    most = render.MOST_SEGMENTS[cost.encoding]
    if cost.segments <= most:
        return ""
    return f"With our link it would take {cost.segments} texts in a row; at most {most}. Make it shorter"


def save(
    session: Session, programme: Programme, kind: str, given: Mapping[str, str], *, by: str, now: datetime
) -> None:
    """From the next message on. What differs from our words is kept, so that ours may still improve.

    Raises:
        BadWords: as in `check`.
    """
    check(programme, kind, given)
    own = {part.name: given[part.name] for part in PARTS[kind] if given[part.name] != part.ours}
    others = {name: words for name, words in programme.wording.items() if name != kind}
    wording_now = others | ({kind: own} if own else {})
    if wording_now == programme.wording:
        return
    programme.wording = wording_now
    session.add(programme)
    audit.record(session, by, "wording changed", now=now, programme=programme.id, subject=kind)


def reset(session: Session, programme: Programme, kind: str, *, by: str, now: datetime) -> None:
    save(session, programme, kind, {part.name: part.ours for part in PARTS[kind]}, by=by, now=now)


def set_prompts(
    session: Session, programme: Programme, prompts: list[str], *, by: str, now: datetime
) -> None:
    """What people may start from; without any, ours.

    Raises:
        BadSettings: too many, or one too long.
    """
    if len(prompts) > MOST_PROMPTS:
        raise BadSettings("prompts", f"At most {MOST_PROMPTS} fit an introduction")
    if any(len(prompt) > LONGEST_PROMPT for prompt in prompts):
        raise BadSettings("prompts", f"Keep each to {LONGEST_PROMPT} letters")
    wanted = prompts or list(programmes.THINK_DO_SHARE)
    if wanted == programme.prompts:
        return
    programme.prompts = wanted
    session.add(programme)
    audit.record(session, by, "prompts changed", now=now, programme=programme.id, subject=programme.slug)


def as_mail(programme: Programme, kind: str, given: Mapping[str, str]) -> render.Rendered:
    """The email as its reader would see it: invented people, links that lead nowhere."""
    made = _sample(programme, kind, given, TOM)
    return render.render(made, AMINA, _address, _now())


def as_text(programme: Programme, kind: str, given: Mapping[str, str], partner: Partner = TOM) -> str:
    to = Recipient(AMINA.person, AMINA.name, Channel.SMS, phone=AMINA.phone)
    return render.render(_sample(programme, kind, given, partner), to, _address, _now()).sms or ""


def _address(link: Link, _person: str) -> str:
    return f"https://unmentoring.example.org/{'m' if link.short else link.purpose}/{TOKEN}"


def _now() -> datetime:
    return datetime(2026, 12, 1, 9, tzinfo=UTC)


def _sample(programme: Programme, kind: str, given: Mapping[str, str], partner: Partner) -> Message:
    facts = messages.Programme(
        programme.slug, programme.name, programme.contact, programme.hashtag, tuple(sorted(given.items()))
    )
    return SAMPLES[kind](programme, facts, partner)


Sample = Callable[[Programme, messages.Programme, Partner], Message]
SOON, END = date(2026, 12, 9), date(2026, 12, 30)
PAGE, DOOR = Link("me", 1), Link("page", 2)
LUNCH = datetime(2026, 12, 9, 12, 30, tzinfo=UTC)
SLOTS = (Slot(LUNCH, LUNCH + timedelta(minutes=30)),)


def _introduction(programme: Programme, facts: messages.Programme, partner: Partner) -> Message:
    return messages.Introduction(
        programme=facts,
        group="1",
        sequence=0,
        partners=(partner,),
        first_mover=AMINA.person,
        why="You have not been introduced before.",
        slots=SLOTS,
        until=END,
        starts_on=SOON,
        prompts=tuple(programme.prompts),
        video_room=None,
        page=PAGE,
        check_in=DOOR,
        cannot=DOOR,
        calendar_link=DOOR,
    )


def _digest(_: Programme, facts: messages.Programme, partner: Partner) -> Message:
    learned = messages.Learned("Kirklees publish their bin times.", Named(partner.person, partner.name))
    return messages.Digest(facts, "round 3", (learned,), DOOR, PAGE, met=12, answered=14, next_round=END)


def _partner_gone(_: Programme, facts: messages.Programme, partner: Partner) -> Message:
    return messages.PartnerGone(
        programme=facts,
        group="1",
        sequence=1,
        gone=(Named(partner.person, partner.name),),
        what_next=WhatNext.LOOKING,
        page=PAGE,
        word_by=SOON,
    )


SAMPLES: dict[str, Sample] = {
    "welcome": lambda _, facts, __: messages.Welcome(facts, PAGE, SOON),
    "heads_up": lambda _, facts, __: messages.HeadsUp(facts, SOON, PAGE, DOOR),
    "introduction": _introduction,
    "nudge": lambda _, facts, partner: messages.Nudge(facts, (partner,), END, DOOR, PAGE, DOOR, SLOTS),
    "check_in": lambda _, facts, partner: messages.CheckIn(
        facts, (Named(partner.person, partner.name),), DOOR, PAGE
    ),
    "thanks": lambda _, facts, partner: messages.Thanks(
        facts, (Named(partner.person, partner.name),), "Ask the bin crews first.", DOOR, PAGE, DOOR
    ),
    "digest": _digest,
    "partner_gone": _partner_gone,
    "not_this_time": lambda _, facts, __: messages.NotThisTime(
        facts, "Everybody else who is in has met you already", END, PAGE
    ),
    "paused": lambda _, facts, __: messages.Paused(facts, PAGE),
}
