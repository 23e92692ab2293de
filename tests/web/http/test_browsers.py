"""People tell their own browser from somebody else's by these words."""

import pytest

from web.http import browsers

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
ON = [f"{one} on {other}" for one in browsers.BROWSERS.values() for other in browsers.SYSTEMS.values()]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"{WINDOWS}; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
        (f"{WINDOWS}) {CHROME} Edg/142.0.0.0", "Edge on Windows"),
        (f"{MAC} {CHROME} OPR/124.0.0.0", "Opera on a Mac"),
        (f"{MAC} AppleWebKit/605.1.15 Version/26.1 Safari/605.1.15", "Safari on a Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) CriOS/142.0 Safari/604.1", "Chrome on an iPad"),
        (f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36", "Samsung Internet on Android"),
        (f"{ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME}", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) NewBrowser/1.0", "A browser on Linux"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_know_it(said: str, words: str) -> None:
    assert browsers.in_words(said) == words


def test_whatever_it_says_fits_into_its_column() -> None:
    assert max(map(len, ON)) <= 60
