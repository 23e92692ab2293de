"""What the documents say is there, is; and what is there, they say."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from web.cli import COMMANDS as FAMILIES
from web.cli import main
from web.settings import Settings

DOCS = sorted([*Path().glob("*.md"), *Path("docs").rglob("*.md"), Path("tests/README.md")])
RUNNING = Path("docs/running.md")
DECISIONS = sorted(Path("docs/decisions").glob("[0-9]*.md"))
ENVIRONMENT = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)`")
COMMAND = re.compile(r"(?:^|[`\s])unmentoring ((?:[a-z-]+ ?){1,2})", re.MULTILINE)
MAKE = re.compile(r"(?:`|^ {4})make ([a-z]+)", re.MULTILINE)
A_FILE = re.compile(r"`((?:matcher|notifications|web|tests|tools|docs)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# Words in capitals that are no settings of ours: make's own, and a test's.
OTHERS = {"PORT", "TESTS", "JOBS", "PYTHON", "CHROMIUM", "SCREENSHOTS", "UPGRADE", "NAME_FILE"}


def members(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, loaded."""
    context = click.Context(group)
    for name in group.list_commands(context):
        if command := group.get_command(context, name):
            yield name, command


def commands(group: click.Command = main, path: str = "") -> Iterator[str]:
    if isinstance(group, click.Group):
        for name, command in members(group):
            yield from commands(command, f"{path} {name}".strip())
    else:
        yield path


COMMANDS = sorted(commands())
TARGETS = re.findall(r"^([a-z]+):.*## ", Path("Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(field.upper() for field in Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in RUNNING.read_text()


def test_no_setting_is_explained_that_is_not_there() -> None:
    known = {field.upper() for field in Settings.model_fields} | OTHERS
    assert set(ENVIRONMENT.findall(RUNNING.read_text())) - known == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained(command: str) -> None:
    assert any(f"unmentoring {command}" in doc.read_text() for doc in DOCS)


@pytest.mark.parametrize(("name", "command"), list(members(main)))
def test_help_says_what_a_command_says_of_itself(name: str, command: click.Command) -> None:
    assert FAMILIES[name][1] == (command.help or "").split("\n\n")[0].replace("\n", " ")


@pytest.mark.parametrize("doc", DOCS, ids=str)
def test_no_command_is_explained_that_is_not_there(doc: Path) -> None:
    groups = {command.split()[0] for command in COMMANDS}
    for said in COMMAND.findall(doc.read_text()):
        first, *rest = said.split()
        if first.startswith("--"):
            assert any(first in option.opts for option in main.params), said
        elif first in groups:
            assert any(
                f"{said.strip()} ".startswith(f"{command} ") or command == first for command in COMMANDS
            ) or (not rest), said
        else:
            assert first in COMMANDS, said


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_explained(target: str) -> None:
    assert any(f"make {target}" in doc.read_text() for doc in DOCS)


@pytest.mark.parametrize("doc", DOCS, ids=str)
def test_no_make_target_is_explained_that_is_not_there(doc: Path) -> None:
    assert set(MAKE.findall(doc.read_text())) - set(TARGETS) == set()


@pytest.mark.parametrize("doc", DOCS, ids=str)
def test_links_between_documents_lead_somewhere(doc: Path) -> None:
    for target in LINK.findall(doc.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (doc.parent / target).exists(), target


@pytest.mark.parametrize("doc", [doc for doc in DOCS if doc not in DECISIONS], ids=str)
def test_files_of_ours_that_are_named_are_there(doc: Path) -> None:
    named = A_FILE.findall(doc.read_text())
    assert [path for path in named if not (Path(path).exists() or (doc.parent / path).exists())] == []


def test_the_index_names_every_decision_once() -> None:
    index = Path("docs/decisions/README.md").read_text()
    assert {path.name: index.count(f"({path.name})") for path in DECISIONS} == {
        path.name: 1 for path in DECISIONS
    }


def test_no_two_decisions_share_a_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.name)
def test_a_decision_names_itself_and_says_what_it_costs(decision: Path) -> None:
    text = decision.read_text()
    assert text.startswith(f"# {decision.name[:4]} ")
    assert re.search(r"\bcosts?\b", text, re.IGNORECASE)
