"""wapiti and sqlmap, each in a process of its own, and what their reports say.

Both are installed into a folder of their own: they bring parts along that would not fit beside ours. What
they would fetch from elsewhere, or have the site fetch, is left out: they speak to this machine alone.
"""

import csv
import json
import os
import subprocess
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TOOLS = ("wapiti3==3.2.3", "sqlmap==1.10.10")
FOLDER = Path(".attack")
# Of wapiti's: not those that need a server of its authors' (ssrf, xxe, log4shell …) or their lists (nikto,
# wapp); not "backup", which stumbles over the port of an address; and not those on cookies, HSTS and https:
# tests/web looks at these, and loopback has no https.
MODULES = "crlf,csp,csrf,exec,file,htaccess,ldap,methods,permanentxss,redirect,sql,timesql,upload,xss"
# Who is sent away by the scan finds nothing any more.
AWAY = ("sign-out", "/sign-in/")
TOKEN = "csrf_token"
EVERY_TECHNIQUE, NO_UNION = "BEUSTQ", "BESTQ"  # sqlmap's letters
MINUTES_A_REQUEST = 3.0
# What sqlmap itself notes of what looked like a hole and, asked again, was none: a page that shows what was
# saved a moment before looks different each time.
REJECTED = "false positive"


@dataclass(frozen=True)
class Scan:
    """What one scanner says of one site: findings, and whether it came to its end."""

    findings: tuple[str, ...]
    done: bool
    requests: str = ""


def install() -> Path:
    """The folder with both commands in it."""
    commands = FOLDER / "bin"
    if not all((commands / name).exists() for name in ("wapiti", "sqlmap")):
        venv.create(FOLDER, with_pip=True)
        subprocess.run([commands / "python", "-m", "pip", "install", "--quiet", *TOOLS], check=True)
    return commands.resolve()


def wapiti(
    commands: Path,
    address: str,
    folder: Path,
    minutes: float,
    *,
    starts: Sequence[str] = (),
    cookie: str = "",
) -> Scan:
    report = folder / "wapiti.json"
    command = [
        commands / "wapiti", "--url", address, "--scope", "domain", "--module", MODULES, "--depth", "8",
        "--flush-session", "--store-session", folder / "wapiti", "--no-bugreport", "--format", "json",
        "--output", report, "--max-scan-time", str(int(minutes * 60)), "--skip", TOKEN, "--tasks", "4",
        "--timeout", "20", "--verify-ssl", "0", "--max-files-per-dir", "6",  # of people, and the like
        *(part for start in starts for part in ("--start", start)),
        *(part for word in AWAY for part in ("--exclude", f"{address}*{word}*")),
        *(("--header", f"Cookie: {cookie}") if cookie else ()),
    ]  # fmt: skip
    ended = _run(command, folder / "wapiti.log", minutes + 5)
    if not report.exists():
        return Scan(("wapiti left no report",), done=False)
    said = json.loads(report.read_text())
    findings = [
        f"{kind}: {one['method']} {one['path']} {one['parameter'] or ''} {one['info']}"
        for part in ("vulnerabilities", "anomalies")
        for kind, all_of_it in said[part].items()
        for one in all_of_it
    ]
    pages = said["infos"].get("crawled_pages_nbr", "?")
    cut_off = "Max scan time" in (folder / "wapiti.log").read_text(errors="replace")
    return Scan(tuple(findings), ended and not cut_off, f"{pages} addresses")


def sqlmap(commands: Path, requests: Sequence[str], address: str, folder: Path, minutes: float) -> Scan:
    """Each request by itself. Where a page goes on showing whatever it was given, sqlmap's own way of telling
    a payload from what came of it takes for ever with the long payloads of UNION: such a request is tried
    again without that technique.
    """
    findings: list[str] = []
    fields, without_union, cut_off = 0, 0, 0
    until = time.monotonic() + minutes * 60
    for number, request in enumerate(requests):
        each = folder / f"sqlmap-{number}"
        each.mkdir()
        ended = _sqlmap_one(commands, request, address, each, EVERY_TECHNIQUE)
        if not ended:
            without_union += 1
            ended = _sqlmap_one(commands, request, address, each, NO_UNION)
        cut_off += not ended
        findings += _confirmed(each / "results.csv")
        fields += (each / "sqlmap.log").read_text(errors="replace").count("testing if ")
        if time.monotonic() > until:
            cut_off += len(requests) - number - 1
            break
    said = f"{fields} fields of {len(requests)} requests, {without_union} of them without UNION"
    return Scan(tuple(findings), not cut_off, said)


def _sqlmap_one(commands: Path, request: str, address: str, folder: Path, techniques: str) -> bool:
    """Whether it came to its end. What it says is in `sqlmap.log`, what it confirms in `results.csv`."""
    rule = "=" * 54
    head = f"{rule}\n12:00:00  {address}  [127.0.0.1]\n{rule}\n"  # as the proxy Burp writes its log
    (folder / "request.log").write_text(f"{head}{request}\n{rule}\n")
    command = [
        commands / "sqlmap", "-l", folder / "request.log", "--batch", "--level", "1", "--risk", "1",
        "--skip", TOKEN, "--dbms", "sqlite", "--technique", techniques, "--timeout", "20", "--retries", "1",
        "--output-dir", folder / "sqlmap", "--results-file", folder / "results.csv", "--disable-coloring",
        "--flush-session", "--skip-waf", "--answers", "skip further tests=N,keep testing the others=Y",
    ]  # fmt: skip
    ended = _run(command, folder / "sqlmap.log", MINUTES_A_REQUEST)
    return ended and "[*] ending @" in (folder / "sqlmap.log").read_text(errors="replace")


def _confirmed(results: Path) -> tuple[str, ...]:
    if not results.exists():
        return ()
    with results.open(newline="") as file:
        return tuple(
            f"SQL injection: {row['Place']} {row['Target URL']} {row['Parameter']}"
            for row in csv.DictReader(file)
            if row.get("Technique(s)") and REJECTED not in row.get("Note(s)", "")
        )


def _run(command: Sequence[object], log: Path, minutes: float) -> bool:
    """Whether it ended by itself within its time."""
    with log.open("w") as file:
        try:
            subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=file, timeout=minutes * 60, check=False,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
    return True
