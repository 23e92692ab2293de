"""About the templates as files."""

import re
from pathlib import Path

import pytest

WEB = Path("web/templates")
TEMPLATES = sorted([*WEB.rglob("*.html"), *Path("notifications/templates").rglob("*.*")])
NAMED = re.compile(r"""["']([\w/-]+\.(?:html|txt|xml|jinja))["']""")


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_nothing_escapes_escaping(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", source)


@pytest.mark.parametrize("template", sorted(WEB.rglob("*.html")), ids=str)
def test_nothing_is_styled_or_scripted_in_passing(template: Path) -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", template.read_text())


def test_every_template_is_used() -> None:
    used = set()
    for place in (Path("web"), Path("notifications")):
        for source in [*place.rglob("*.py"), *place.rglob("*.html"), *place.rglob("*.txt")]:
            used |= set(NAMED.findall(source.read_text()))
    by_number = {f"errors/{code}.html" for code in (403, 404, 410, 413, 422, 429, 500, 503)}
    there = {path.relative_to(WEB).as_posix() for path in WEB.rglob("*.html")}
    assert there - used - by_number == set()
