"""Small sentences that several services say."""

import re
from collections.abc import Mapping, Sequence

A_PERSON = re.compile(r"\{([0-9a-f]{20})\}")
GONE = "somebody who has left"


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Put names in place of ids in braces; who has been erased is somebody who has left."""
    return A_PERSON.sub(lambda found: names.get(found[1]) or GONE, text)


def ids_in(text: str) -> list[str]:
    return A_PERSON.findall(text)


def listing(words: Sequence[str]) -> str:
    """As people say it: "Ann", "Ann and Bo", "Ann, Bo and Cy"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number with its word: "1 person", "2 people", "1,204 people"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
