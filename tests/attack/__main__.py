"""wapiti and sqlmap over the demo's site with an owner signed in, and over one with holes they must find.

Prints what each found in each. Exit 0 only if both came to their end, nothing was found in ours, and every
kind of hole in the other one. An hour or so; reports and logs stay in the folder it names.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.attack import scans
from tests.attack.scans import Scan
from tests.support.live import free_port

# What wapiti has to find in the site with holes; sqlmap has to find the two that lead to the database.
HOLES = ("Cross Site Scripting", "SQL Injection", "Path Traversal", "Open Redirect")
HOLES_IN_SQL = 2


def main() -> int:
    asked = _arguments()
    commands = scans.install()
    folder = Path(tempfile.mkdtemp(prefix="unmentoring-attack-"))
    print(f"reports and logs: {folder}", flush=True)
    with_holes = _canary(commands, folder / "canary", asked.minutes)
    ours = _ours(commands, folder / "site", asked.minutes)
    found = _found_every_hole(with_holes)
    clean = all(scan.done and not scan.findings for scan in ours)
    print(f"holes: {'all found' if found else 'NOT all found'}; ours: {'clean' if clean else 'NOT clean'}")
    return 0 if found and clean else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="at most, for a scanner on a site (60)")
    return parser.parse_args()


def _canary(commands: Path, folder: Path, minutes: float) -> list[Scan]:
    folder.mkdir()
    with _served([sys.executable, "-m", "tests.attack.canary", folder], folder) as (address, _):
        host = address.removeprefix("http://")
        form = "Content-Type: application/x-www-form-urlencoded"
        requests = [
            f"GET /person?id=1 HTTP/1.1\nHost: {host}\n\n",
            f"POST /search HTTP/1.1\nHost: {host}\n{form}\n\nname=Amina",
        ]
        return _both(commands, "with holes", address, folder, minutes, requests)


def _ours(commands: Path, folder: Path, minutes: float) -> list[Scan]:
    folder.mkdir()
    with _served([sys.executable, "-m", "tests.attack.site", folder], folder) as (address, line):
        known = json.loads(line)
        return _both(
            commands, "ours", address, folder, minutes, known["requests"],
            starts=[address + known["start"]], cookie=known["cookie"],
        )  # fmt: skip


def _both(
    commands: Path, name: str, address: str, folder: Path, minutes: float, requests: Sequence[str],
    *, starts: Sequence[str] = (), cookie: str = "",
) -> list[Scan]:  # fmt: skip
    done = []
    pages = partial(scans.wapiti, commands, f"{address}/", folder, minutes, starts=starts, cookie=cookie)
    database = partial(scans.sqlmap, commands, requests, address, folder, minutes)
    for scanner, scan in (("wapiti", pages), ("sqlmap", database)):
        began = time.monotonic()
        done.append(scan())
        _say(name, scanner, done[-1], time.monotonic() - began)
    return done


def _say(name: str, scanner: str, scan: Scan, seconds: float) -> None:
    end = "to its end" if scan.done else "CUT OFF"
    found = f"{len(scan.findings)} findings"
    print(f"{name}, {scanner}: {found}, {scan.requests}, {end} ({seconds:.0f} s)", flush=True)
    for finding in scan.findings:
        print(f"    {finding}", flush=True)


def _found_every_hole(both: list[Scan]) -> bool:
    web, sql = both
    kinds = {finding.partition(":")[0] for finding in web.findings}
    missing = [hole for hole in HOLES if not any(hole.lower() in kind.lower() for kind in kinds)]
    if missing:
        print(f"    wapiti found none of: {', '.join(missing)}")
    return not missing and len(sql.findings) >= HOLES_IN_SQL


@contextmanager
def _served(command: Sequence[object], folder: Path) -> Iterator[tuple[str, str]]:
    """The site on a free port: its address, and the line that it says once it listens.

    Raises:
        RuntimeError: it ended before that.
    """
    port = free_port()
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen(
            [*map(str, command), str(port)], stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        try:
            line = server.stdout.readline() if server.stdout else ""
            if not line:
                raise RuntimeError(f"it was not served: see {log.name}")
            yield f"http://127.0.0.1:{port}", line
        finally:
            server.kill()


if __name__ == "__main__":
    raise SystemExit(main())
