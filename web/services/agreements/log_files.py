"""The public log as a file: what its pages show, with the same counts, and nothing more."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from web.models import Programme
from web.services.agreements import log, words
from web.services.agreements.log import Argument, ProposalShown, Rule
from web.services.common import times

MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
# At the start of a line these begin a list, or make a heading of the line before.
STARTS = re.compile(r"^(\d*)([-+=.)])")


def document(session: Session, programme: Programme, today: date) -> dict[str, Any]:
    """As plain values: what is in force, then what was proposed, newest first. Days are as in ISO 8601.
    What is owed is late, or not, on `today`.
    """
    return {
        "programme": programme.slug,
        "name": programme.name,
        "agreements": [_rule(one) for one in log.rules(session, programme, today)],
        "proposals": [
            _proposal(one, _arguments(session, programme, one)) for one in _every(session, programme)
        ],
    }


def as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_markdown(told: dict[str, Any]) -> str:
    """The same in headings and paragraphs. What people wrote is quoted, and not taken for markup."""
    lines = [f"# What we have agreed: {_plain(told['name'])}", ""]
    for one in told["agreements"]:
        lines += _agreement_in_words(one)
    lines += ["# Proposed changes", ""]
    for one in told["proposals"]:
        lines += _proposal_in_words(one)
    return "\n".join(lines if told["proposals"] else [*lines, "None yet.", ""])


def _every(session: Session, programme: Programme) -> Iterator[ProposalShown]:
    page, more = 1, True
    while more:
        shown, more = log.of_programme(session, programme, page=page)
        yield from shown
        page += 1


def _arguments(session: Session, programme: Programme, one: ProposalShown) -> list[Argument]:
    """All of them, as its pages show them: once it has ended."""
    return log.arguments(session, programme, one.proposal) if one.proposal.ended_at else []


def _rule(one: Rule) -> dict[str, Any]:
    newest, *earlier = one.versions
    return {
        "title": one.title,
        "says": list(one.lines),
        "version": newest.number,
        "since": _day(newest.adopted_on),
        "how": words.HOW[newest.how],
        "why": newest.driver,
        "has_not_worked_if": one.missed_if,
        "review_on": _day(newest.review_on),
        "renewed_on": _day(newest.renewed_on),
        "objection_upheld": {
            "number": one.owed.number,
            "proposal_due_by": _day(one.owed.by),
            "late": one.owed.late,
        }
        if one.owed
        else None,
        "reviews": [
            {
                "on": _day(review.on),
                "outcome": review.outcome,
                "asked": review.counted["asked"],
                "delivered": review.counted["delivered"],
            }
            for review in one.reviews
        ],
        "earlier": [
            {
                "version": version.number,
                "since": _day(version.adopted_on),
                "how": words.HOW[version.how],
                "why": version.driver,
            }
            for version in earlier
        ],
    }


def _proposal(one: ProposalShown, arguments: Sequence[Argument]) -> dict[str, Any]:
    return {
        "number": one.proposal.number,
        "heading": one.heading,
        "title": one.title,
        "is_objection": one.proposal.is_objection,
        "by": one.by,
        "change": list(one.change),
        "why": one.version.driver,
        "has_not_worked_if": one.missed_if,
        "review_on": _day(one.version.review_on),
        "status": one.status,
        "until": one.until.isoformat() if one.until else None,
        "ended_on": _day(one.proposal.ended_at),
        "because": one.proposal.because,
        "urgent": one.proposal.urgent,
        "asked": one.counted["asked"],
        "delivered": one.counted["delivered"],
        "counts": one.answered,
        "arguments": [_argument(each) for each in arguments],
        "earlier": [
            {
                "version": version.number,
                "made_on": _day(version.made_at),
                "change": list(one.changes[version.number]),
                "why": version.driver,
            }
            for version in one.versions[-2::-1]
        ],
        "opened_on": _day(one.begun),
        "panels_drawn_from_sha256": one.commitment if one.begun else None,
    }


def _argument(one: Argument) -> dict[str, Any]:
    return {
        "kind": "objection" if one.is_objection else "concern",
        "version": one.version,
        "words": "" if one.hidden_because else one.words,
        "by": one.by,
        "hidden_because": one.hidden_because,
        "state": one.state,
        "panel": [{"holds": found.holds, "reason": found.reason} for found in one.reasons],
    }


def _day(when: date | datetime | None) -> str | None:
    """As people in London have it."""
    if when is None:
        return None
    return (times.today(when) if isinstance(when, datetime) else when).isoformat()


def _agreement_in_words(one: dict[str, Any]) -> Iterator[str]:
    yield from (f"## {_plain(one['title'])}", "")
    yield from (f"- {_plain(line)}" for line in one["says"])
    yield ""
    yield from _why(one)
    since = f"Version {one['version']}, since {one['since']}, {one['how']}."
    yield from (f"{since} To be reviewed on {one['review_on']}.", "")
    if upheld := one["objection_upheld"]:
        late = " It is late." if upheld["late"] else ""
        owed = f"The organisers owe a proposal by {upheld['proposal_due_by']}.{late}"
        yield from (f"Objection {upheld['number']} was upheld. {owed}", "")
    if one["renewed_on"]:
        yield from (f"Renewed on {one['renewed_on']}.", "")
    for each in one["reviews"]:
        counts = f"Asked: {each['asked']}. Had it delivered: {each['delivered']}."
        yield from (f"Reviewed on {each['on']}: {each['outcome']}. {counts}", "")
    for each in one["earlier"]:
        yield from (f"Version {each['version']}, {each['since']}, {each['how']}.", "")
        yield from _quoted(each["why"])


def _proposal_in_words(one: dict[str, Any]) -> Iterator[str]:
    yield from (f"## {_plain(one['heading'])}", "")
    yield from (f"- {_plain(line)}" for line in one["change"])
    yield ""
    yield from _why(one)
    if one["is_objection"]:
        yield from ("Somebody who takes part objects to this, which is in force.", "")
    else:
        yield from (f"Proposed by {one['by'].lower()}. Adopted, it is reviewed on {one['review_on']}.", "")
    ended = f" on {one['ended_on']}" if one["ended_on"] else f", until {one['until']}" if one["until"] else ""
    urgent = " It was urgent, and came into force at once." if one["urgent"] else ""
    yield from (f"{one['status']}{ended}.{urgent} {_plain(one['because'])}".rstrip(), "")
    if not one["is_objection"]:
        yield from (one["counts"], "")
    for each in one["arguments"]:
        yield from _argument_in_words(each)
    for each in one["earlier"]:
        change = _plain("; ".join(each["change"]))
        yield from (f"Version {each['version']}, {each['made_on']}: {change}.", "")
        yield from _quoted(each["why"])
    if one["opened_on"]:
        sha = one["panels_drawn_from_sha256"]
        yield from (
            f"Opened on {one['opened_on']}. Panels are drawn from a number with the SHA-256 {sha}.",
            "",
        )


def _argument_in_words(one: dict[str, Any]) -> Iterator[str]:
    by = f", from {_plain(one['by'])}" if one["by"] else ""
    state = f" ({one['state']})" if one["state"] else ""
    kind = "An objection" if one["kind"] == "objection" else "A concern"
    yield from (f"{kind} to version {one['version']}{by}{state}:", "")
    if one["hidden_because"]:
        yield from (f"Hidden, because {_plain(one['hidden_because'])}. It counts all the same.", "")
    else:
        yield from _quoted(one["words"] or "Its author has erased what they told us.")
    for found in one["panel"]:
        yield from ("Holds:" if found["holds"] else "Does not hold:", "")
        yield from _quoted(found["reason"] or "a reason that has been erased")


def _why(one: dict[str, Any]) -> Iterator[str]:
    if one["why"]:
        yield from ("Why:", "")
        yield from _quoted(one["why"])
    if one["has_not_worked_if"]:
        yield from ("It has not worked if:", "")
        yield from _quoted(one["has_not_worked_if"])


def _quoted(text: str) -> Iterable[str]:
    """Somebody's words, a line each, as a quotation."""
    return (*(f"> {_plain(line)}" for line in text.splitlines()), "") if text else ()


def _plain(text: str) -> str:
    """On one line, with nothing in it that Markdown or HTML would act upon."""
    return STARTS.sub(r"\1\\\2", MARKS.sub(r"\\\1", " ".join(text.split())))
