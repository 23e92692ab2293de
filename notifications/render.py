"""From a message's facts to what its reader sees: subject, text, HTML, calendar file, or a text message.

Each kind has one template with one wording. It is read twice, by an environment that makes letters of plain
text and by one that makes HTML (autoescaped, with its style on every element for mail programs that know no
style sheets), so the two parts of a mail cannot say different things. Undefined names are errors.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from notifications import addresses, calendars, sms_text, wording, words
from notifications.compiled import CompiledTemplates
from notifications.messages import (
    LONDON,
    UNSUBSCRIBE,
    Channel,
    Introduction,
    Link,
    Message,
    Nudge,
    Partner,
    PartnerGone,
    Programme,
    Recipient,
    Slot,
    TryOut,
    WhatNext,
)
from notifications.providers.base import Pattern

Links = Callable[[Link, str], str]

# How long a name may be in a text, tried in turn until the text is short enough.
NAME_LENGTHS = (40, 28, 20, 14, 9)
MOST_SEGMENTS = {"GSM-7": 2, "UCS-2": 3}
SERVICE = "Unmentoring"  # who writes, where it is no programme


@dataclass(frozen=True)
class Rendered:
    """What a provider gets. An email has no `sms`, a text nothing else.

    `headers` are the ones beyond From, To, Subject and Reply-To. `calendar_method` goes into the attachment's
    content type. What was rendered together with others has their `pattern`, and its `own` words by mark.
    """

    subject: str = ""
    text: str = ""
    html: str = ""
    sms: str | None = None
    calendar: bytes | None = None
    calendar_method: str = "PUBLISH"
    reply_to: str | None = None
    preview: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    pattern: Pattern | None = None
    own: dict[str, str] = field(default_factory=dict)


def _environment(html: bool) -> Environment:
    made = Environment(
        loader=PackageLoader("notifications"),
        autoescape=html,  # noqa: S701  (a letter of plain text has nothing to escape)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        bytecode_cache=CompiledTemplates(
            Path(__file__).parent, "html" if html else "text", [__file__, words.__file__, addresses.__file__]
        ),
    )
    made.filters |= {
        "counted": words.counted,
        "listed": words.listed,
        "firsts": words.firsts,
        "of": words.of,
        "place": words.place,
        "percent": words.percent,
        "short": words.short,
        "squeeze": words.squeeze,
        "quoted": words.quoted,
        "marked": words.marked,
        "sentence": words.sentence,
        "phone": addresses.phone_as_said,
        "link_as_read": addresses.link_as_read,
        "link_at_end": addresses.link_at_end,
        "short_name": lambda name, shorten: shorten(name),
    }
    made.filters |= {"day": _day, "moment": _moment}
    made.globals |= {
        name: macro
        for name, macro in vars(made.get_template(f"forms/{'html' if html else 'text'}.j2").module).items()
        if not name.startswith("_")
    }
    return made


@pass_context
def _day(context: Context, when: date) -> str:
    return words.day(when, context["today"])


@pass_context
def _moment(context: Context, when: datetime) -> str:
    return words.moment(when, context["today"])


HTML = _environment(html=True)
TEXT = _environment(html=False)


def render(
    message: Message,
    to: Recipient,
    links: Links,
    now: datetime,
    *,
    reply_to: str | None = None,
    texts_take_replies: bool = False,
) -> Rendered:
    """The message in its reader's channel.

    `links` makes the address of a link for a person. `reply_to` is where answers to kinds with `replies` go;
    without one nobody is asked to answer. About 1 ms.
    """
    message = _with_times_to_come(message, now)
    answers = texts_take_replies if to.channel is Channel.SMS else bool(reply_to)
    facts = _facts(message, to, links, now) | {"answers": answers}
    if to.channel is Channel.SMS:
        return Rendered(sms=_sms(message, facts))
    return _email(message, to, facts, links, now, reply_to)


def _with_times_to_come(message: Message, now: datetime) -> Message:
    """Without the times to suggest that have been: a break, or a provider, may have held it for days."""
    if not isinstance(message, Introduction | Nudge):
        return message
    return replace(message, slots=tuple(slot for slot in message.slots if slot.start > now))


def _email(
    message: Message, to: Recipient, facts: dict[str, Any], links: Links, now: datetime, reply_to: str | None
) -> Rendered:
    plain = _blocks(TEXT, message, facts)
    subject, preview = words.squeeze(plain("subject")), words.squeeze(plain("preview"))
    return Rendered(
        subject=subject,
        preview=preview,
        text=_text(plain),
        html=_html(_blocks(HTML, message, facts), subject, preview, facts["programme"]),
        calendar=calendar(message, to, links, now),
        calendar_method="CANCEL" if isinstance(message, PartnerGone) else "PUBLISH",
        reply_to=_reply_to(message, reply_to),
        headers=_headers(message, to, links),
    )


def _facts(message: Message, to: Recipient, links: Links, now: datetime) -> dict[str, Any]:
    def url(link: Link | None) -> str | None:
        if link is None:
            return None
        if to.channel is Channel.SMS:
            link = Link(link.purpose, link.id, short=True)
        return links(link, to.person)

    facts: dict[str, Any] = {"programme": None, "page": None, "bulk": message.bulk}
    facts |= {each.name: getattr(message, each.name) for each in fields(message)}
    facts |= {
        "to": to,
        "me": words.called(to.name, to.known_as),
        "url": url,
        "today": now.astimezone(LONDON).date(),
    }
    facts |= {"has_way": has_way, "unsubscribe": url(UNSUBSCRIBE) if message.bulk else None}
    facts |= _own_words(message.wording or message.kind, facts["programme"])
    if isinstance(message, Introduction):
        facts |= _about_a_group(message, to)
    return facts


def _own_words(kind: str, programme: Programme | None) -> dict[str, Any]:
    """`say` and `paragraphs` give a text of this kind in the programme's words, or else in ours."""
    own = dict(programme.wording) if programme else {}
    always = {"programme": programme.name if programme else ""}

    def text(part: str) -> str:
        return own.get(part, wording.part(kind, part).ours)

    def say(part: str, **facts: str) -> str:
        return wording.fill(text(part), always | facts)

    def paragraphs(part: str, **facts: str) -> list[str]:
        return wording.paragraphs(text(part), always | facts)

    return {"say": say, "paragraphs": paragraphs}


def has_way(partner: Partner) -> bool:
    """Have they shared any way to be reached?"""
    return bool(partner.email or partner.phone or partner.video)


def _about_a_group(message: Introduction, to: Recipient) -> dict[str, Any]:
    tried = message.reader if isinstance(message, TryOut) else None
    reader = tried or to
    called = dict(zip((p.person for p in message.partners), words.firsts(message.partners), strict=True))
    size = words.with_reader(message.partners)
    return {
        "tried": tried,
        "me": words.called(reader.name, reader.known_as),
        "i_write": message.first_mover == reader.person,
        "writer": called.get(message.first_mover, "Your partner"),
        "first": lambda partner: called[partner.person],
        "size_words": f"a {size}",
        "us": f"the {size} of you",
        "you_all": f"you {size}",
    }


Blocks = Callable[[str], str]


def _blocks(environment: Environment, message: Message, facts: dict[str, Any]) -> Blocks:
    """The blocks of a kind's template by name, or of the letter they all extend."""
    template = environment.get_template(f"{message.wording or message.kind}.j2")
    letter = environment.get_template("letter.j2")
    # One context for all of them: making it costs as much as filling in a block.
    context = template.new_context(facts)

    def block(name: str) -> str:
        return "".join((template.blocks.get(name) or letter.blocks[name])(context))

    return block


def _text(block: Blocks) -> str:
    body, foot = block("body").strip(), block("foot").strip()
    letter = f"{body}\n\n-- \n{foot}\n" if foot else f"{body}\n"
    return re.sub(r"\n{3,}", "\n\n", letter)


def _html(block: Blocks, subject: str, preview: str, programme: Programme | None) -> str:
    brand = programme.name if programme else SERVICE
    # Safe: what the autoescaping environment has just made.
    body, foot = (Markup(block(part).strip()) for part in ("body", "foot"))  # noqa: S704
    letter = HTML.get_template("forms/letter.html.j2")
    return letter.render(subject=subject, preview=preview, body=body, foot=foot, brand=brand)


def _sms(message: Message, facts: dict[str, Any]) -> str:
    # Shorter names first; then of several partners their numbers alone, beside which a name may be shorter;
    # then nothing of how to reach them, which stands behind the link; then without the reader's name.
    numbers = facts | {"has_way": _has_number}
    brief = facts | {"has_way": _unsaid}
    nameless = brief | {"to": replace(facts["to"], shares_number=False)}
    is_pair = len(facts.get("partners", ())) < 2
    ways = [
        (known, longest)
        for known, lengths in (
            (facts, NAME_LENGTHS[:3]),
            (numbers, () if is_pair else NAME_LENGTHS),
            (brief, NAME_LENGTHS),
            (nameless, NAME_LENGTHS),
        )
        for longest in lengths
    ]
    text = ""
    for known, longest in ways:
        body, to = _sms_body(message, known, longest), known["to"]
        text = _from(SERVICE, to, body, longest)
        cost = sms_text.cost(text)
        if cost.segments > MOST_SEGMENTS[cost.encoding]:
            continue
        # Naming the programme costs no third segment.
        named = (_from(sender, to, body, longest) for sender in _senders(facts["programme"]))
        short = (each for each in named if sms_text.cost(each).segments <= max(2, cost.segments))
        if found := next(short, None):
            return found
    return text


def _senders(programme: Programme | None) -> list[str]:
    """Who writes, in a text's first words; the first that fits is taken. A phone may hold texts of several
    programmes from one number of ours.
    """
    return [sms_text.name(programme.name), programme.slug] if programme else [SERVICE]


def _has_number(partner: Partner) -> bool:
    return partner.phone is not None


def _unsaid(_: Partner) -> bool:
    return False


def _sms_body(message: Message, facts: dict[str, Any], longest: int) -> str:
    name = partial(sms_text.name, longest=longest)
    short = {"n": name, "whom": partial(_whom, name, facts), "way": partial(_only_way, name, facts)}
    return words.squeeze(_blocks(TEXT, message, facts | short)("sms"))


def _from(sender: str, to: Recipient, body: str, longest: int) -> str:
    for_whom = f" for {sms_text.name(to.name, longest)}" if to.shares_number and to.name else ""
    return sms_text.plain(f"{sender}{for_whom}: {body}")


def _whom(name: Callable[[str], str], facts: dict[str, Any]) -> str:
    """The partners by name. Of several each has the way to write to them behind it, as not everybody shares
    one.
    """
    partners: Sequence[Partner] = facts["partners"]
    ways = {
        one.person: _short_way(name, one) for one in partners if len(partners) > 1 and facts["has_way"](one)
    }
    named = (
        f"{name(one.name)} ({ways[one.person]})" if one.person in ways else name(one.name) for one in partners
    )
    return words.listed(list(named))


def _only_way(name: Callable[[str], str], facts: dict[str, Any]) -> str:
    """How to write to the only partner; "" where there are more, or nothing is shared."""
    partners: Sequence[Partner] = facts["partners"]
    return _short_way(name, partners[0]) if len(partners) == 1 and facts["has_way"](partners[0]) else ""


def _short_way(name: Callable[[str], str], partner: Partner) -> str:
    """The one way of reaching them that a thumb can use: the phone before the email before the video."""
    if partner.phone:
        return addresses.phone_as_said(partner.phone)
    return partner.email or name(partner.video or "")


def _reply_to(message: Message, ours: str | None) -> str | None:
    """A pair's introduction is answered to the partner, if they ticked their email; nobody in others."""
    if isinstance(message, TryOut):
        return None
    if isinstance(message, Introduction):
        return message.partners[0].email if len(message.partners) == 1 else None
    return ours if message.replies else None


# Exchange sends an absence to where a letter is answered, which may be a partner, and shows them an address
# that was not to be seen. It knows RFC 3834 by a name of its own: [MS-OXCMAIL], 2.1.3.2.20. No "NDR" in it:
# bounces have to come.
NOBODY_ANSWERS_BY_ITSELF = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


def _headers(message: Message, to: Recipient, links: Links) -> dict[str, str]:
    headers = NOBODY_ANSWERS_BY_ITSELF.copy()
    if message.bulk:  # RFC 2369 and RFC 8058
        headers["List-Unsubscribe"] = f"<{links(UNSUBSCRIBE, to.person)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def calendar(
    message: Message, to: Recipient, links: Links, now: datetime, *, booked: Slot | None = None
) -> bytes | None:
    """The calendar file of an introduction, or the one that withdraws it; None for every other kind.

    `booked` is when they have agreed to talk; until then the first time we suggest stands in it.
    """
    if isinstance(message, Introduction):
        return calendars.publish(_conversation(message, to, links, booked), now, agreed=booked is not None)
    if isinstance(message, PartnerGone) and message.introduced and message.what_next is not WhatNext.GOING_ON:
        return calendars.withdraw(_called_off(message, to, links, now), now)
    return None


def _conversation(message: Introduction, to: Recipient, links: Links, booked: Slot | None) -> calendars.Entry:
    people = words.listed([f"{p.name}, {p.organisation}" for p in message.partners])
    slot = booked or next(iter(message.slots), None)
    first: datetime | date = slot.start if slot else message.until
    last: datetime | date = slot.end if slot else message.until
    return calendars.Entry(
        uid=calendars.uid(message.group, _host(links, message.page, to)),
        # Another hour is another edition (RFC 5546, 2.1.4): calendars may leave an equal one alone.
        sequence=message.sequence + (booked is not None),
        title=f"Talk with {people}",
        details=_details(message, booked),
        start=first,
        end=last,
        place=message.video_room or "",
    )


def _host(links: Links, page: Link, to: Recipient) -> str:
    """Where our pages are. The address itself opens somebody's own, and stays out of the file."""
    return urlsplit(links(page, to.person)).hostname or "unmentoring"


def _details(message: Introduction, booked: Slot | None) -> str:
    ways = [
        f"{partner.name}: {', '.join(way for way in _ways(partner) if way)}"
        for partner in message.partners
        if has_way(partner)
    ]
    hour = "A suggestion: move it to suit you." if message.slots else "The last day of this round."
    return "\n".join([*([] if booked else [hour]), *ways, _where_to_ask(message.programme)])


def _where_to_ask(programme: Programme) -> str:
    return f"The links are in our message to you. Questions: {programme.contact}"


def _ways(partner: Partner) -> tuple[str, str, str]:
    phone = addresses.phone_as_said(partner.phone) if partner.phone else ""
    return partner.email or "", phone, partner.video or ""


def _called_off(message: PartnerGone, to: Recipient, links: Links, now: datetime) -> calendars.Entry:
    today = now.astimezone(LONDON).date()
    return calendars.Entry(
        uid=calendars.uid(message.group, _host(links, message.page, to)),
        sequence=message.sequence,
        title="This conversation will not happen",
        details=_where_to_ask(message.programme),
        start=today,
        end=today,
    )
