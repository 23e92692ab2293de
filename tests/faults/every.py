"""Every fault there is, in the order of the document."""

from tests.faults import (
    clocks,
    commands_killed,
    consent,
    events,
    founders,
    hostile_links,
    installations,
    killed_pairs,
    kills,
    lying_servers,
    mentions,
    naughty,
    network,
    pacing,
    points,
    poison,
    pressing,
    raw_files,
    redis_away,
    refused,
    restarts,
    restored,
    secrets_back,
    sigterms,
    sizes,
    slow_clients,
    stops,
    storage,
    telling,
    unwritten,
    upgrades,
    wandering,
)
from tests.faults.kills import Day
from tests.faults.mutants import MUTANTS
from tests.faults.trial import Fault, Outcome, Trial


def killed(trial: Trial) -> Outcome:
    """Workers killed at random while they send, and some stopped for minutes."""
    if trial.mutant:
        return _outcome(_mutant_day(trial), 0)
    return _outcome(_day(trial, stalls=trial.size(1, 20)), 0)


def killed_without_evidence(trial: Trial) -> Outcome:
    """The same, when one in twenty of the provider's events never comes."""
    day = _mutant_day(trial, lost_events=0.05) if trial.mutant else _day(trial, lost_events=0.05)
    return _outcome(day, max(1, day.kills // 20))


def _day(trial: Trial, **other: float) -> Day:
    # In full it must last long enough that the thousandth kill still hits somebody at work.
    other |= {"latency": 0.05} if trial.full else {}
    messages, deaths = trial.size(150, 20_000), trial.size(10, 1000)
    return Day(trial.url, trial.folder, messages, kills=deaths, seed=trial.seed, **other)  # type: ignore[arg-type]


def _mutant_day(trial: Trial, lost_events: float = 0.0) -> Day:
    """Slow calls, so that most kills fall into one; late events, so that only the mistake decides."""
    deaths = {"kills": 0, "stalls": 1} if trial.mutant == "no fencing" else {"kills": 15}
    return Day(
        trial.url, trial.folder, 120, **deaths, latency=0.1, events_after=30.0, lost_events=lost_events,
        seed=trial.seed, worker=MUTANTS[trial.mutant],
    )  # fmt: skip


def _outcome(day: Day, allowed: int) -> Outcome:
    verdict = kills.run(day)
    return Outcome(
        f"{day.kills} kills and {day.stalls} stalls of {day.workers} workers, {day.lost_events:.0%} of "
        f"events lost: {verdict}",
        f"none lost, at most {allowed} twice",
        verdict.lost == 0 and verdict.twice <= allowed,
    )


SQLITE, NOWHERE = ("sqlite",), ()
FAULTS = (
    Fault("kills", killed, tuple(MUTANTS)),
    Fault("kills-without-evidence", killed_without_evidence, ("no evidence",), tested_on=SQLITE),
    Fault("commands-killed", commands_killed.fault, tuple(commands_killed.MISTAKES), tests_mutants=False),
    Fault("sigterms", sigterms.fault, tuple(sigterms.MISTAKES), tested_on=SQLITE, tests_mutants=False),
    Fault(
        "killed-pairs",
        killed_pairs.fault,
        tuple(killed_pairs.MISTAKES),
        tested_on=("postgresql",),
        tests_mutants=False,
    ),
    Fault("every-point", points.fault, ("no transaction",), tested_on=SQLITE),
    Fault("restart", restarts.fault, ("claims for ever",), tested_on=SQLITE),
    # In short: web/services/rounds/test_rounds_together.py
    Fault("press-send", pressing.send, ("does not look whether it was sent",), tested_on=NOWHERE),
    Fault("queue-at-once", pressing.queue, ("no unique index",)),
    Fault("wandering", wandering.fault, tuple(wandering.MISTAKES)),
    Fault("outage", pacing.outage, ("no breaker",), tested_on=SQLITE),
    Fault("outage-of-a-day", pacing.outage_of_a_day, ("gives up",), tested_on=NOWHERE),
    Fault("too-many", pacing.too_many, ("no pace",), tested_on=SQLITE),
    Fault("lull", pacing.lull, ("learns from quiet",), tested_on=SQLITE),
    Fault("refused", refused.by_everyone, ("takes it for the mailbox",), tested_on=SQLITE),
    Fault("refused-by-one", refused.by_one_place, ("knows no places",), tested_on=SQLITE),
    Fault("poison", poison.fault, ("never parks",), tested_on=SQLITE),
    Fault("network", network.fault, ("no timeout",), tested_on=SQLITE),
    Fault("answers", unwritten.fault, ("drops the answer",)),
    Fault("events", events.fault, ("no signature",)),
    Fault("stop", stops.fault, ("looks only when queueing",)),
    Fault("storage", storage.fault, ("says thank you all the same",), tests_mutants=False),
    Fault("restored-backup", restored.fault, ("no pause", "no memory of the erased"), tested_on=SQLITE),
    Fault("restored-beside", restored.no_id_twice, ("one numbering",), tested_on=SQLITE),
    Fault(
        "raw-files",
        raw_files.fault,
        ("leaves what was erased where it is",),
        tested_on=SQLITE,
        tests_mutants=False,
    ),
    Fault(
        "naughty", naughty.fault, tuple(naughty.MUTANTS), tested_on=("postgresql",), tests_mutants=False
    ),  # it refuses more
    Fault("lying-servers", lying_servers.fault, tuple(lying_servers.MISTAKES)),
    Fault("mentions", mentions.fault, ("counts only what waits",)),
    Fault("founders", founders.fault, tuple(founders.MISTAKES)),
    Fault("hostile-links", hostile_links.fault, tuple(hostile_links.MUTANTS), tested_on=SQLITE),
    Fault("secrets-back", secrets_back.fault, secrets_back.MUTANTS, tested_on=SQLITE),
    Fault(
        "slow-clients",
        slow_clients.fault,
        ("the server's own settings",),
        tested_on=SQLITE,
        tests_mutants=False,
    ),
    Fault("sizes", sizes.fault, tuple(sizes.MISTAKES), tested_on=SQLITE, tests_mutants=False),
    Fault(
        "files-that-are-none", sizes.files_that_are_none, ("looks for the end of a row",), tested_on=SQLITE
    ),
    # In short: tests/worlds/
    Fault(
        "worlds", installations.fault, tuple(installations.MISTAKES), tested_on=NOWHERE, tests_mutants=False
    ),
    # In short: web/services/agreements/test_histories.py
    Fault("telling", telling.fault, tuple(telling.MISTAKES), tested_on=SQLITE),
    Fault(
        "consent",
        consent.fault,
        tuple(consent.MISTAKES),
        tested_on=NOWHERE,
        minutes=300,
        tests_mutants=False,
    ),
    Fault("upgrades-at-once", upgrades.at_once, ("no lock",)),
    Fault("upgrade-killed", upgrades.killed, ("each revision by itself",)),
    # In short: web/test_past.py
    Fault("upgrades", upgrades.every_revision, ("another table is emptied",), tested_on=NOWHERE),
    Fault("upgrade-of-many", upgrades.very_many, tested_on=NOWHERE),
    Fault("clock-changes", clocks.fault, ("by the clock on the wall",), tested_on=SQLITE),
    Fault(
        "redis-away",
        redis_away.fault,
        ("counts in Redis alone", "sweeps by the queue"),
        tested_on=SQLITE,
        tests_mutants=False,
    ),
)
