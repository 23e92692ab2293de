"""A browser in words its owner knows: enough to tell one's own from somebody else's, and no more."""

# The first that is found counts: most browsers also name the ones they descend from.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "a Mac",
    "Linux": "Linux",
}


def in_words(user_agent: str) -> str:
    """Such as "Firefox on Windows", from what it says of itself; "A browser" where that says nothing."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    return f"{browser or 'A browser'} on {system}" if system else browser or "A browser"


def _first(words: dict[str, str], user_agent: str) -> str | None:
    return next((said for mark, said in words.items() if mark in user_agent), None)
