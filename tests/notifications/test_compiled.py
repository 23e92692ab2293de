"""Compiled templates are kept, and used only while they are what would be compiled now."""

import os
import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from notifications.compiled import CompiledTemplates


@pytest.fixture(autouse=True)
def bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def filters(tmp_path: Path) -> Path:
    file = tmp_path / "filters.py"
    file.write_text("one")
    return file


def environment(folder: Path, filters: Path, text: str = "{{ name }}", **how: bool) -> Environment:
    name = "html" if how.get("autoescape") else "text"
    cache = CompiledTemplates(folder, name, [str(filters)])
    return Environment(loader=DictLoader({"a": text}), bytecode_cache=cache, **how)


def kept(folder: Path) -> set[tuple[str, int]]:
    return {(file.name, file.stat().st_mtime_ns) for file in folder.glob("__pycache__/*.template")}


def test_a_template_is_compiled_once(tmp_path: Path, filters: Path) -> None:
    environment(tmp_path, filters).get_template("a")
    first = kept(tmp_path)
    environment(tmp_path, filters).get_template("a")
    assert (len(first), kept(tmp_path)) == (1, first)


def test_what_is_kept_says_the_same(tmp_path: Path, filters: Path) -> None:
    said = [environment(tmp_path, filters).get_template("a").render(name="<Jo>") for _ in range(2)]
    assert said == ["<Jo>", "<Jo>"]


def test_letters_of_text_and_html_keep_their_own(tmp_path: Path, filters: Path) -> None:
    environment(tmp_path, filters).get_template("a")
    html = environment(tmp_path, filters, autoescape=True).get_template("a")
    assert html.render(name="<Jo>") == "&lt;Jo&gt;"


def test_a_changed_template_is_compiled_again(tmp_path: Path, filters: Path) -> None:
    environment(tmp_path, filters).get_template("a")
    assert (
        environment(tmp_path, filters, "Hello {{ name }}").get_template("a").render(name="Jo") == "Hello Jo"
    )


def test_a_changed_filter_has_all_compiled_again(tmp_path: Path, filters: Path) -> None:
    environment(tmp_path, filters).get_template("a")
    first = kept(tmp_path)
    os.utime(filters, (1, 1))
    environment(tmp_path, filters).get_template("a")
    assert kept(tmp_path) != first


def test_what_was_compiled_for_an_image_is_used_where_it_is_run(tmp_path: Path, filters: Path) -> None:
    """The layers of an image keep when a file was changed to the second alone."""
    os.utime(filters, ns=(1_000_000_001, 1_000_000_001))
    environment(tmp_path, filters).get_template("a")
    first = kept(tmp_path)
    os.utime(filters, (1, 1))
    environment(tmp_path, filters).get_template("a")
    assert kept(tmp_path) == first


def test_where_nothing_can_be_written_it_is_compiled_for_itself(tmp_path: Path, filters: Path) -> None:
    assert environment(tmp_path / "nowhere", filters).get_template("a").render(name="Jo") == "Jo"


def test_nothing_is_written_where_python_writes_nothing(
    tmp_path: Path, filters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    environment(tmp_path, filters).get_template("a")
    assert kept(tmp_path) == set()
