"""About `web/static/built/`: what every page loads, and what must never be in it."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.support.parts_app import parts_app
from web.http.rendering import BUILT, NotBuilt, init_look

NAMES: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
TEXTS = sorted(path for path in BUILT.glob("*-*") if path.suffix in {".css", ".js", ".svg"})


@pytest.mark.parametrize("file", TEXTS, ids=lambda path: path.name)
def test_nothing_of_the_government_s_own_identity_is_shipped(file: Path) -> None:
    found = re.findall(
        r"crown|crest|GDS Transport|gov\.uk|govuk-logo|open-government", file.read_text(), re.IGNORECASE
    )
    assert found == []


def test_no_picture_or_font_comes_along_but_ours() -> None:
    others = {
        path.name for path in BUILT.iterdir() if path.suffix in {".png", ".ico", ".woff", ".woff2", ".jpg"}
    }
    assert {re.sub(r"-[0-9a-f]{12}", "", name) for name in others} == {
        "touch-icon.png",
        *(
            f"atkinson-hyperlegible-next-{letters}-wght-{style}.woff2"
            for letters in ("latin", "latin-ext")
            for style in ("normal", "italic")
        ),
    }


def test_the_stylesheet_asks_nobody_else() -> None:
    css = (BUILT / NAMES["site.css"]).read_text()
    assert [url for url in re.findall(r"url\(([^)]+)\)", css) if "atkinson" not in url] == []
    assert "@import" not in css


def test_a_page_loads_little() -> None:
    sent = sum((BUILT / f"{NAMES[name]}.br").stat().st_size for name in ("site.css", "site.js"))
    assert sent < 30_000


def test_licences_of_what_we_ship_go_with_it() -> None:
    text = (BUILT / "licences.txt").read_text()
    assert all(part in text for part in ("govuk-frontend", "Atkinson Hyperlegible", "MIT License"))


def test_a_file_named_by_its_content_may_be_kept_for_ever() -> None:
    answer = parts_app().test_client().get("/assets/" + NAMES["site.css"])
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_scripts_are_sent_as_scripts() -> None:
    answer = parts_app().test_client().get("/assets/" + NAMES["site.js"])
    assert answer.mimetype == "text/javascript"
    answer.close()


def test_a_clone_that_was_not_set_up_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="make setup"):
        init_look(Flask("web"), built=tmp_path)
