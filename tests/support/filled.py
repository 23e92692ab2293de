"""A story in which every table gets a row. Upgrades are tried on what it leaves: `support/past.py`.

Whoever adds a table adds to the story.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from hashlib import sha256

from sqlmodel import select

from notifications import destinations, origins, outbox, pace, receipts, suppression
from notifications.messages import Channel
from notifications.receipts import Event, What
from notifications.replies import Inbound
from notifications.tables import InboundRead, OutboxMessage
from tests.support.world import BY, World
from web.models import (
    AgendaItem,
    Answer,
    Block,
    FormerAddress,
    GatheredPost,
    GatheringServer,
    GatheringSource,
    Handle,
    HandleKind,
    Import,
    LawfulBasis,
    Learning,
    Membership,
    NeverPair,
    NotMyPost,
    Organisation,
    OrganisingTime,
    PanelMember,
    PassedOver,
    PassedOverKind,
    Person,
    ProgrammeRequest,
    Raised,
    Region,
    Review,
    ReviewAnswer,
    Reviewed,
    Rhythm,
    Role,
    RoundStory,
    Showing,
    SourceKind,
    Stance,
    Subject,
    Takeover,
    Verdict,
    Webmention,
    Work,
)
from web.models.imports import ImportKind
from web.services.agreements import agreements, answering, deciding, panels, proposals
from web.services.agreements.agreements import ChangeWanted
from web.services.agreements.panels import Judgement
from web.services.agreements.proposals import Proposer
from web.services.background import heartbeats, jobs
from web.services.common import allowances, tallies, times
from web.services.conversations import conversations, reports
from web.services.conversations.conversations import Said
from web.services.evidence import counting
from web.services.fetching.card import Card
from web.services.imports import files, uploads
from web.services.incoming import replies
from web.services.learning import learnings, previews
from web.services.organisations import doubts, organisations
from web.services.people import erasure, participation, phone_codes
from web.services.programmes import closings, programme_settings
from web.services.programmes.programme_settings import SchedulePlan
from web.services.rounds import dropouts, editing, never_pairs, rounds, top_ups

# Letters that folding and sorting stumble over.
NAMES = (
    "Élodie O'Neill", "Łukasz Żak", "Amina Shah", "Tom Jones", "Sinéad Ní Bhriain", "Jo", "Ana-María Ruiz",
    "Dilys ap Gwilym", "Wei Chen", "Noor Ali",
)  # fmt: skip
PLACES = ("Leeds City Council", "Cyngor Gwynedd", "Brent Council", "Newtown Parish Council")
FILE = "Name,Organisation,Email\nKit Marsh,Leeds CC,kit@example.org\nZoë Lunt,Brent,zoe@example.org\n"


def fill(world: World) -> None:
    for step in STEPS:
        step(world)


def organisers_and_organisations(world: World) -> None:
    world.change(hashtag="unmentoring", video_template="https://meet.example.org/{room}", prompts=["Why?"])
    world.change(mix_by="Role", mix_choices=["Officer", "Councillor"])
    world.appoint("organiser@councils.example")
    world.appoint("viewer@councils.example", Role.VIEWER)
    with world.write() as session:
        here = world.programme(session).id
        organisations.add(session, here, PLACES[0], other_names=["Leeds CC"], domains=["leeds.example"])


def organisations_that_are_two(world: World) -> None:
    with world.write() as session:
        one, other, *_ = session.exec(select(Organisation).order_by(Organisation.id)).all()
        doubts.keep_apart(session, one, other, by=BY, now=world.now)


def people(world: World) -> None:
    """The first two are reached by text; the third has not typed in her code yet."""
    for place, name in enumerate(NAMES):
        phone = {"phone": f"+4477009001{place:02}"} if place < 3 else {}
        channel = {"channel": Channel.SMS, "verified": True} if place < 2 else {}
        world.join(name, PLACES[place % len(PLACES)], **phone, **channel)
    third = person(world, 2)
    with world.write() as session:
        who = session.get_one(Person, third.id)
        phone_codes.send_code(
            session,
            who,
            who.phone or "",
            world.programme(session),
            signer=world.worker.signer,
            now=world.now,
        )
        who.about = "Libraries, and how “they” stay open"
    world.work()


def person(world: World, place: int) -> Person:
    with world.read() as session:
        return session.exec(select(Person).where(Person.name == NAMES[place])).one()


def two_who_must_not_meet(world: World) -> None:
    one, other = sorted((person(world, 4).id, person(world, 5).id))
    with world.write() as session:
        here = world.programme(session).id
        session.add(NeverPair(programme_id=here, person_1=one, person_2=other, created_at=world.now))


def somebody_not_to_be_met(world: World) -> None:
    with world.write() as session:
        who = session.get_one(Person, person(world, 3).id)
        never_pairs.add(session, who, "", "someone@example.org", now=world.now)


def when_people_are_free(world: World) -> None:
    with world.write() as session:
        who = session.get_one(Person, person(world, 6).id)
        participation.set_availability(session, who, [Block.MORNINGS, Block.EVENINGS], now=world.now)


def a_round_that_skips_one(world: World) -> None:
    with world.write() as session:
        left_out = session.get_one(Membership, (world.programme(session).id, person(world, 9).id))
        participation.skip_next(session, left_out, True, now=world.now)
    world.clock.turn(days=1)
    world.round()


def what_became_of_its_messages(world: World) -> None:
    with world.write() as session:
        introduced = session.exec(
            select(OutboxMessage.id).where(OutboxMessage.kind == "introduction").order_by(OutboxMessage.id)
        ).first()
        delivered = Event("sendgrid", "event-1", What.DELIVERED, world.now, message_id=introduced, attempt=1)
        delivered = replace(delivered, origin=origins.known(session).of(introduced or 0))
        key = world.worker.providers.key
        receipts.take(session, [delivered], key=key, now=world.now)
        nobody = "gone@example.org"
        suppression.suppress(session, Channel.EMAIL, nobody, suppression.Why.BOUNCED, key=key, now=world.now)
        pace.stop(session, "sendgrid", "the key was refused", world.now)
        # Of a provider that nothing goes by this is forgotten.
        carrier = world.worker.providers.email.name
        destinations.refused(session, carrier, "gone.example", "our mail is refused", world.now)


def an_answer_by_text(world: World) -> None:
    text = Inbound(Channel.SMS, "SM1", str(person(world, 0).phone), "HELP")
    with world.write() as session:
        replies.take(session, text, signer=world.worker.signer, now=world.now)
    world.work()


def two_who_cannot_make_it(world: World) -> None:
    """Their partners are matched with each other."""
    world.clock.turn(days=2)
    for group in world.groups()[:2]:
        with world.write() as session:
            number = world.group_of(group[0])
            dropouts.cannot_make_it(session, number, group[0], now=world.now)
    world.work()
    with world.write() as session:
        top_ups.run(session, world.programme(session), 1, None, by=BY, now=world.now)
    world.work()


def what_they_said(world: World) -> None:
    """One tells what she learned and it is published; her partner's learning waits."""
    world.clock.turn(days=8)
    leaving = person(world, 8).id
    who_stay = next(group for group in world.groups()[2:] if leaving not in group)
    for place, one in enumerate(who_stay[:2]):
        with world.write() as session:
            talk = conversations.conversation(session, world.group_of(one), one)
            link = "https://leeds.example.org/vans" if place == 0 else ""
            said = Said(Answer.MET, f"Vans, not vents ({place}).", link, Showing.WITH_NAME)
            conversations.check_in(session, talk, said, now=world.now)
    with world.write() as session:
        vans = Card(title="Sharing a van", author="Leeds City Council")
        previews.settle(session, previews.claim(session, now=world.now), vans, now=world.now)
        row = session.exec(select(Learning).order_by(Learning.id)).first()
        mark = previews.behind(session, [row])[row.id].mark
        learnings.publish(
            session, row, text=row.text, version=row.version, by=BY, now=world.now, page_says=mark
        )
    world.work()


def a_report(world: World) -> None:
    """By and about people who stay."""
    leaving = person(world, 8).id
    one, other = next(group for group in world.groups()[2:4] if leaving not in group)[:2]
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(one), one)
        reports.report(session, talk, session.get_one(Person, other), "He was late.", now=world.now)
    world.work()


def somebody_erased(world: World) -> None:
    """Who organises too."""
    world.appoint(person(world, 8).email or "", Role.VIEWER)
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person(world, 8).id), by=BY, now=world.now)
    world.work()


def evidence_kept(world: World) -> None:
    with world.write() as session:
        here = world.programme(session)
        counting.keep(session, here.id, counting.count(session, here, now=world.now))


def a_schedule(world: World) -> None:
    world.clock.turn(days=20)
    plan = SchedulePlan(
        Rhythm.MONTHLY, times.today(world.now) + timedelta(days=2), [], time(9), Region.SCOTLAND,
        [(date(2027, 12, 20), date(2028, 1, 3))], False,
    )  # fmt: skip
    who = world.appoint("organiser@councils.example")
    with world.write() as session:
        programme_settings.switch_on(session, world.programme(session), plan, by=who, now=world.now)


def a_heads_up(world: World) -> None:
    """Told by a sweep, as in life."""
    with world.write() as session:
        world.programme(session).next_round_on = times.today(world.now) + timedelta(days=2)
    world.worker.sweep()


def a_draft_mended_by_hand(world: World) -> None:
    """The first group is kept as it is, and somebody of the last is left out this once."""
    number = world.draw(seed=2)
    somebody = world.groups(number)[-1][0]
    with world.write() as session:
        editing.lock(session, world.programme(session), 1, 1, True, by=BY, now=world.now)
    with world.read() as session:
        here = world.programme(session)
        version = rounds.by_number(session, here, number).version
        made = editing.leave_out(session, here, version, somebody, today=times.today(world.now))
    with world.write() as session:
        editing.keep(session, world.programme(session), made, by=BY, now=world.now)


def a_file_that_waits(world: World) -> None:
    with world.write() as session:
        given, kind = files.look("p.csv", FILE.encode()), ImportKind.PEOPLE
        job = uploads.upload(session, world.programme(session), kind, given, by=BY, now=world.now)
        uploads.choose(session, job, job.columns, uploads.names(kind, given.sheet, job.columns))
        uploads.answer_rest_as_new(session, job)
    world.work()


def a_scheme_taken_over(world: World) -> None:
    with world.write() as session:
        job = session.exec(select(Import)).one()
        stated = Takeover(
            programme_id=job.programme_id,
            import_id=job.id,
            asked_by="The first organiser",
            asked_on=date(2026, 3, 2),
            wording="May we take you along?",
            basis=LawfulBasis.CONSENT,
            stated_by=BY,
            stated_at=world.now,
        )
        session.add(stated)


def a_programme_that_is_held(world: World) -> None:
    world.start("held", "Held")
    with world.write() as session:
        held = world.programme(session, "held").id
        outbox.hold(session, programme=str(held), reason="a pause", now=world.now)


def a_programme_that_closes(world: World) -> None:
    world.start("closing", "Closing")
    with world.write() as session:
        on = times.today(world.now) + timedelta(days=30)
        closing = world.programme(session, "closing")
        closings.announce(session, closing, on, wall_stays=True, by=BY, now=world.now)


def a_draw_that_waits_for_a_worker(world: World) -> None:
    with world.write() as session:
        jobs.ask(session, world.programme(session, "held"), Work.DRAW, None, by=BY, now=world.now)


def an_organiser_signed_in(world: World) -> None:
    world.organiser("organiser@councils.example")


def a_complaint(world: World) -> None:
    world.complain()


def an_allowance_of_today_used(world: World) -> None:
    with world.write() as session:
        allowances.take(session, allowances.What.ADDRESSES, person(world, 1).id, now=world.now)


def somebody_who_asks_to_join(world: World) -> None:
    world.ask(world.details("Rhys Late"))


def a_programme_asked_for(world: World) -> None:
    asked = ProgrammeRequest(
        founder="f0" * 10,
        email="founder@parishes.example",
        email_key="founder@parishes.example",
        name="Parishes",
        slug="parishes",
        contact="hello@parishes.example",
        why="Clerks work alone.",
        confirmed_at=world.now,
    )
    with world.write() as session:
        session.add(asked)


def a_programme_renamed(world: World) -> None:
    with world.write() as session:
        renamed = world.programme(session, "held").id
        session.add(FormerAddress(slug="held-before", programme_id=renamed, until=world.now))


def what_is_agreed_and_proposed(world: World) -> None:
    """A participant proposes and is seconded; it is open when one objects and one is concerned; a panel has
    been asked, and one of it has judged.
    """
    author, one, other, third = (person(world, place).id for place in (0, 4, 5, 6))
    change = ChangeWanted(
        Subject.OTHER, "Nobody knows.", title="Who may organise", text="Whoever asks two others."
    )
    with world.write() as session:
        programme = world.programme(session)
        made = deciding.bring(
            session, programme, change, Proposer(author, participates=True), secret="5e" * 32, now=world.now
        )
        for seconder in (one, other):
            proposals.second(session, programme, made, Proposer(seconder, participates=True), now=world.now)
        deciding.sweep(session, programme.id, now=world.now)
        for who, stance in ((one, Stance.OBJECTION), (other, Stance.CONCERN), (third, Stance.NO_OBJECTION)):
            answering.answer(session, programme, made, who, stance, "Two is few.", now=world.now)
        panel = panels.convene(session, programme, made, by=BY, now=world.now)
        members = session.exec(select(PanelMember.person_id).where(PanelMember.panel_id == panel.id)).all()
        judgements = {one.id: Judgement(True, "It is few.") for one in panels.given_to(session, panel)}
        panels.find(session, programme, made, panel, min(members), judgements, now=world.now)
    world.work()


def what_is_reviewed_and_wished(world: World) -> None:
    """Written as rows: what made them may come later than they did."""
    one, other = person(world, 4).id, person(world, 5).id
    with world.write() as session:
        programme = world.programme(session)
        asked = Review(programme_id=programme.id, asked_at=world.now, ends_at=world.now + timedelta(days=7))
        session.add(asked)
        session.flush()
        rule = agreements.about(session, programme, Subject.SHOWING).agreement
        key = {"review_id": asked.id, "agreement_id": rule.id}
        session.add(Reviewed(**key, version=1))
        answer = {"verdict": Verdict.CHANGE, "words": "Show less.", "answered_at": world.now}
        session.add(ReviewAnswer(**key, person_id=one, **answer))
        wish = {"words": "Longer rounds.", "raised_at": world.now, "person_id": other}
        session.add(AgendaItem(programme_id=programme.id, raised=Raised.SAID, **wish))


def posts_that_mention_us(world: World) -> None:
    """Written as rows: what finds and claims them may come later than they did."""
    one = person(world, 4).id
    with world.write() as session:
        here = world.programme(session).id
        at, digest = {"look_at": world.now}, sha256(b"a post").hexdigest()
        session.add(GatheringServer(host="social.example", free_at=world.now))
        source = {"kind": SourceKind.MASTODON, "server": "social.example", "hashtag": "unmentoring"}
        session.add(GatheringSource(programme_id=here, added_by=BY, added_at=world.now, **source, **at))
        wrote = {
            "handle": "jo@social.example",
            "author": "Jo",
            "words": "Vans!",
            "url": "https://social.example/1",
        }
        post = GatheredPost(
            programme_id=here, kind=SourceKind.MASTODON, url_digest=digest, found_at=world.now, **wrote, **at
        )
        session.add(post)
        session.flush()
        session.add(NotMyPost(post_id=post.id, person_id=one))
        handle = {"kind": HandleKind.MASTODON, "name": "jo@social.example"}
        session.add(Handle(person_id=one, added_at=world.now, **handle, **at))
        page = {"source": "https://blog.example/vans", "target": "http://127.0.0.1:8000/p/councils/"}
        told = {"host": "blog.example", "digest": digest, "received_at": world.now}
        session.add(Webmention(programme_id=here, **page, **told, **at))
        session.add(PassedOver(mark=digest, kind=PassedOverKind.POST, since=world.now))


def a_story_of_a_round(world: World) -> None:
    """Written as rows, as above."""
    with world.write() as session:
        programme = world.programme(session)
        number = rounds.by_number(session, programme, 1).id
        leeds = session.exec(select(Organisation.id)).first()
        told = {"went": "Most met in their first week.", "changes": "We send texts too.", "picked": [1]}
        edited = {"edited_at": world.now, "edited_by": BY, "public_since": world.now}
        session.add(RoundStory(round_id=number, programme_id=programme.id, **told, **edited))
        noted = {"minutes": 90, "noted_at": world.now, "organisation_id": leeds}
        session.add(OrganisingTime(round_id=number, by=BY, **noted))


def a_worker_heard_of(world: World) -> None:
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.5, now=world.now)
        session.add(InboundRead(provider="twilio", until=world.now))
        tallies.add(session, tallies.Counted.DRAWN, "by hand", seconds=0.25)


STEPS: tuple[Callable[[World], None], ...] = (
    organisers_and_organisations,
    people,
    organisations_that_are_two,
    two_who_must_not_meet,
    somebody_not_to_be_met,
    when_people_are_free,
    a_round_that_skips_one,
    what_became_of_its_messages,
    an_answer_by_text,
    two_who_cannot_make_it,
    what_they_said,
    a_report,
    somebody_erased,
    evidence_kept,
    a_schedule,
    a_heads_up,
    a_draft_mended_by_hand,
    a_file_that_waits,
    a_scheme_taken_over,
    a_programme_that_is_held,
    a_programme_that_closes,
    a_draw_that_waits_for_a_worker,
    an_organiser_signed_in,
    what_is_agreed_and_proposed,
    what_is_reviewed_and_wished,
    posts_that_mention_us,
    a_story_of_a_round,
    a_complaint,
    somebody_who_asks_to_join,
    an_allowance_of_today_used,
    a_programme_asked_for,
    a_programme_renamed,
    a_worker_heard_of,
)
