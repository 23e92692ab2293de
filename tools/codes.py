"""The tables of providers' codes as docs/messages.md prints them, made from the tables beside the adapters.

.venv/bin/python -m tools.codes            print them
.venv/bin/python -m tools.codes --write    put them into the document
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from notifications.errors import Permanent, ProviderError, Temporary
from notifications.providers import notify, sendgrid, smtp, twilio
from notifications.receipts import MOVES, Again, What
from notifications.suppression import Why

DOCUMENT = Path("docs/messages.md")
HEADS = {
    "Answers to a call": ("Provider", "Code", "Reason shown", "Message"),
    "Reports afterwards": ("Provider", "Word or code", "Reason shown", "Message", "Address"),
}
NOTHING = "–"
AGAIN = {
    None: "",
    Again.SAME: "; tried again, twice at most",
    Again.BY_EMAIL: "; by email instead",
    Again.RELEASED: "",
}


def tables() -> dict[str, str]:
    """Each table in Markdown, by its heading."""
    rows = {"Answers to a call": answers(), "Reports afterwards": reports()}
    return {heading: _table(HEADS[heading], rows[heading]) for heading in HEADS}


def answers() -> Iterable[tuple[str, ...]]:
    for code, answer in sendgrid.STATUSES.items():
        yield "SendGrid", str(code), answer.reason, _fate(answer.error, stop=answer.stop, pause=answer.pause)
    used_up = sendgrid.USED_UP
    yield "SendGrid", f"401, “{sendgrid.NO_CREDITS}”", used_up.reason, _fate(used_up.error, stop=used_up.stop)
    ours = sendgrid.OUR_FAULT
    yield "SendGrid", "400, not about its reader", ours.reason, _fate(ours.error, policy=True)
    for code, refusal in twilio.CODES.items():
        fate = _fate(
            refusal.error,
            stop=refusal.stop,
            pause=refusal.pause,
            policy=refusal.policy is not None,
            elsewhere=refusal.fall_back is not None,
            suppress=refusal.suppress,
        )
        yield "Twilio", str(code), refusal.reason, fate
    for (status, name), (error, reason) in notify.ERRORS.items():
        too_many = status == notify.TOO_MANY
        fate = _fate(error, stop=not too_many, pause=too_many, elsewhere=name in notify.NO_ADDRESS)
        yield "Notify", f"{status} {name}", reason, fate
    for phrase, reason in notify.OURS.items():
        yield "Notify", f"400, “{phrase}”", reason, _fate(Temporary, stop=True)
    yield "Notify", f"400, “{notify.ABROAD}”", notify.NOT_ABROAD, _fate(Permanent, elsewhere=True)
    for detail, known in smtp.ENHANCED.items():
        yield "SMTP", f"5.{detail}{'' if '.' in detail else '.…'}", known.reason, known.whose
    for words, meant in smtp.SAID_OF_US.items():
        yield "SMTP", f"5xx, “{words}”", smtp.ENHANCED[meant].reason, smtp.ENHANCED[meant].whose
    for code, known in smtp.REPLIES.items():
        yield "SMTP", f"{code} alone", known.reason, "tried again" if code < 500 else known.whose


def _fate(
    error: type[ProviderError],
    *,
    stop: bool = False,
    pause: bool = False,
    policy: bool = False,
    elsewhere: bool = False,
    suppress: bool = False,
) -> str:
    if policy:
        return smtp.Whose.OURS
    if error is Temporary:
        return "waits; provider stopped" if stop else "waits; provider paused" if pause else "tried again"
    return "suppressed" if suppress else "a text by email instead, or failed" if elsewhere else "failed"


def reports() -> Iterable[tuple[str, ...]]:
    prefixes = (
        ("", sendgrid.EVENTS),
        ("bounce, classified ", sendgrid.CLASSES),
        ("bounce, else code ", sendgrid.BOUNCE_CODES),
        ("bounce, else type ", sendgrid.BOUNCES),
        ("dropped, ", sendgrid.DROPS),
    )
    for prefix, told_of in prefixes:
        for word, told in told_of.items():
            yield "SendGrid", f"{prefix}{word}", *_report(told.what, told.reason, told.stops, told.again)
    for word, what in twilio.STATUSES.items():
        yield "Twilio", word, *_report(what)
    for code, failure in (*twilio.FAILURES.items(), ("any other code", twilio.NOT_SAID)):
        yield "Twilio", str(code), *_report(failure.what, failure.reason, failure.stops, failure.again)
    for word, what in notify.STATUSES.items():
        reason, message, address = _report(what, notify.REASONS.get(word, ""), again=notify.AGAIN.get(word))
        message += "; a text by email instead" if notify.AGAIN_TEXT.get(word) is Again.BY_EMAIL else ""
        gone = "not written to again" if word == notify.GONE else address
        yield "Notify", word, reason, message, gone


def _report(
    what: What, reason: str = "", stops: Why | None = None, again: Again | None = None
) -> tuple[str, str, str]:
    address = f"not written to again: {stops}" if stops else NOTHING
    if what is What.WELCOME:
        address = "written to again"
    message = f"{MOVES[what]}{AGAIN[again]}" if what in MOVES else NOTHING
    if what is What.STOPPED:
        message = "waits; provider stopped"
    elif what is What.UNWELCOME:
        message += "; where more are refused, all wait"
    return reason or NOTHING, message, address


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    rule = "|---" * len(head) + "|"
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "".join(f"{line}\n" for line in (lines[0], rule, *lines[1:]))


def main() -> None:
    made = tables()
    if "--write" not in sys.argv:
        print("\n".join(f"### {heading}\n\n{table}" for heading, table in made.items()), end="")
        return
    text = DOCUMENT.read_text()
    for heading, table in made.items():
        before, _, rest = text.partition(f"### {heading}\n\n")
        text = f"{before}### {heading}\n\n{table}" + re.sub(r"\A(?:\|.*\n)+", "", rest)
    DOCUMENT.write_text(text)


if __name__ == "__main__":
    main()
