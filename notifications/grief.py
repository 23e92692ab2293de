"""A death, and despair: what no machine answers. It is heard before anything else a reply may say.

Only what is said of a person counts: "the high street died" is something learned.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from notifications import titles
from notifications.keywords import any_of

LONGEST = 600  # letters of a letter that tells of it; it stands in the first of a longer one


class Grief(StrEnum):
    READER_DIED = "the reader has died"
    PARTNER_DIED = "their partner has died"
    SOMEBODY = "somebody has died, or its writer despairs"


KIN = (
    r"(?:husband|wife|spouse|partner|mum|mam|mom|mother|dad|father|son|daughter|brother|sister|child|baby"
    r"|nan|gran|grandma|grandad|aunt|uncle|friend|fianc[ée]+|g[wŵ]r|gwraig|mam|tad)"
)
DIED = (
    r"(?:died|dead|passed (?:away|on|over|peacefully)|deceased|no longer with us|"
    r"lost (?:his|her|their) (?:\w+ )?(?:life|battle|fight)|wedi marw|bu farw|zmar[łl]a?|chaochail)"
)
HAS = r"(?:['’]s|['’]d)?(?: (?:has|had|is|was|have|being|just|now|very|so|sadly|suddenly|peacefully|recently|unexpectedly|also))*"  # noqa: E501
AT_A_CLAUSE = (
    r"(?:^|[.,;:!?\n(-]\s*|\b(?:that|and|but|so|as|because|say|afraid|you|know|unfortunately|sadly|mae|since"
    r"|hi|hello|sorry|please|our|poor|dear) )\W*"
)
AUXILIARIES = {"will", "may"}
LATE = re.compile(rf"\b(?:my|his|her|their) late {KIN}\b", re.IGNORECASE)
OF_MINE = re.compile(
    rf"(?:{AT_A_CLAUSE}|\bmy (?:dear |lovely |poor |late |old )?){KIN}(?:,? [a-zà-þ'’-]+){{0,2}},? ?"
    rf"{HAS} {DIED}\b"
    rf"|\b(?:i|we)(?:['’]?ve| have)?(?: just| recently| sadly)? lost my {KIN}\b",
    re.IGNORECASE,
)
WRITES_FOR = re.compile(
    r"\b(?:this is|it['’]?s|i am|i['’]?m|here is|am)(?: (?:now|writing as))?"
    r" (?:his|her|their|the|[\w-]+['’]s) (?:\w+ )?"
    rf"(?:{KIN}|widow|widower|executor|family|carer|neighbour|secretary|colleague)\b",
    re.IGNORECASE,
)
TAKE_OFF = re.compile(
    rf"\b(?:remove|delete|take|erase|unsubscribe|stop|cancel)\b[^.!?]{{0,40}}?\b(?:him|her|his|them|their|he|she|{KIN})\b",
    re.IGNORECASE,
)
NO_MORE = re.compile(r"\b(?:stop|remove|unsubscribe|take|delete|no more)\b", re.IGNORECASE)
PRONOUN = re.compile(rf"{AT_A_CLAUSE}(?:he|she|hi|ef) ?{HAS} {DIED}\b", re.IGNORECASE)
DESPAIR = re.compile(
    any_of(r"""
        \bi(?:['’]?m| am| just| really)*(?: (?:want|wish|going|ready|would rather|feel like|think i want)(?: to)?)+ (?:die|dying|be dead|end(?:ing)? (?:it all|it|my life|things)|kill(?:ing)? myself|not be here)\b
        \b(?:kill|killing|hurt|hurting|harm|harming|cut|cutting) myself\b|\b(?:end|ending|take|taking) my (?:own )?life\b|\bend(?:ing)? it all\b
        \bi(?:['’]?m| am| feel| have been| was)(?: \w+)? suicidal\b|\bbetter off (?:dead|without me)\b|\b(?:no|nothing)(?: reason)? to live for\b
        \bi (?:can['’]?t|cannot|can not|can no longer|ca n['’]t)(?: really)? (?:go on|cope|carry on|do this any ?more|take (?:it|this|much more|any more))\W*(?:$|[.,;!]|\b(?:with|any|at|i|it|and|cheers|thanks|sorry)\b)
        \bi (?:do ?n['’]?t|do not) want to (?:live|be here|wake up|be alive|go on)(?: any ?more)?\b|\b(?:can['’]?t|cannot|not) cop(?:e|ing)\W*(?:$|(?:cheers|thanks|sorry|regards|best)\b)
        \bi(?:['’]?m| am) (?:having a (?:breakdown|really hard time|very hard time)|not coping|at breaking point|in a very dark place)\b
    """),  # noqa: E501  (one way to a line)
    re.IGNORECASE,
)


def heard(text: str, reader: Sequence[str], partners: Sequence[str]) -> Grief | None:
    """What it tells of, if of that; `reader` and `partners` are what they are called. O(letters).

    That the reader of our letters has died is believed where their name is said, or by somebody who writes in
    their place and asks us to take them off.
    """
    said = " ".join(text[:LONGEST].split()).replace("’", "'")
    if _died(said, reader) and not _died(said, partners):
        return Grief.READER_DIED
    of_mine, pronoun = OF_MINE.search(said), PRONOUN.search(said)
    late = LATE.search(said) if TAKE_OFF.search(said) else None
    in_place = WRITES_FOR.search(said) or TAKE_OFF.search(said) or (of_mine and NO_MORE.search(said))
    if late or ((of_mine or pronoun) and in_place):
        return Grief.READER_DIED
    if of_mine or pronoun or DESPAIR.search(said):
        return Grief.SOMEBODY
    return Grief.PARTNER_DIED if _died(said, partners) else None


def _died(said: str, names: Sequence[str]) -> bool:
    """Is it said of one of these, by a name or a part of it? A name has its capital, unless nothing has one:
    "the scheme will have died by May" is not of Will.
    """
    bare = [titles.without(name) for name in names]
    parts = {part for name in bare for part in (name, *name.split()) if len(part) > 1}
    if not any(letter.isupper() for letter in said):
        parts = {part.lower() for part in parts} - AUXILIARIES
    elif said.isupper():
        parts = {part.upper() for part in parts}
    if not parts:
        return False
    called = "|".join(map(re.escape, sorted(parts, key=len, reverse=True)))
    return re.search(rf"\b(?:{called})(?:,? (?:{called}))* ?(?i:{HAS} {DIED})\b", said) is not None
