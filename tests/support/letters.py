"""One of every kind of message, for a pair and for a three, to render, queue and send."""

from dataclasses import fields
from datetime import UTC, date, datetime

from notifications import messages as m
from notifications.messages import Channel, Link, Message, Named, Partner, Programme, Recipient, Slot

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
COUNCILS = Programme("councils", "Councils Unmentoring", "hello@councils.example", "unmentoring")
AMINA = Recipient("p1", "Amina Shah", Channel.EMAIL, "amina@leeds.example", "+447700900111", known_as="Amina")
AMINA_BY_TEXT = Recipient(
    "p1", "Amina Shah", Channel.SMS, "amina@leeds.example", "+447700900111", known_as="Amina"
)
TOM = Partner(
    "p2", "Tom Field", "Kirklees Council", "I run the bins data, and I would love to hear how others do it.",
    "tom.field@example.org", "+447700900123", known_as="Tom",
)  # fmt: skip
SIAN = Partner(
    "p3",
    "Siân O’Neill",
    "Cyngor Gwynedd",
    "Housing, mostly on a bicycle.",
    phone="+447700900456",
    known_as="Siân",
)
LUNCH = Slot(datetime(2026, 12, 8, 12, 30, tzinfo=UTC), datetime(2026, 12, 8, 13, 0, tzinfo=UTC))
TEA = Slot(datetime(2026, 12, 10, 16, 0, tzinfo=UTC), datetime(2026, 12, 10, 16, 30, tzinfo=UTC))
PROMPTS = ("What are you thinking about?", "What are you doing?", "What would you like to share?")
LONG = " ".join(["August and September have so few working days"] * 4)[:200]  # as a reason may be
PAGE, CHECK_IN, CANNOT = Link("page", 11), Link("check-in", 12), Link("cannot", 13)


def links(link: Link, person: str) -> str:
    door = "m" if link.short else link.purpose
    return f"https://unm.example/{door}/{link.purpose[:2]}{link.id}{person}vXcT0aLw7RbYd3e1Q"


def introduction(*partners: Partner, first: str = "p1", **other: object) -> m.Introduction:
    facts: dict[str, object] = {
        "programme": COUNCILS, "group": "g7", "sequence": 0, "partners": partners or (TOM,),
        "first_mover": first, "slots": (LUNCH, TEA), "until": date(2026, 12, 24),
        "why": "you have never met, and Leeds and Kirklees have met only once before",
        "starts_on": date(2026, 12, 1), "prompts": PROMPTS, "video_room": None, "page": PAGE,
        "check_in": CHECK_IN, "cannot": CANNOT, "calendar_link": Link("calendar", 14),
    }  # fmt: skip
    return m.Introduction(**(facts | other))  # type: ignore[arg-type]


def try_out(*partners: Partner) -> m.TryOut:
    told = introduction(*partners)
    facts = {each.name: getattr(told, each.name) for each in fields(told)}
    return m.TryOut(**facts, reader=Named("p9", "Lena Ott"))


def everything(*partners: Partner) -> tuple[Message, ...]:
    """One of each kind, about these partners: Tom if nobody is named."""
    partners = partners or (TOM,)
    named = tuple(Named(each.person, each.name) for each in partners)
    share = (
        m.Share("Mastodon", "https://share.example/?text=a&b"),
        m.Share("LinkedIn", "https://in.example/"),
    )
    soon, later = date(2026, 12, 3), date(2027, 1, 5)
    ends = datetime(2027, 1, 5, 9, 20, tzinfo=UTC)
    return (
        m.Confirm(COUNCILS, Link("confirm", 1)),
        m.Invitation(COUNCILS, Link("invitation", 15), later, "Officers & residents, over tea."),
        m.TakenOver(COUNCILS, "Amina Shah", "Leeds City Council", "amina@leeds.example",
                    "Sam Hill, who ran it", date(2026, 3, 2), Link("invitation", 15)),
        m.JoinByText(COUNCILS, Link("confirm", 1)),
        m.JoinByText(COUNCILS, Link("confirm", 1), which=("Leeds City Council", "Leeds Trinity University")),
        m.AlreadyIn(COUNCILS, PAGE),
        m.Welcome(COUNCILS, PAGE, later),
        m.MyLink(PAGE, (COUNCILS,)),
        m.SignIn(Link("sign-in", 2)),
        m.Organise(COUNCILS, "an organiser", "draw rounds and look after people", "o@councils.example",
                   Link("organise", 2)),
        m.PhoneCode(COUNCILS, "314159"),
        m.NewAddress(Link("new-address", 3)),
        m.AddressChanged(COUNCILS),
        m.TextsStopped(PAGE),
        m.HeadsUp(COUNCILS, soon, PAGE, Link("skip", 4)),
        introduction(*partners),
        try_out(*partners),
        m.PassedOn(COUNCILS, partners[0], "Tuesday at noon?", Link("conversation", 16), PAGE),
        m.PartnerGone(COUNCILS, "g7", 1, named[:1], m.WhatNext.LOOKING, PAGE, named[1:],
                      word_by=soon),
        m.TooLate(COUNCILS, partners, date(2026, 12, 24), CANNOT, PAGE),
        m.NotThisTime(COUNCILS, "the number was odd and you would rather not be in a three", later, PAGE),
        m.Nudge(COUNCILS, partners, date(2026, 12, 24), CHECK_IN, PAGE, CANNOT, (LUNCH, TEA)),
        m.Nudge(COUNCILS, partners, date(2026, 12, 24), CHECK_IN, PAGE, pass_on=Link("conversation", 18)),
        m.CheckIn(COUNCILS, named, CHECK_IN, PAGE),
        m.Thanks(COUNCILS, named, "Gwynedd shares its vans.", CHECK_IN, PAGE, Link("wall", 5), share),
        m.Thanks(COUNCILS, named, "", CHECK_IN, PAGE, Link("wall", 5), talked=False, let_down=True),
        *(m.TextAnswer(says, COUNCILS, PAGE, partners, later) for says in m.Says),
        m.TextAnswer(m.Says.ORGANISERS_READ, COUNCILS, PAGE, until=later),
        m.TextAnswer(m.Says.STRANGER, join_word="councils"),
        m.TextAnswer(m.Says.NO_SUCH_WORD),
        m.PostFound(COUNCILS, ("example.social",), PAGE),
        m.PostFound(COUNCILS, ("example.social", "jo.example.org"), PAGE),
        m.Digest(COUNCILS, "the November round", (m.Learned("Ask the crews first.", named[0]),
                 m.Learned("Tea helps.")), Link("wall", 5), PAGE, 31, 36, later),
        m.Digest(COUNCILS, "round 3", (), None, PAGE, 31, 36, later, 60),
        m.Paused(COUNCILS, PAGE, later),
        m.Left(COUNCILS, Link("join", 6)),
        m.Erased(COUNCILS),
        m.Erased(COUNCILS, talked=False, asked=False),
        m.BeforeErasure(COUNCILS, later, PAGE),
        m.Proposal(COUNCILS, "How we match", "Groups: threes instead of pairs", "pairs cancel", ends,
                   Link("proposal", 7), PAGE),
        m.Proposal(COUNCILS, "How we match", "Groups: threes instead of pairs", "pairs cancel", ends,
                   Link("proposal", 7), PAGE, urgent=True),
        m.Proposal(COUNCILS, "Who may organise", "A new agreement, “Who may organise”: anybody", "we are few",
                   ends, Link("proposal", 7), PAGE, amended=True, reminder=True),
        m.Proposal(COUNCILS, "Who may organise", "A new agreement, “Who may organise”: anybody", "we are few",
                   ends, Link("proposal", 7), PAGE, amended=True, objected=True),
        m.PanelDrawn(COUNCILS, "Groups: threes instead of pairs", ends, Link("panel", 7), PAGE),
        m.PanelDrawn(COUNCILS, "Groups: pairs", ends, Link("panel", 7), PAGE, in_force=True),
        m.ProposalNews(COUNCILS, "How we match", "A panel has found that the objection holds.",
                       Link("proposals", 7), is_objection=True),
        m.ProposalNews(COUNCILS, "Who may organise",
                       "Somebody objects to what you proposed. It is not adopted until that is met, or "
                       "people drawn by chance find that it does not hold. Amend it, take it back or ask a "
                       "panel within 14 days, or it is withdrawn.", Link("proposal", 7)),
        m.ProposalNews(COUNCILS, "How we match", "Its time is over, and no objection stands.",
                       Link("proposals", 7)),
        m.Review(COUNCILS, (m.Rule("How we match", ("Groups: pairs", "What comes first: fresh rounds")),),
                 ends, Link("review", 17), PAGE),
        m.Review(COUNCILS, (m.Rule("How we match", ("Groups: pairs",)), m.Rule("Our days", ("A month: 28",))),
                 ends, Link("review", 17), PAGE),
        m.Review(COUNCILS, (m.Rule("Who may organise", ("Anybody who asks.",)),), ends, Link("review", 17),
                 PAGE, may_drop=True),
        m.AgendaNews(COUNCILS, (m.Decided("Longer rounds.", "The organisers declined it, because August."),
                     m.Decided("Fewer letters.", "It has been done.")), PAGE),
        m.AgendaNews(COUNCILS, (m.Decided("Longer rounds.", f"The organisers declined it, because {LONG}."),
                     m.Decided("Fewer letters.", "It has been done.")), PAGE),
        m.ProposalNews(COUNCILS, "How we match", "The organisers do not show what you wrote, because "
                       f"{LONG}. It counts all the same. You can write it anew.", Link("proposal", 7)),
        m.Closing(COUNCILS, later, "All details are erased a month later.", PAGE),
        m.Closing(COUNCILS, later, "Your details and your place are kept.", PAGE, stays_open=True),
        m.DraftReady(COUNCILS, soon, "41 people in 20 groups, one of them a three", Link("draft", 8)),
        m.NotAsPlanned(COUNCILS, soon, "Nobody was in the pot.", None, Link("schedule", 8)),
        m.Reported(COUNCILS, Link("reports", 10)),
        m.ReadSoon(COUNCILS, Link("/organise/councils/replies", 0), stopped=True),
        m.ReadSoon(COUNCILS, Link("/organise/councils/replies", 0), until=later),
        m.ReadSoon(COUNCILS, Link("/organise/councils/replies", 0)),
        m.ReadSoon(COUNCILS, Link("/organise/councils/replies", 0), of_harm=True),
        m.ReadSoon(COUNCILS, Link("/operate/replies", 0), of_harm=True, elsewhere=True),
        m.ComplaintReceived(COUNCILS, "K7QM-3XRT-9WPA", later, Link("complaint", 16)),
        m.ComplaintReceived(None, "K7QM-3XRT-9WPA", later, Link("complaint", 16)),
        m.ComplaintAnswered(COUNCILS, "K7QM-3XRT-9WPA", "Your number was shown by mistake.\nNow it is not.",
                            Link("complaint", 16)),
        m.ComplaintWaits(COUNCILS, later, Link("complaints", 16)),
        m.ComplaintWaits(COUNCILS, later, Link("complaints", 16), due=True),
        m.ComplaintWaits(None, later, Link("complaints", 16)),
        m.ComplaintWaits(None, later, Link("complaints", 16), due=True),
        m.StartConfirm(Link("start", 17)),
        m.StartAsked("Parishes", "/p/parishes/", True, Link("/p/parishes/", 0)),
        m.StartAsked("Parishes", "/p/parishes/", False, Link("decide", 18)),
        m.StartNews("Parishes", "declined", "There is one already", Link("start", 17)),
        m.StartNews("Parishes", "expired", "", Link("/start", 0)),
        m.StartNews("Parishes", "address taken", "", Link("start", 17)),
        m.ProgrammeBegun(COUNCILS, Link("organise", 19)),
        m.Alert("sendgrid refuses our key", "Nothing is lost; 120 messages wait.", Link("outbox", 9)),
        m.MyLink(PAGE, (COUNCILS,), helps=True),
        m.MyLink(PAGE, shared=True),
    )  # fmt: skip
