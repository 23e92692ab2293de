"""`unmentoring doctor`: is all there that this installation stands on?"""

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from notifications.addresses import email_key
from web.clock import utc_now
from web.commands import examining
from web.commands.examining import Answer, Finding, Patient, Result
from web.commands.sessions import opening
from web.logs import blanked
from web.settings import Settings, SettingsError, environment_with

PATIENCE = 10  # seconds, for somebody else's answer


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="As a JSON list, for a program.")
@click.option("--send", metavar="EMAIL", help="Send a test message there, and wait for it to leave.")
@click.option("--dkim", "selectors", multiple=True, metavar="NAME", help="The selector of a DKIM key.")
def command(as_json: bool, send: str | None, selectors: tuple[str, ...]) -> None:
    """Look at all that this installation stands on: a line each, and exit code 1 where there is trouble."""
    to = email_key(send) if send else None
    found = []
    for finding in _findings(to, selectors):
        found.append(finding)
        if not as_json:
            click.echo(examining.in_short(finding))
    if as_json:
        told = [asdict(one) | {"says": blanked(one.says)} for one in found]
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
    if any(one.result is Result.TROUBLE for one in found):
        raise SystemExit(1)


def _findings(send: str | None, selectors: tuple[str, ...]) -> Iterator[Finding]:
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        yield examining.trouble("settings", str(error))
        return
    with opening() as database:
        patient = Patient(
            settings, database, utc_now, txt_records, ask, free_bytes, selectors, environment_with({})
        )
        yield from examining.examine(patient)
        if send:
            yield examining.send_a_test(patient, send, lambda: time.sleep(1))


def free_bytes(folder: Path) -> int:
    """Of the disk that a folder is on. OSError where it is not there."""
    return shutil.disk_usage(folder).free


def txt_records(name: str) -> list[str]:
    """None where there is no such name.

    Raises:
        OSError: nobody answers for it.
    """
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise OSError(type(error).__name__) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def ask(method: str, address: str) -> Answer:
    """One call, without following where it is sent on to.

    Raises:
        OSError: nobody answers.
    """
    request = urllib.request.Request(address, method=method)  # noqa: S310  (an http address of the settings)
    try:
        with _opener().open(request, timeout=PATIENCE) as answer:
            return Answer(answer.status, dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers))


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Stays)
