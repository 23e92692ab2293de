"""Every kind of message we send, as plain facts.

A message says what is true; `render` finds the words, `outbox` remembers it, `delivery` gets it there. People
are opaque ids here, links a purpose and an id: no token is stored, an address is made at delivery.

    Message
        Confirm Invitation TakenOver JoinByText AlreadyIn Welcome MyLink SignIn Organise          getting in
        PhoneCode NewAddress AddressChanged TextsStopped
        HeadsUp Introduction TryOut PassedOn PartnerGone TooLate NotThisTime Nudge CheckIn       a round
        Thanks TextAnswer PostFound Digest
        Paused Left Erased BeforeErasure                                                going away
        Proposal PanelDrawn ProposalNews Review AgendaNews                              agreements
        Closing DraftReady NotAsPlanned Reported ReadSoon Alert                         running a programme
        StartConfirm StartAsked StartNews ProgrammeBegun                                starting one
        ComplaintReceived ComplaintAnswered ComplaintWaits                              complaints about data
"""

from functools import cache

from pydantic import TypeAdapter

from notifications.messages.base import Message
from notifications.messages.complaints import ComplaintAnswered, ComplaintReceived, ComplaintWaits
from notifications.messages.getting_in import (
    AddressChanged,
    AlreadyIn,
    Confirm,
    Invitation,
    JoinByText,
    MyLink,
    NewAddress,
    Organise,
    PhoneCode,
    SignIn,
    TakenOver,
    TextsStopped,
    Welcome,
)
from notifications.messages.going_away import BeforeErasure, Erased, Left, Paused
from notifications.messages.parts import (
    BY_EMAIL,
    BY_TEXT,
    EITHER,
    LONDON,
    UNSUBSCRIBE,
    Channel,
    Decided,
    Learned,
    Link,
    Named,
    Partner,
    Programme,
    Promise,
    Recipient,
    Rule,
    Says,
    Share,
    Slot,
    WhatNext,
    end_of,
)
from notifications.messages.rounds import (
    CheckIn,
    Digest,
    HeadsUp,
    Introduction,
    NotThisTime,
    Nudge,
    PartnerGone,
    PassedOn,
    PostFound,
    TextAnswer,
    Thanks,
    TooLate,
    TryOut,
)
from notifications.messages.running import (
    AgendaNews,
    Alert,
    Closing,
    DraftReady,
    NotAsPlanned,
    PanelDrawn,
    Proposal,
    ProposalNews,
    ReadSoon,
    Reported,
    Review,
)
from notifications.messages.starting import ProgrammeBegun, StartAsked, StartConfirm, StartNews

__all__ = [
    "BY_EMAIL", "BY_KIND", "BY_TEXT", "EITHER", "KINDS", "LONDON", "UNSUBSCRIBE", "AddressChanged",
    "AgendaNews", "Alert", "AlreadyIn", "BeforeErasure", "Channel", "CheckIn", "Closing",
    "ComplaintAnswered", "ComplaintReceived", "ComplaintWaits", "Confirm", "Decided", "Digest",
    "DraftReady", "Erased", "HeadsUp", "Introduction", "Invitation", "JoinByText", "Learned", "Left",
    "Link", "Message", "MyLink", "Named", "NewAddress", "NotAsPlanned", "NotThisTime", "Nudge", "Organise",
    "PanelDrawn", "Partner", "PartnerGone", "PassedOn", "Paused", "PhoneCode", "PostFound",
    "Programme", "ProgrammeBegun", "Promise", "Proposal", "ProposalNews", "ReadSoon", "Recipient",
    "Reported", "Review", "Rule", "Says", "Share", "SignIn", "Slot", "StartAsked", "StartConfirm",
    "StartNews", "TakenOver", "TextAnswer", "TextsStopped", "Thanks", "TooLate", "TryOut",
    "Welcome", "WhatNext", "end_of", "from_json",
]  # fmt: skip

KINDS: tuple[type[Message], ...] = (
    Confirm, Invitation, TakenOver, JoinByText, AlreadyIn, Welcome, MyLink, SignIn, Organise, PhoneCode,
    NewAddress, AddressChanged, TextsStopped,
    HeadsUp, Introduction, TryOut, PassedOn, PartnerGone, TooLate, NotThisTime, Nudge, CheckIn, Thanks,
    TextAnswer, PostFound, Digest, Paused, Left, Erased, BeforeErasure,
    Proposal, PanelDrawn, ProposalNews, Review, AgendaNews, Closing, DraftReady, NotAsPlanned,
    Reported, ReadSoon, Alert, ComplaintReceived, ComplaintAnswered, ComplaintWaits,
    StartConfirm, StartAsked, StartNews, ProgrammeBegun,
)  # fmt: skip
BY_KIND: dict[str, type[Message]] = {kind.kind: kind for kind in KINDS}


def from_json(kind: str, payload: str) -> Message:
    """The message `to_json` wrote.

    Raises:
        KeyError: no such kind. pydantic.ValidationError: not what that kind holds.
    """
    return _adapter(kind).validate_json(payload)


@cache
def _adapter(kind: str) -> TypeAdapter[Message]:
    """Making those of all kinds took a tenth of a second of every start."""
    return TypeAdapter(BY_KIND[kind])
