"""Who did what when. Entries are only ever added, and each one's digest covers the one before it.

The end of the chain is one row, which whoever adds an entry holds until commit. So entries are written down
as the last thing of a transaction: nobody who holds it waits for anything that somebody else holds.

TamperedAudit       an entry does not follow from the one before; `.entry`
"""

import hashlib
import json
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from web.endings import at_the_end
from web.models import AuditEntry, AuditHead

SYSTEM = "the schedule"
# Where what was recorded would not do as a sentence's beginning. Everything else is said as it was recorded.
SAID = {
    "programme added": "Started the programme",
    "programme renamed": "Gave the programme’s pages another address",
    "programme asked for": "Asked for a programme, and confirmed it",
    "programme request approved": "Approved a programme that was asked for",
    "programme request declined": "Declined a programme that was asked for",
    "programme request withdrawn": "Took back what they had asked for",
    "programme request expired": "Forgot a programme that nobody had decided about",
    "backup made": "Made a backup of the database",
    "operator added": "Let somebody look after the whole installation",
    "operator removed": "Ended somebody’s looking after the installation",
    "closing announced": "Announced the end of the programme",
    "closing taken back": "Kept the programme open after all",
    "programme closed": "Closed the programme",
    "programme emptied": "Erased everybody who takes part in no other programme",
    "learning waits again": "Took a learning off the wall that may name somebody erased",
    "round drawn": "Drew a round",
    "round sent": "Sent a round",
    "story edited": "Edited the story of a round",
    "story published": "Let everybody read the story of a round",
    "story waits again": "Took back the story of a round that may name somebody erased",
    "story withdrawn": "Took back the story of a round",
    "organising time noted": "Noted what organising a round took",
    "digest sent": "Sent the digest of a round",
    "round exported": "Took a file of how a round was drawn",
    "draft discarded": "Threw a draft away",
    "draft changed": "Changed a draft",
    "message sent again": "Sent a message again",
    "messages sent again": "Sent again what did not arrive of a round",
    "role given": "Gave a role",
    "role taken": "Took a role away",
    "people imported": "Imported people",
    "people exported": "Exported people",
    "scheme taken over": "Took over a scheme whose people had agreed",
    "invitations repeated": "Reminded people of their invitation",
    "history imported": "Imported history",
    "learning published": "Published a learning",
    "learning added": "Added what somebody had told them",
    "learning contested": "Had a learning taken down until somebody has looked",
    "link preview decided": "Decided whether a link is shown with what its page says",
    "source added": "Named a place to look for posts",
    "source taken away": "Took away a place to look for posts",
    "post dropped": "Dropped a post that mentions the programme",
    "post asked for": "Asked a post's author in public",
    "post claimed": "Said that a post is theirs",
    "post gone": "Took away a post that is not there any more",
    "post not claimed": "Said that a post is not about what they learned",
    "handle added": "Told where they post",
    "handle removed": "Took back where they post",
    "posts erased": "Erased posts of a handle or at an address",
    "learning declined": "Decided not to show a learning",
    "learning waiting": "Put a learning back to be looked at",
    "dealt with a reply": "Dealt with a reply",
    "took a reply for a learning": "Took a reply for a learning",
    "link sent": "Sent a link",
    "merged": "Merged two entries of a person",
    "never-pair added": "Kept two people apart",
    "never-pair removed": "Let two people meet again",
    "dates moved": "Moved a round's dates",
    "suspension ended": "Ended a suspension",
}


class TamperedAudit(Exception):
    def __init__(self, entry: int | None, reason: str) -> None:
        super().__init__(f"entry {entry}: {reason}" if entry else reason)
        self.entry = entry


def said(action: str) -> str:
    """What was done, as the beginning of a sentence."""
    return SAID.get(action, action[:1].upper() + action[1:])


def record(
    session: Session,
    actor: str,
    action: str,
    *,
    now: datetime,
    programme: int | None = None,
    subject: str = "",
    **facts: Any,
) -> None:
    """Add an entry in the caller's transaction, when it is committed: until then no query finds it. `actor`,
    `subject` and `facts` hold opaque ids and counts only.
    """
    entry = AuditEntry(
        at=now, programme_id=programme, actor=actor, action=action, subject=subject, facts=facts, digest=b""
    )
    session.flush()
    at_the_end(session, partial(_write_down, session, entry))


def _write_down(session: Session, entry: AuditEntry) -> None:
    session.flush()  # whatever else is waited for is waited for before
    head = _lock_head(session)
    entry.digest = _digest(head.digest, entry)
    head.digest, head.entries = entry.digest, head.entries + 1
    session.add(entry)
    session.add(head)
    session.flush()


def was_done(
    session: Session, programme: int, action: str, subject: str, *, by: str | None = None, **facts: Any
) -> bool:
    """Has this been done, with these facts among others, and by this one where `by` says who?"""
    done = select(AuditEntry).where(
        AuditEntry.programme_id == programme, AuditEntry.action == action, AuditEntry.subject == subject
    )
    entries = session.exec(done if by is None else done.where(AuditEntry.actor == by))
    return any(facts.items() <= entry.facts.items() for entry in entries)


def verify(session: Session) -> int:
    """Walk the chain from its first entry and return how many entries there are. O(entries).

    Raises:
        TamperedAudit: an entry was changed, removed or put in between.
    """
    previous, count = b"", 0
    for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).yield_per(1000):
        if _digest(previous, entry) != entry.digest:
            raise TamperedAudit(entry.id, "does not follow from the entry before it")
        previous, count = entry.digest, count + 1
    head = session.get(AuditHead, 1) or AuditHead()
    if (head.digest, head.entries) != (previous, count):
        raise TamperedAudit(None, f"the chain has {count} of the entries, {head.entries} were written")
    return count


def _lock_head(session: Session) -> AuditHead:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(AuditHead).values(id=1, entries=0, digest=b"").on_conflict_do_nothing())
    return session.exec(
        select(AuditHead).where(AuditHead.id == 1).with_for_update().execution_options(populate_existing=True)
    ).one()


def _digest(previous: bytes, entry: AuditEntry) -> bytes:
    said = [entry.at.isoformat(), entry.programme_id, entry.actor, entry.action, entry.subject, entry.facts]
    return hashlib.sha256(previous + json.dumps(said, sort_keys=True).encode()).digest()
