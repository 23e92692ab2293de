"""Background work: one pass of it. `web.background` is the process in which passes follow each other.

What is to be done stands in the database. Every message and every request is claimed there before anything is
done, so any number of passes may run at once.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import TypeVar

import structlog
from sqlmodel import Session

from notifications import chosen, delivery, destinations, outbox, receipts, reconcile, replies
from notifications.claim_size import ClaimSize
from notifications.render import Links
from notifications.sending import never
from web import scrubbing
from web.clock import utc_now
from web.db import DATABASE_AWAY, Database
from web.import_work import Importing
from web.providers import providers_of
from web.services.agreements import deciding, measuring, reviews
from web.services.background import jobs, operator_alerts
from web.services.common import allowances, links, passed_over, tallies, times
from web.services.evidence import counting, thinning
from web.services.fetching.fetching import Fetcher, Look
from web.services.gathering import feeds, offers, posts, sources, webmentions
from web.services.imports import forgetting, takeovers
from web.services.incoming import form_requests, missed_texts
from web.services.learning import previews
from web.services.organisers import organiser_sessions
from web.services.people import complaints, inactivity, joining, reachability, retention
from web.services.programmes import closings, starting
from web.services.rounds import schedule, top_ups
from web.services.rounds.drafts import SEED_BITS
from web.services.rounds.rounds import StaleDraft
from web.settings import Settings
from web.tokens import Signer, signer_of

KEEP_BODIES = timedelta(days=90)
KEEP_EVENTS = timedelta(days=30)
LOOK_BACK = timedelta(hours=1)  # before the last look: somebody else's transaction may have taken long
AWAY = timedelta(days=7)  # so long there may have been no worker, while reports came in
AT_A_TIME = 500
NIGHT = ("02:00", "05:00")  # when a large file may be rewritten

Due = TypeVar("Due")
Found = TypeVar("Found")


@dataclass
class Worker:
    """Everything one pass of background work needs."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime] = utc_now
    stopping: Callable[[], bool] = never
    signer: Signer = field(init=False)
    providers: delivery.Providers = field(init=False)
    address: Links = field(init=False)
    importing: Importing = field(init=False)
    fetcher: Fetcher = field(init=False)
    look: Look = field(init=False)
    claim_size: ClaimSize = field(init=False, default_factory=ClaimSize)
    unwritten: delivery.Unwritten = field(init=False, default_factory=delivery.Unwritten)
    sent: tallies.Kept = field(init=False, default_factory=tallies.Kept)
    retained_on: date | None = field(init=False, default=None)
    noted_at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.signer = signer_of(self.settings)
        self.providers = providers_of(self.settings, self.signer)
        self.address = links.address_maker(self.signer, self.settings.public_url)
        self.fetcher = Fetcher(self.settings.public_url, bluesky_login=self.settings.bluesky_login)
        self.look = self.fetcher.look
        self.importing = Importing(self.database, lambda: self.clock(), self.providers.key)

    def work(self) -> int:
        """Answer what was asked and send what is due until nothing is left. How many things were done."""
        done = 0
        while not self.stopping() and (step := self._step()):
            done += step
        return done

    def write_the_last(self) -> None:
        """What a provider answered and could not be written down, before this process ends."""
        self.unwritten.once_more(self.database.write)

    def _step(self) -> int:
        steps = (
            self._answer,
            self._deliver,
            self._import,
            self._errands,
            self._tell_of_an_end,
            self._tell_of_proposals,
            self._ask_for_reviews,
        )
        return sum(step() for step in takewhile(lambda _: not self.stopping(), steps))

    def sweep(self) -> None:
        """What time alone brings about, and whatever a lost wake-up left."""
        self.keep_up()
        self.work()

    def keep_up(self, after_each: Callable[[], None] = lambda: None) -> None:
        """What time alone brings about: retention, the calendar, alerts, and evidence looked for. Told to
        stop, it ends after the step it is at.

        Raises:
            Exception: what the first of its steps that is in trouble came to, once the others are done.
        """
        steps = (
            *(self._forget, self._retain, self._close, self.scrub, self.database.gather_statistics),
            *(self._measure, self._decide, self._keep_the_calendar, self._alert, self._reconcile),
        )
        trouble: Exception | None = None
        for step in takewhile(lambda _: not self.stopping(), steps):
            try:
                step()
            except DATABASE_AWAY:
                raise
            except Exception as error:  # noqa: BLE001  (no round waits for a row that cannot be forgotten)
                trouble = trouble or error
            after_each()
        if trouble:
            raise trouble

    def _forget(self) -> None:
        now = self.clock()
        with self.database.write() as session:
            joining.forget_unconfirmed(session, now=now)
            starting.forget_old(session, now=now)
            allowances.forget_yesterdays(session, now=now)
            forgetting.forget_old(session, now=now)
            organiser_sessions.forget_expired(session, now=now)
            complaints.remind(session, now=now)
            complaints.forget_old(session, now=now)
            outbox.blank_older_than(session, now - KEEP_BODIES)
            replies.forget_older_than(session, now - KEEP_BODIES)
            receipts.forget_older_than(session, now - KEEP_EVENTS)
            destinations.forget_older_than(session, now - KEEP_EVENTS)
            chosen.heed(session, self.providers, now)
            receipts.link(session, key=self.providers.key, now=now)
            since = (self.noted_at or now - AWAY) - LOOK_BACK
            reachability.refresh(session, key=self.providers.key, since=since, now=now)
            takeovers.note_told(session)
            previews.forget_unneeded(session)
            posts.forget_gone(session, key=self.providers.key, now=now)
            offers.settle_disputes(session, now=now)
            posts.forget_old(session, key=self.providers.key, now=now)
            posts.look_again(session, now=now)
            passed_over.forget_old(session, now=now)
            webmentions.forget_old(session, now=now)
        self.noted_at = now

    def _reconcile(self) -> None:
        reconcile.reconcile(
            self.database.write, self.providers, self.address, self.clock, stopping=self.stopping
        )
        reconcile.poll(self.database.write, self.providers, self.clock, stopping=self.stopping)
        missed_texts.take_all(
            self.database.write, self.providers, signer=self.signer, clock=self.clock, stopping=self.stopping
        )

    def _retain(self) -> None:
        """Once a day and worker; twice would change nothing."""
        now = self.clock()
        if self.retained_on == now.date():
            return
        for step in (retention.settle, retention.warn):
            more = True
            while more and not self.stopping():
                with self.database.write() as session:
                    more = step(session, now=now) == retention.AT_ONCE
        while not self.stopping() and self._thin():
            pass
        with self.database.write() as session:
            retention.forget_organisations(session)
            schedule.forget_old(session, now=now)
        self.retained_on = now.date()

    def _thin(self) -> int:
        with self.database.write() as session:
            now = self.clock()
            links_gone = links.delete_some(session, now=now, most=thinning.AT_ONCE)
            return thinning.thin(session, now=now) + links_gone

    def _close(self) -> None:
        """End the programmes whose last day is over, and erase who takes part in no other."""
        now = self.clock()
        with self.database.read() as session:
            over = [(one.id, counting.count(session, one, now=now)) for one in closings.due(session, now=now)]
        for programme, counted in over:
            with self._alone(programme), self.database.write() as session:
                closings.close(session, programme, counted, now=now)
        with self.database.read() as session:
            full = closings.to_be_emptied(session)
        for programme in full:
            more = True
            while more and not self.stopping():
                more = False
                with self._alone(programme), self.database.write() as session:
                    more = closings.erase_some(session, programme, now=now) == closings.AT_ONCE

    def _keep_the_calendar(self) -> None:
        """What days bring about, programme by programme: one in trouble does not stop the others."""
        now = self.clock()
        with self.database.read() as session:
            heads_ups = schedule.heads_up_due(session, now=now)
            due = schedule.due(session, now=now)
            waiting = top_ups.due(session, now=now)
            ended = inactivity.due(session, now=now)
        for programme in heads_ups:
            with self._alone(programme), self.database.write() as session:
                schedule.heads_up(session, programme, now=now)
        for programme in ended:
            with self._alone(programme), self.database.write() as session:
                inactivity.pause(session, programme, now=now)
        for round_ in waiting:
            with self._alone(round_.programme_id), self.database.write() as session:
                top_ups.run_by_itself(session, round_.id, now=now)
        for programme in due:
            with self._alone(programme):
                self._begin_round(programme, now)

    def _begin_round(self, programme: int, now: datetime) -> None:
        with self.database.read() as session:
            ready = schedule.prepare(session, programme, seed=secrets.randbits(SEED_BITS), now=now)
        if ready:
            with self.database.write() as session:
                schedule.fire(session, ready, now=now)

    @contextmanager
    def _alone(self, programme: int) -> Iterator[None]:
        log = structlog.get_logger().bind(programme=programme)
        try:
            yield
        except StaleDraft:
            log.info("people changed while a round was drawn: the next sweep draws again")
        except Exception:
            log.exception("the calendar of a programme is in trouble")

    def _alert(self) -> None:
        settings = self.settings
        if settings.alert_email:
            with self.database.write() as session:
                operator_alerts.look(session, settings.alert_email, settings, now=self.clock())

    def scrub(self) -> None:
        """What was erased leaves the files: at once, or in the night where rewriting them takes long."""
        is_night = NIGHT[0] <= times.clock(self.clock()) < NIGHT[1]
        scrubbing.scrub(self.database, largest=None if is_night else scrubbing.LARGEST)

    def count_evidence(self) -> None:
        """Where it takes too long for a page, each hour. Nobody is kept from writing meanwhile."""
        with self.database.read() as session:
            large = counting.due(session, now=self.clock())
        for programme in large:
            if self.stopping():
                return
            with self.database.write() as session:
                mine = counting.claim(session, programme.id, now=self.clock())
            if mine:
                with self.database.read() as session:
                    found = counting.count(session, programme, now=self.clock())
                with self.database.write() as session:
                    counting.keep(session, programme.id, found)

    def look_at_links(self) -> None:
        """What people's links lead to, one after the other. Nobody waits for a site meanwhile."""
        while self.settings.fetch_links and not self.stopping():
            with self.database.read() as session:
                if not previews.is_due(session, now=self.clock()):
                    return
            with self.database.write() as session:
                due = previews.claim(session, now=self.clock())
            if due:
                found = previews.look(due, self.look)
                with self.database.write() as session:
                    previews.settle(session, due, found, now=self.clock())

    def gather(self) -> None:
        """Look for posts where programmes and people have named a place, read pages that are said to mention
        us, and look once a week at what was found; tell people what was found of theirs. Nobody waits for a
        server meanwhile.
        """
        key = self.providers.key

        def claim_feed(session: Session, *, now: datetime) -> feeds.DueFeed | None:
            return feeds.claim(session, public_url=self.settings.public_url, now=now)

        self._look(
            sources.is_due, sources.claim, lambda due: sources.look(due, self.fetcher), sources.settle, key
        )
        self._look(
            webmentions.is_due,
            webmentions.claim,
            lambda due: webmentions.look(due, self.fetcher),
            webmentions.settle,
            key,
        )
        self._look(feeds.is_due, claim_feed, lambda due: feeds.look(due, self.fetcher), feeds.settle, key)
        self._look(
            posts.is_look_due,
            posts.claim_look,
            lambda due: posts.look(due, self.look),
            posts.settle_look,
            key,
        )
        with self.database.read() as session:
            untold = offers.is_anybody_untold(session, now=self.clock())
        if untold:
            with self.database.write() as session:
                offers.tell(session, now=self.clock())

    def _look(
        self,
        is_due: Callable[..., bool],
        claim: Callable[..., Due | None],
        look: Callable[[Due], Found],
        settle: Callable[..., None],
        key: bytes,
    ) -> None:
        """One after the other until nothing is due. Between claiming and settling no session is open."""
        while self.settings.fetch_links and not self.stopping():
            with self.database.read() as session:
                if not is_due(session, now=self.clock()):
                    return
            with self.database.write() as session:
                due = claim(session, now=self.clock())
            if due is not None:
                found = look(due)
                with self.database.write() as session:
                    settle(session, due, found, key=key, now=self.clock())

    def _answer(self) -> int:
        with self.database.write() as session:
            return form_requests.answer_waiting(session, now=self.clock(), limit=AT_A_TIME)

    def _import(self) -> int:
        return self.importing.step()

    def _tell_of_an_end(self) -> int:
        with self.database.read() as session:
            programme = closings.to_be_told(session)
        if programme is None:
            return 0
        with self.database.write() as session:
            return closings.tell_some(session, programme, now=self.clock()) + 1

    def _decide(self) -> None:
        """What becomes of proposals by the clock, programme by programme."""
        with self.database.read() as session:
            due = deciding.due(session, now=self.clock())
        for programme in due:
            with self._alone(programme), self.database.write() as session:
                deciding.sweep(session, programme, now=self.clock())

    def _measure(self) -> None:
        """Judge rules by the figures of the rounds that are over."""
        now = self.clock()
        with self.database.read() as session:
            due = measuring.due(session, now=now)
        for programme in due:
            with self._alone(programme):
                with self.database.read() as session:
                    rounds = measuring.count(session, programme, now=now)
                with self.database.write() as session:
                    measuring.judge(session, programme, rounds, now=now)

    def _tell_of_proposals(self) -> int:
        with self.database.read() as session:
            proposal = deciding.to_be_told(session)
        if proposal is None:
            return 0
        with self.database.write() as session:
            return deciding.tell_some(session, proposal, now=self.clock()) + 1

    def _ask_for_reviews(self) -> int:
        with self.database.read() as session:
            review = reviews.to_be_told(session)
        if review is None:
            return 0
        with self.database.write() as session:
            return reviews.tell_some(session, review, now=self.clock()) + 1

    def _errands(self) -> int:
        return jobs.run_waiting(self.database.read, self.database.write, self.clock)

    def _deliver(self) -> int:
        report = delivery.deliver_due(
            self.database.write,
            self.providers,
            self.address,
            self.clock,
            limit=AT_A_TIME,
            stopping=self.stopping,
            claim_size=self.claim_size,
            unwritten=self.unwritten,
        )
        by_provider = {
            f"{provider} {state}": count for (provider, state), count in report.by_provider.items()
        }
        self.sent.add(tallies.Counted.SENT, by_provider)
        return report.taken
