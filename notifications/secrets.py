"""Our own secrets in other people's words: links that open somebody's page, reply addresses and codes.

People quote our letters in every way there is, so what came in is searched for the secrets themselves and not
for a quotation. They are known by their shape; no key is needed. tests/web/test_tokens.py holds the two
together: whatever `web.tokens` makes is found here.
"""

import re
from collections.abc import Iterator

# A link's token is 31 letters of base64: a byte for the key, six for the link's id, sixteen that prove it.
# Ids of 31 bits leave the second byte and the third zero, which is "AA" between two letters of few.
# Proofpoint closes a link with "__" (its v3), as markdown does with one; or writes "-" and "_" in it as "-2D"
# and "-5F", and a slash as "_" (its v2). Source: Proofpoint's URLDefenseDecode.
ENDS, V2_ENDS = r"(?=_*(?![\w-])|__)", r"(?![^\W_]|-)"
BY_V2 = r"(?>-2D|-5F|[^\W_])"
OF_A_ROW = rf"[\w-][AQgw]AA[A-Za-f][\w-]{{26}}{ENDS}|{BY_V2}[AQgw]AA[A-Za-f]{BY_V2}{{26}}{V2_ENDS}"
# A token that lives as long as its person has no such mark. It stands behind a word of ours only; the slash
# may have been written anew by a gateway that looks through links ("%2F", "%252F", "-2F", "_").
STANDING = rf"(?:unsubscribe|m)(?:/|%(?:25)*2F|-2F|_)(?:[\w-]{{36}}{ENDS}|{BY_V2}{{36}}{V2_ENDS})"
REPLY_ADDRESS = r"r\.\d{1,15}\.[a-z2-7]{26}(?:@|%(?:25)*40)?"
SECRET = re.compile(f"{OF_A_ROW}|{STANDING}|{REPLY_ADDRESS}", re.IGNORECASE | re.ASCII)
# "your code is 123456", "123 456 is your code"
CODE = re.compile(r"\bcode\b\D{0,30}(\d{3}[ -]?\d{3})\b|\b(\d{3}[ -]?\d{3})\b\D{0,20}\bcode\b", re.IGNORECASE)
# How a mail program breaks a long line inside a quotation: "=" at its end, ">" before what follows.
FOLD = re.compile(r"(?<=\S)=?\r?\n[> \t|]*(?=\S)")
AROUND = " \t\r\n<>()[]{}\"'“”„«»|"


def without(text: str) -> str:
    """The text with each of our secrets taken out, and with it the whole link or address it stands in.

    O(letters).
    """
    spans = list(_spans(text))
    if not spans:
        return text
    kept, end = [], 0
    for start, stop in sorted(spans):
        kept.append(text[end : max(start, end)])
        end = max(stop, end)
    return _tidied("".join([*kept, text[end:]]))


def found_in(text: str) -> bool:
    return any(True for _ in _spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for code in CODE.finditer(text):
        yield code.span(1) if code[1] else code.span(2)
    for searched, at in ((text, range(len(text) + 1)), _unfolded(text)):
        stop = 0
        for secret in SECRET.finditer(searched):
            if secret.start() < stop:
                continue  # in the link that is taken out already: a thousand in one are looked around once
            start, stop = _whole(searched, *secret.span())
            yield at[start], at[stop - 1] + 1


def _unfolded(text: str) -> tuple[str, list[int]]:
    """Long lines put together again, and where each letter stands in `text`."""
    parts: list[str] = []
    at: list[int] = []
    end = 0
    for fold in FOLD.finditer(text):
        parts.append(text[end : fold.start()])
        at.extend(range(end, fold.start()))
        end = fold.end()
    at.extend(range(end, len(text) + 1))
    return "".join([*parts, text[end:]]), at


def _whole(text: str, start: int, stop: int) -> tuple[int, int]:
    """The link or address around a secret: as far as there is neither a blank nor a bracket."""
    while start and text[start - 1] not in AROUND:
        start -= 1
    while stop < len(text) and text[stop] not in AROUND:
        stop += 1
    return start, stop


def _tidied(text: str) -> str:
    """Without the brackets and blanks that stood around what is gone."""
    return re.sub(r"[ \t]{2,}", " ", re.sub(r"<\s*>|\(\s*\)|\[\s*\]", "", text)).strip()
