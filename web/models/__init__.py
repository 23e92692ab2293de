"""Every table of the application. Messages have their own, in `notifications.tables`.

Table models do not validate: services do. Times are UTC, and enums are stored by value. People carry
opaque ids, because ids travel to providers, logs and the audit.
"""

from notifications import tables  # noqa: F401  (its tables belong to the same database)
from web.models.agreements import (
    Agreement,
    AgreementVersion,
    Asked,
    Finding,
    How,
    Objection,
    ObjectionState,
    Panel,
    PanelMember,
    Proposal,
    ProposalAnswer,
    ProposalState,
    ProposalVersion,
    Second,
    Stance,
    Subject,
)
from web.models.allowances import Allowance
from web.models.audit import AuditEntry, AuditHead
from web.models.complaints import Complaint, Matter
from web.models.conversations import Answer, CheckIn, Learning, LearningState, Report, Showing
from web.models.evidence import KeptEvidence
from web.models.imports import Import, ImportFile, ImportKind, ImportRow, ImportState, Outcome
from web.models.jobs import Errand, Work
from web.models.links import Link, Purpose, Request, RequestKind
from web.models.organisations import Organisation, OrganisationDomain, OrganisationName, OrganisationsApart
from web.models.organiser_sessions import OrganiserSession
from web.models.organisers import Organiser, OrganiserRole, Role
from web.models.people import (
    LISTED_BY,
    TAKING_PART,
    Block,
    Consent,
    Membership,
    NeverPair,
    Person,
    PhoneCode,
    RatherNot,
    Standing,
    VideoKind,
)
from web.models.programmes import Priority, Programme, Region, Rhythm, Schedule, Tick
from web.models.rounds import Group, GroupMember, LeftOut, Round, RoundChange, RoundState, ThisOnce, TopUp
from web.models.takeovers import LawfulBasis, Takeover

__all__ = [
    "LISTED_BY",
    "TAKING_PART",
    "Agreement",
    "AgreementVersion",
    "Allowance",
    "Answer",
    "Asked",
    "AuditEntry",
    "AuditHead",
    "Block",
    "CheckIn",
    "Complaint",
    "Consent",
    "Errand",
    "Finding",
    "Group",
    "GroupMember",
    "How",
    "Import",
    "ImportFile",
    "ImportKind",
    "ImportRow",
    "ImportState",
    "KeptEvidence",
    "LawfulBasis",
    "Learning",
    "LearningState",
    "LeftOut",
    "Link",
    "Matter",
    "Membership",
    "NeverPair",
    "Objection",
    "ObjectionState",
    "Organisation",
    "OrganisationDomain",
    "OrganisationName",
    "OrganisationsApart",
    "Organiser",
    "OrganiserRole",
    "OrganiserSession",
    "Outcome",
    "Panel",
    "PanelMember",
    "Person",
    "PhoneCode",
    "Priority",
    "Programme",
    "Proposal",
    "ProposalAnswer",
    "ProposalState",
    "ProposalVersion",
    "Purpose",
    "RatherNot",
    "Region",
    "Report",
    "Request",
    "RequestKind",
    "Rhythm",
    "Role",
    "Round",
    "RoundChange",
    "RoundState",
    "Schedule",
    "Second",
    "Showing",
    "Stance",
    "Standing",
    "Subject",
    "Takeover",
    "ThisOnce",
    "Tick",
    "TopUp",
    "VideoKind",
    "Work",
]
