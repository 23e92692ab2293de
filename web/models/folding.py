"""How names are compared, sorted and searched: without case, accents and doubled spaces."""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Integer, SQLColumnExpression, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

LONGEST = 120
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")  # looked at letter by letter; of a large file, nothing else is

# Phones write O’Neill where a keyboard writes O'Neill, and a word processor joins names by longer hyphens.
APOSTROPHES, HYPHENS = "'’‘ʼ′`", "-‐‑‒–—−"
MARKS = str.maketrans({**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(HYPHENS, "-")})
# Letters that are no other letter with an accent, as Unicode's Latin-ASCII transform (CLDR) writes them: a
# British keyboard has none of them, and whoever looks for Łukasz types Lukasz. "ß" is folded with the case.
PLAIN = {
    "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
    "ŋ": "n", "ŧ": "t", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
}  # fmt: skip
SEARCHED = MARKS | str.maketrans(PLAIN)
# Letters that somebody who writes another's name may write with an accent, or without the one it has.
ACCENTED = re.compile(r"[aeiouycgjlnswz]|[^\x00-\x7f]")


def folded(text: str, most: int | None = LONGEST) -> str:
    """As it is compared: "Élodie  Brown" becomes "elodie brown". Punctuation stays."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(NOT_ASCII.sub(_without_accents, plain).split())[:most]


def looked_for(text: str) -> str:
    """As `folded`, with apostrophes and hyphens of one kind and plain letters: whatever a keyboard writes."""
    return folded(text).translate(SEARCHED)


def is_like(kept: SQLColumnExpression[Any], wanted: str) -> ColumnElement[bool]:
    """Does a name that is kept `folded` fit a `pattern`, perhaps with % around it?

    Only a name beyond ASCII has its letters replaced: of 100,000 names that took 20 times as long.
    """
    plain = kept
    for letter, as_typed in PLAIN.items():
        plain = func.replace(plain, letter, as_typed)
    beyond_ascii = octet_length(kept) > func.length(kept)
    return kept.like(wanted, escape="/") | (beyond_ascii & plain.like(wanted, escape="/"))


def pattern(text: str) -> str:
    """For LIKE with "/" as escape, over names that are kept `folded`: any letter stands for a mark."""
    escaped = re.sub(r"([/%_])", r"/\1", looked_for(text))
    return re.sub(r"['-]", "_", escaped)


def in_letters_that_stay(name: str) -> str:
    """For LIKE with "/" as escape, over words as people write them, in small letters: any letter stands where
    an accent may. A few more are found, so look again.
    """
    escaped = re.sub(r"([/%_])", r"/\1", name.casefold())
    return re.sub("['-]", "_", ACCENTED.sub(lambda found: _any_for(found[0]), escaped.translate(MARKS)))


def _any_for(letter: str) -> str:
    return "%" if len(PLAIN.get(letter, "")) > 1 else "_"


def _without_accents(run: re.Match[str]) -> str:
    return "".join(letter for letter in run[0] if not unicodedata.combining(letter))


class octet_length(GenericFunction[int]):  # noqa: N801 - the name is that of the SQL function
    """How many bytes a text has."""

    type = Integer()
    inherit_cache = True


@compiles(octet_length, "sqlite")
def _octet_length(function: octet_length, compiler: SQLCompiler, **how: Any) -> str:
    """SQLite knows the function since 3.43."""
    return f"length(CAST({compiler.process(function.clauses, **how)} AS BLOB))"
