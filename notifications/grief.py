"""A death, and despair: what no machine answers. It is heard before anything else a reply may say.

Only what is said of a person counts: "the high street died" is something learned.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from notifications import titles
from notifications.keywords import any_of
from notifications.lazy_patterns import lazy_pattern

LONGEST = 600  # letters of a letter that tells of it; it stands in the first of a longer one


class Grief(StrEnum):
    READER_DIED = "the reader has died"
    PARTNER_DIED = "their partner has died"
    SOMEBODY = "somebody has died, or its writer despairs"


KIN = (
    r"(?:husband|wife|spouse|partner|mum|mam|mom|mother|dad|father|son|daughter|brother|sister|child|baby"
    r"|nan|gran|grandma|grandad|aunt|uncle|friend|fianc[ée]+|g[wŵ]r|gwraig|mam|tad)"
)
MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
# What follows where no more is said of it than when, where and how. "He passed on a tip" and "she was dead
# nice" go on otherwise.
SAID_SO = (
    r"(?=\W*$|\s*[.,;:!?)]|\s*[-–—]\s|\s+(?:so|but|yesterday|today|now|recently|suddenly|sadly|peacefully"
    rf"|earlier|aged|since|(?:last|this) (?:\w+day|week|weekend|month|year|night|morning|{MONTH})(?!['\w])"
    rf"|(?:on|in) (?:the \d|\d|\w+day\b|{MONTH}\b|hospital\b|(?:his|her|their) sleep\b)"
    r"|(?:a|two|three|some|many|several) (?:few )?(?:days?|weeks?|months?|years?)\b)\b)"
)
AN_ILLNESS = r"(?:cancer|illness|disease|covid|dementia|leuk\w+|tumour|sepsis|mnd)"
IN_JEST = (
    r"(?:laughing|a death|out|down|halfway|on (?:me|us|him|her|them)|of (?:laughter|embarrassment|boredom))"
)
# In an office it is said of who works elsewhere: "no longer with us, she has moved to Leeds".
WHERE_TO = (
    r"(?![\s\S]*\b(?:moved (?:to|on)|works?|working|joined|retired|resigned|job|role|employed|employment"
    r"|successor|replaced|replacement)\b)"
)
DIED = (
    rf"(?:died(?! {IN_JEST}\b)|(?:found )?dead{SAID_SO}|deceased|no longer with us{WHERE_TO}"
    rf"|passed (?:away|peacefully)|passed(?: on| over)?{SAID_SO}"
    r"|lost (?:his|her|their) (?:\w+ )?(?:life|battle|fight)"
    rf"(?: (?:with|to|against) (?:\w+ ){{0,2}}{AN_ILLNESS}\b|{SAID_SO})"
    r"|wedi marw|bu farw|zmar[łl]a?|chaochail)"
)
HAS = r"(?:['’]s|['’]d)?(?: (?:has|had|is|was|have|being|just|now|very|so|sadly|suddenly|peacefully|recently|unexpectedly|also))*"  # noqa: E501
AT_A_CLAUSE = (
    r"(?:^|[.,;:!?\n(-]\s*|\b(?:that|and|but|so|as|because|say|afraid|you|know|unfortunately|sadly|mae|since"
    r"|hi|hello|sorry|please|our|poor|dear) )\W*"
)
AUXILIARIES = {"will", "may"}
LATE = lazy_pattern(rf"\b(?:my|his|her|their) late {KIN}\b", re.IGNORECASE)
# "My husband Peter died", and neither "my partner's laptop died" nor "our baby project died".
NO_NAME = (
    r"(?!\S*['’]s\b|(?:laptop|computer|tablet|screen|phone|mobile|battery|wi-?fi|internet|line|signal|connection"
    r"|call|link|zoom|teams|video|car|project|scheme|idea|bid|plan|pilot|campaign|dog|cat)\b)"
)
OF_MINE = lazy_pattern(
    rf"(?:{AT_A_CLAUSE}|\bmy (?:dear |lovely |poor |late |old )?){KIN}(?:,? {NO_NAME}[a-zà-þ'’-]+){{0,2}},? ?"
    rf"{HAS} {DIED}(?!\w)"
    r"|\b(?:i|we)(?:['’]?ve| have)?(?: just| recently| sadly)? lost "
    rf"(?:(?:my|our) {KIN}|mum|mam|dad|nan|gran|grandad|the baby)\b",
    re.IGNORECASE,
)
RELATION = rf"(?:{KIN}|widow|widower|executor)"
WRITES_FOR = lazy_pattern(
    r"(?:\b(?:this is|here is|(?:i am |i['’]?m |am )?writing as)(?: now)?"
    rf" (?:his|her|their|the|[\w-]+['’]?s)(?: \w+)? (?:{RELATION}|family|carer|neighbour|secretary|colleague)"
    rf"|(?:\A\W*it['’]?s|\bi am|\bi['’]?m|\A\W*am) (?:his|her|their|[\w-]+['’]s)(?: \w+)? {RELATION})\b",
    re.IGNORECASE,
)
TAKE_OFF = lazy_pattern(
    rf"(?:{AT_A_CLAUSE}|\b(?:kindly|you|(?:like|want|wish|need|asking|you) to) )"
    + any_of(rf"""
        (?:remove|delete|erase|unsubscribe) (?:him|her|his|them|their|(?:my |the )?(?:late )?{KIN})\b
        take (?:him|her|his|them|their|(?:my |the )?(?:late )?{KIN})(?: \w+){{0,3}} (?:off|out)\b
        stop (?:text|e-?mail|messag|writ|contact|send|call|phon|ring)\w*|stop(?: (?:please|now|this|it))?\W*(?:$|[.!])
        (?:stop|cancel) (?:his|her|their|these|all|the)(?: \w+)? (?:texts?|e-?mails?|messages?|letters?|place|membership|account)\b
    """),  # noqa: E501
    re.IGNORECASE,
)
PRONOUN = lazy_pattern(
    rf"(?:{AT_A_CLAUSE}|\b{RELATION} )(?:he|she|hi|ef) ?{HAS} {DIED}(?!\w)"
    rf"|(?:{AT_A_CLAUSE}|\b(?:my|our) (?:dear |late )?){KIN}['’]?s funeral (?:was|is|took|will be)\b",
    re.IGNORECASE,
)
NO_MORE_SAID = r"(?=\W*$|\s*[.,;!]|\s(?:i|and|any ?more|cheers|thanks|sorry|regards|best)\b)"
LATELY = (
    r"(?: (?:at the moment|today|tonight|lately|recently|right now|just now|these days|again|any ?more))?"
    rf"{NO_MORE_SAID}"
)
LOW = r"(?:low|hopeless|worthless)"
DESPAIR = lazy_pattern(
    any_of(rf"""
        \bi(?:['’]?m| am| just| really)*(?: (?:want|wish|going|ready|would rather|feel like|think i want)(?: to)?)+ (?:(?:die|dying|be dead|end(?:ing)? it|not be here){NO_MORE_SAID}|end(?:ing)? my life\b)
        \b(?:kill|killing) myself\b(?! laughing)|\b(?:end|ending|take|taking) my (?:own )?life\b(?!['’])|\bend(?:ing)? it all{NO_MORE_SAID}
        \b(?:want to|going to|thinking (?:of|about)|might|feel like) (?:hurt|harm|cut)(?:t?ing)? myself\b|\bself.?harm(?:ing|ed)\b
        \bi(?:['’]?m| am| feel| have been| was)(?: \w+)? suicidal\b|\bbetter off (?:dead|without me)\b|\b(?:no|nothing)(?: reason)? to live for\b
        \bi (?:can['’]?t|cannot|can not|can no longer|ca n['’]t)(?: really)? (?:go on|cope|carry on|do this any ?more|take (?:it|this|much more|any more))(?: with (?:this|it|it all|life|everything))?{NO_MORE_SAID}
        \bi (?:do ?n['’]?t|do not) want to (?:live|be here|wake up|be alive|go on)(?: any ?more)?{NO_MORE_SAID}|\b(?:can['’]?t|cannot|not) cop(?:e|ing){NO_MORE_SAID}
        \bi(?:['’]?m| am) (?:having a (?:breakdown|really hard time|very hard time){NO_MORE_SAID}|not coping{NO_MORE_SAID}|at breaking point|in a very dark place|in a dark place{LATELY})
        \b(?:see|is|no|what['’]?s|not see) (?:the |any |much )?point (?:in|of|to) (?:living|life|going on|carrying on|being alive|being here|anything){LATELY}
        \bi(?:['’]?ve| have)(?: just| really)? had enough of (?:life|living|being alive){LATELY}
        (?:\bi(?:['’]?m| am| feel|['’]?ve been| have been)(?: feeling)?|\A\W*feeling) (?:(?:very|so|really|completely|utterly|pretty|quite|totally) )+{LOW}(?:,? and (?:\w+ )?{LOW})?{LATELY}
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
    told, asked = OF_MINE.search(said) or PRONOUN.search(said), TAKE_OFF.search(said)
    if (LATE.search(said) and asked) or (told and (asked or WRITES_FOR.search(said))):
        return Grief.READER_DIED
    if told or DESPAIR.search(said):
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
    # The name before it is enough. A row of names can be read in twice as many ways with each: "Sam Hill" is
    # one of them, and two.
    return re.search(rf"\b(?:{called}) ?(?i:{HAS} {DIED})(?!\w)", said) is not None
