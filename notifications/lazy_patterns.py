"""Patterns that are compiled when they are first used: reading what people write takes two hundred, and every
command and worker would compile them all before it began.
"""

import re
from typing import Any, cast


def lazy_pattern(pattern: str, flags: int = 0) -> "re.Pattern[str]":
    """What `re.compile` makes of the same, at its first use.

    Raises:
        re.error: it is no pattern; at its first use.
    """
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))


class _LazyPattern:
    def __init__(self, pattern: str, flags: int) -> None:
        self._given = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        """Asked once for each name: what it finds is this object's own from then on."""
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found
