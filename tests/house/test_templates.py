"""About the templates as files."""

import re
from pathlib import Path

import pytest

WEB = Path("web/templates")
TEMPLATES = sorted([*WEB.rglob("*.html"), *Path("notifications/templates").rglob("*.*")])
NAMED = re.compile(r"""["']([\w/{}.-]+\.html)["']""")


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_nothing_escapes_escaping(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", source)


@pytest.mark.parametrize("template", sorted(WEB.rglob("*.html")), ids=str)
def test_nothing_is_styled_or_scripted_in_passing(template: Path) -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", template.read_text())


def test_every_template_is_used() -> None:
    """A name in braces, as in f"errors/{code}.html", stands for every template of that folder."""
    sources = [*Path("web").rglob("*.py"), *WEB.rglob("*.html")]
    used = {name for source in sources for name in NAMED.findall(source.read_text())}
    patterns = [re.compile(re.sub(r"\\{.*?\\}", r"\\w+", re.escape(name))) for name in used]
    there = {path.relative_to(WEB).as_posix() for path in WEB.rglob("*.html")}
    assert {name for name in there if not any(pattern.fullmatch(name) for pattern in patterns)} == set()
