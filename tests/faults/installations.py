"""Every installation on a kind of database, lived in: the matrix of installations × routes."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.faults.trial import Outcome, Trial
from tests.support.databases import schema_of_its_own
from tests.support.world import fresh_app, settings_at
from tests.worlds.installations import Installation, every
from tests.worlds.life import IN_ORDER, Lived, live
from tests.worlds.running import running
from web.db import Database

ONE = Installation("sqlite", "smtp", "https", "waitress")
# Mistakes, made by every process of an installation as it starts.
MISTAKES = {
    "takes a choice for a tuple": """
from web.forms import joining

def offer_no_texts(form, number=None):
    form.shares.choices = [share for share in joining.SHARES if share[0] != "phone"]

joining.DetailsForm.offer_no_texts = offer_no_texts
""",
    "takes everybody for the proxy": """
import waitress

honest, forgetful = waitress.create_server, {"clear_untrusted_proxy_headers": True}
waitress.create_server = lambda app, **how: honest(app, **how | forgetful)
""",
}


def fault(trial: Trial) -> Outcome:
    """Without a mistake: in full all installations on this kind of database, in short one."""
    kind = "sqlite" if trial.url.startswith("sqlite") else "postgresql"
    wanted = [one for one in every() if one.database == kind] if trial.full else [ONE]
    routes = fresh_app(settings_at(f"sqlite:///{trial.folder / 'routes.db'}", trial.folder))
    lived = [_lived(trial, number, one, routes) for number, one in enumerate(wanted)]
    errors = sum(knock.status >= 500 for one in lived for knock in one.knocks)
    faults = sum(len(one.findings) for one in lived)
    opened, kinds = sum(one.opened for one in lived), sum(one.kinds for one in lived)
    return Outcome(
        f"{len(lived)} installations × {len(lived[0].knocks)} routes: {opened} opened as decided, "
        f"{errors} × 5xx; {kinds} messages, of every kind; {faults} faults"
        + "".join(f"\n        {_row(one, found)}" for one, found in zip(wanted, lived, strict=True)),
        "every route as decided for everybody, 0 × 5xx, every journey walked, every kind arrived, 0 faults",
        not (errors or faults),
    )


def _lived(trial: Trial, number: int, one: Installation, routes: Flask) -> Lived:
    lived, folder = Lived(), trial.folder / f"installation-{number}"
    folder.mkdir()
    with _database(trial, folder) as url, running(one, folder, url, routes, _mistake(trial, folder)) as made:
        try:
            # A mistake shows to anybody.
            live(made, lived, IN_ORDER[:1] if trial.mutant else IN_ORDER)
        except AssertionError as error:
            lived.faults.append(f"the journey ended: {str(error)[:300]}")
    return lived


def _row(one: Installation, lived: Lived) -> str:
    errors = sum(knock.status >= 500 for knock in lived.knocks)
    row = (
        f"{one!s:<52} {lived.opened:>5} of {len(lived.knocks)} routes, {errors} × 5xx, {lived.kinds} messages"
    )
    return "\n            ".join([row, *lived.findings[:5]])


@contextmanager
def _database(trial: Trial, folder: Path) -> Iterator[str]:
    """One with our tables, made once for each kind."""
    if trial.url.startswith("sqlite"):
        template = trial.folder / "template.db"
        if not template.exists():
            _upgrade(f"sqlite:///{template}")
        shutil.copy(template, folder / "unmentoring.db")
        yield f"sqlite:///{folder / 'unmentoring.db'}"
        return
    for url in schema_of_its_own(trial.url, folder.name):
        _upgrade(url)
        yield url


def _upgrade(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.dispose()


def _mistake(trial: Trial, folder: Path) -> Mapping[str, str]:
    """Python runs a `sitecustomize` on its path before anything of ours."""
    if not trial.mutant:
        return {}
    (folder / "sitecustomize.py").write_text(MISTAKES[trial.mutant])
    return {"PYTHONPATH": str(folder)}
