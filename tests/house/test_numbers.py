"""No number is glued to a plural by hand: "1 groups". `counted` has both words."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

PLURALS = (
    "people|persons|pairs|groups|rounds|organisations|messages|introductions|conversations|learnings|replies|"
    "reports|files|rows|answers|others|hours|days|weeks|texts|names|threes|changes|entries|organisers|"
    "programmes|links|sheets|columns"
)
# In a template: {{ n }} people, or {{ n ~ " people" }}, where nothing chooses between the one and the many.
IN_TEMPLATE = re.compile(rf"""\}}\}} (?:{PLURALS})\b|~ ["'] ?(?:{PLURALS})\b""")
FOLLOWS = re.compile(rf" (?:(?:more|fewer|other|new|locked) )?(?:{PLURALS})\b")
# Of these there are always several: only more than one is told of, or each row has two.
NEVER_ONE = {"pot.n", "width", "times[person]", "cost.segments"}
TEMPLATES = sorted([*Path("web/templates").rglob("*.html"), *Path("notifications/templates").rglob("*.*")])
SOURCES = sorted(
    path
    for room in ("web", "notifications", "matcher")
    for path in Path(room).rglob("*.py")
    if "migrations" not in path.parts
)


def glued(source: str) -> Iterator[str]:
    """Each f-string in which a plural follows a number, unless another stands beside it for one."""
    tree = ast.parse(source)
    chosen = {
        id(branch)
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp)
        for branch in ast.walk(node.orelse)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in chosen:
            for number, words in pairwise(node.values):
                said = str(words.value) if isinstance(words, ast.Constant) else ""
                if _is_a_count(number) and FOLLOWS.match(said):
                    yield ast.unparse(node)


def _is_a_count(part: ast.expr) -> bool:
    """A value that may be one: no constant of ours, no "size + 1", and not itself words for both."""
    if not isinstance(part, ast.FormattedValue) or isinstance(part.value, ast.Call | ast.IfExp | ast.BinOp):
        return False
    name = ast.unparse(part.value)
    return name not in NEVER_ONE and not name.rpartition(".")[2].isupper()


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_no_template_glues_a_number_to_a_plural(template: Path) -> None:
    assert IN_TEMPLATE.findall(template.read_text()) == []


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_no_code_glues_a_number_to_a_plural(path: Path) -> None:
    assert list(glued(path.read_text())) == []


@pytest.mark.parametrize("source", ['f"{n} groups"', 'f"{n:,} other people wait"'])
def test_a_glued_number_is_found(source: str) -> None:
    assert list(glued(source)) != []


def test_a_number_with_both_words_is_right() -> None:
    assert list(glued('"1 group" if n == 1 else f"{n} groups"')) == []
