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
    scanners = [asked.scanner] if asked.scanner else ["wapiti", "sqlmap"]
    with_holes = _canary(commands, folder / "canary", asked.minutes, scanners)
    ours = _ours(commands, folder / "site", asked.minutes, scanners)
    found = _found_every_hole(with_holes)
    clean = all(scan.done and not scan.findings for scan in ours.values())
    print(f"holes: {'all found' if found else 'NOT all found'}; ours: {'clean' if clean else 'NOT clean'}")
    return 0 if found and clean else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--scanner", choices=("wapiti", "sqlmap"), help="one of the two (both)")
    parser.add_argument("--minutes", type=float, default=60, help="at most, for a scanner on a site (60)")
    return parser.parse_args()


def _canary(commands: Path, folder: Path, minutes: float, scanners: Sequence[str]) -> dict[str, Scan]:
    folder.mkdir()
    with _served([sys.executable, "-m", "tests.attack.canary", folder], folder) as (address, _):
        host = address.removeprefix("http://")
        form = "Content-Type: application/x-www-form-urlencoded"
        requests = [
            f"GET /person?id=1 HTTP/1.1\nHost: {host}\n\n",
            f"POST /search HTTP/1.1\nHost: {host}\n{form}\n\nname=Amina",
        ]
        return _scanned(commands, scanners, "with holes", address, folder, minutes, requests)


def _ours(commands: Path, folder: Path, minutes: float, scanners: Sequence[str]) -> dict[str, Scan]:
    folder.mkdir()
    with _served([sys.executable, "-m", "tests.attack.site", folder], folder) as (address, line):
        known = json.loads(line)
        return _scanned(
            commands, scanners, "ours", address, folder, minutes, known["requests"],
            starts=[address + known["start"]], cookie=known["cookie"],
        )  # fmt: skip


def _scanned(
    commands: Path, scanners: Sequence[str], name: str, address: str, folder: Path, minutes: float,
    requests: Sequence[str], *, starts: Sequence[str] = (), cookie: str = "",
) -> dict[str, Scan]:  # fmt: skip
    pages = partial(scans.wapiti, commands, f"{address}/", folder, minutes, starts=starts, cookie=cookie)
    database = partial(scans.sqlmap, commands, requests, address, folder, minutes)
    scan, done = {"wapiti": pages, "sqlmap": database}, {}
    for scanner in scanners:
        began = time.monotonic()
        done[scanner] = scan[scanner]()
        _say(name, scanner, done[scanner], time.monotonic() - began)
    return done


def _say(name: str, scanner: str, scan: Scan, seconds: float) -> None:
    end = "to its end" if scan.done else "CUT OFF"
    found = f"{len(scan.findings)} findings"
    print(f"{name}, {scanner}: {found}, {scan.requests}, {end} ({seconds:.0f} s)", flush=True)
    for finding in scan.findings:
        print(f"    {finding}", flush=True)


def _found_every_hole(by_scanner: dict[str, Scan]) -> bool:
    missing = []
    if web := by_scanner.get("wapiti"):
        kinds = {finding.partition(":")[0].lower() for finding in web.findings}
        missing += [hole for hole in HOLES if not any(hole.lower() in kind for kind in kinds)]
    sql = by_scanner.get("sqlmap")
    if sql and len(sql.findings) < HOLES_IN_SQL:
        missing.append("a hole that leads to the database")
    if missing:
        print(f"    not found: {', '.join(missing)}")
    return not missing


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
