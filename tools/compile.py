"""Compile what runs, once: our Python and our templates. Otherwise each process does, at every start where
its user may not write here.
"""

import compileall
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment

from notifications import render
from web.app import create_app
from web.settings import DEFAULT_KEY, Settings

ROOT = Path(__file__).resolve().parent.parent
OURS = ("matcher", "notifications", "web")


def main() -> int:
    sys.dont_write_bytecode = False
    compiled = [compileall.compile_dir(ROOT / folder, quiet=1) for folder in OURS]
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/never-opened.db", secret_key=DEFAULT_KEY)
        for environment in (create_app(settings).jinja_env, render.HTML, render.TEXT):
            compile_templates(environment)
    return 0 if all(compiled) else 1


def compile_templates(environment: Environment) -> None:
    for name in environment.list_templates():
        environment.get_template(name)


if __name__ == "__main__":
    sys.exit(main())
