"""How a letter of ours comes back: quoted, forwarded, pasted, liked, as mail programs and phones do it."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from random import Random
from urllib.parse import quote

from notifications.messages import Channel
from notifications.providers.local import Received

A_LINK = re.compile(r"https?://[^\s<>\"']+")
REPLY = re.compile(r"\br\.(\d+)\.([a-z2-7]{26})@", re.IGNORECASE)
A_CODE = re.compile(r"\b\d{6}\b")
LONG = 25  # letters of a part of an address that is a token


@dataclass(frozen=True)
class Letter:
    """What somebody has of us, and what in it nobody else may have."""

    person: str
    received: Received
    secrets: frozenset[str]

    @property
    def words(self) -> str:
        """As its reader copies it: text, and the links of the HTML."""
        return self.received.sms or self.received.text

    @property
    def answer_to(self) -> str:
        return self.received.headers.get("Reply-To", "hello@in.example.org")


def letter(person: str, received: Received) -> Letter:
    """Secrets are looked for by the shape of our addresses, and not by the code that takes them out."""
    headers = " ".join(str(value) for value in received.headers.values())
    whole = " ".join([received.sms or "", received.text, html.unescape(received.html), headers])
    parts = (part for link in A_LINK.findall(whole) for part in re.split(r"[/?&#]", link))
    tokens = {part for part in parts if len(part) >= LONG and re.fullmatch(r"[\w-]+", part)}
    codes = set(A_CODE.findall(whole)) if received.kind == "phone_code" else set()
    return Letter(person, received, frozenset(tokens | {found[1] for found in REPLY.findall(whole)} | codes))


Quoter = Callable[[Letter, str, Random], dict[str, bytes]]


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _folded(text: str, width: int, end: str) -> str:
    """Long lines broken, as mail programs do in a quotation."""
    lines = []
    for line in text.splitlines():
        pieces = [line[at : at + width] for at in range(0, len(line), width)] or [""]
        lines.append(f"{end}\n".join(pieces))
    return "\n".join(lines)


def _plain(text: str) -> dict[str, bytes]:
    return {"text": text.encode()}


def _us(one: Letter) -> str:
    return f"Councils Unmentoring <{one.answer_to}>"


def gmail(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    return _plain(f"{said}\n\nOn Tue, 15 Dec 2026 at 09:00, {_us(one)} wrote:\n\n{_marked(one.words)}\n")


def outlook(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    head = f"From: {_us(one)}\nSent: 15 December 2026 09:00\nTo: Somebody\nSubject: Did you talk?"
    return _plain(f"{said}\n\n________________________________\n{head}\n\n{one.words}\n")


def forwarded(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    return _plain(f"{said}\n\n---------- Forwarded message ---------\nFrom: {_us(one)}\n\n{one.words}")


def below(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    return _plain(f"On 15 Dec 2026, at 09:00, {_us(one)} wrote:\n{_marked(one.words)}\n\n{said}\n")


def between(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    """Answered line by line."""
    return _plain("\n".join(f"> {line}\n{said}" for line in one.words.splitlines() if A_LINK.search(line)))


def in_no_language_we_know(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    return _plain(f"{said}\n\n{_us(one)} idatzi du:\n\n{one.words}\n{one.answer_to}\n")


def pasted(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    """With no mark at all."""
    return _plain(f"{said}\n{one.words}\nI answer to {one.answer_to.upper()}")


def folded(one: Letter, said: str, chance: Random) -> dict[str, bytes]:
    end = chance.choice(["=", "", "=\r"])
    broken = _folded(one.words, chance.randrange(30, 79), end)
    mark = chance.choice(["", "> ", "| ", ">> "])
    return _plain(f"{said}\n" + "\n".join(mark + line for line in broken.splitlines()))


def looked_through(one: Letter, said: str, chance: Random) -> dict[str, bytes]:
    """By a gateway that writes links anew."""
    again = chance.random() < 0.5

    def anew(found: re.Match[str]) -> str:
        inner = quote(found[0], safe="")
        return f"https://safe.example/?url={quote(inner, safe='') if again else inner}&data=05"

    return _plain(f"{said}\n\n{A_LINK.sub(anew, one.words)}")


def markdown(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    return _plain(f"{said} " + " ".join(f"[here]({link})" for link in A_LINK.findall(one.words)))


def html_of_gmail(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    inner = one.received.html or html.escape(one.words)
    quoted = f'<div class="gmail_quote"><div>{html.escape(_us(one))} wrote:</div>{inner}</div>'
    return {"html": f"<html><body><div>{html.escape(said)}</div>{quoted}</body></html>".encode()}


def html_without_marks(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in one.words.splitlines())
    return {"html": f"<html><body><p>{html.escape(said)}</p>{lines}</body></html>".encode()}


def whole_mail(one: Letter, said: str, _: Random) -> dict[str, bytes]:
    """As SendGrid posts it where "raw" is switched on: quoted-printable, lines broken by it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "someone@example.org", one.answer_to, "Re: Did you talk?"
    mail.set_content(f"{said}\n\n{one.words}\n{one.answer_to}\n", cte="quoted-printable")
    return {"email": mail.as_bytes()}


BY_MAIL: tuple[Quoter, ...] = (
    gmail, outlook, forwarded, below, between, in_no_language_we_know, pasted, folded, looked_through,
    markdown, html_of_gmail, html_without_marks, whole_mail, folded,
)  # fmt: skip


def by_text(one: Letter, said: str, chance: Random) -> str:
    """What a phone sends: a thumb, a letter passed on, or words with a part of ours behind them."""
    ways = [
        f"Liked “{one.words}”",
        f"Fwd: {one.words}",
        f"{said} {one.words}",
        f"{said}\n{snippet(one, chance)}",
    ]
    return chance.choice(ways)[:1600]


def snippet(one: Letter, chance: Random, most: int = 400) -> str:
    """A few lines of a letter with something in them that nobody else may have."""
    links = A_LINK.findall(one.words) or [one.answer_to]
    codes = A_CODE.findall(one.words) if one.received.kind == "phone_code" else []
    pieces = [f"your code is {code}" for code in codes] + [one.answer_to, *links]
    return " ".join(chance.sample(pieces, min(len(pieces), 3)))[:most]


def is_by_text(one: Letter) -> bool:
    return one.received.channel is Channel.SMS
