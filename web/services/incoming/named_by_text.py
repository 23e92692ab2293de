"""Who somebody is and where they work, as a text says it: "YES Amina Yusuf, Leeds City Council".

A comma or a new line tells the two apart, a dash or "from" where there is neither. What else people say
before and after, "yes please", "my name is", "thanks", is no part of either, and a sentence is no name.
"""

import re
import unicodedata

from notifications import titles
from web.services.common import name_checks
from web.services.incoming import where_by_text, whose_name
from web.services.organisations import spelling

LONGEST_NAME, LONGEST_ORGANISATION = 80, 120
READ = 500  # letters of a text: both, and what people say around them
NICETIES = re.compile(
    r"(?:\W*\b(?:yes|yeah|yep|y(?=[,.:;!-])|ie|ydw|ydyn|iawn|ok|okay|hi|hiya|hello|helo|shwmae|bore da|sorry"
    r"|good (?:morning|afternoon|evening|day)|p(?:ry)?nhawn da|noswaith dda"
    r"|please|pls|plz|plis|thanks|thank you|thx|diolch|sign me up|count me in"
    r"|(?:i(?:['’]d| would) (?:like|love)|happy|keen) to (?:join|take part)(?: in (?:it|this))?"
    r"|(?:only )?just (?:seen|saw|got|read) (?:this|it|your (?:text|message))"
    r"|(?:sorry|apologies)(?: i(?:['’]ve| have| was)?)?(?: (?:for|about|only|just|the|my|a|it|been|so|very"
    r"|missed|seen|saw|got|late|delay(?:ed)?|slow|this|that|your|text|message|reply|response|away|ill|out))*"
    r"(?=\W*[.,!–—-]\W|\n))\b)+",
    re.IGNORECASE,
)
INTRODUCES = re.compile(
    r"\W*(?:(?:(?:my|the) )?name(?: is|['’]s)?\b|i am\b|i['’]?m\b|it['’]?s\b|it is\b|this is\b"
    r"|(?:fy )?enw(?: i)?(?: yw| ydi| ydy)?\b|nazywam si[ęe]\b|mam na imi[ęe]\b|mera naam\b)?\W*",
    re.IGNORECASE,
)
# "Amina here", in Welsh "Siân ydw i", in Urdu "mera naam Ayesha hai".
CALLED_SO = re.compile(r"\s+(?:here|speaking|y?dw i|sy['’]ma|(?-i:hai))\W*$", re.IGNORECASE)
# In Welsh "o Gyngor Gwynedd".
FROM = re.compile(
    r"\s+from\s+|\s+y?dw i\s+o\s+|\s+(?:o|yn gweithio (?:i|yn|gyda))\s+(?=(?:g|c|ch|ngh)yngor\b)",
    re.IGNORECASE,
)
BETWEEN = (re.compile(r"[,;\n]"), re.compile(r"\s[-–—]\s"))
# Behind a name these come before a comma: "Amina Shah - Bournemouth, Christchurch and Poole Council".
DASH = BETWEEN[1]
AT = re.compile(
    r"\s+(?:at|@|(?:and )?i work (?:for|at|in)|(?:who )?works (?:for|at))\s+(?=(?-i:[A-ZÀ-Þ]))"
    r"|\s*\((?=[^)]*[,;])",
    re.IGNORECASE,
)
# How a name begins behind "o" and "i", and how it begins by itself.
UNMUTATED = {
    "gyngor": "Cyngor", "chyngor": "Cyngor", "nghyngor": "Cyngor", "wynedd": "Gwynedd", "bowys": "Powys",
    "geredigion": "Ceredigion", "gonwy": "Conwy", "gaerdydd": "Caerdydd", "gaerffili": "Caerffili",
    "gasnewydd": "Casnewydd", "dorfaen": "Torfaen", "ferthyr": "Merthyr", "flaenau": "Blaenau",
}  # fmt: skip
# Beside a name some write how to reach them; we know the number.
CONTACT = re.compile(
    r"[\s,;.]*(?:\b(?:my )?(?:tel|mob|mobile|phone|number|e-?mail)(?: no| number| is)?[:.]?\s*)?"
    r"(?:(?<!\w)\+?\d(?:[ -]?\d){8,13}\b|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)",
    re.IGNORECASE,
)
# Words that may stand in any sentence: between two of which the first is written as names are.
BEHIND_A_NAME = re.compile(
    r"(?:\s+(?:at|of|@|/|(?:and )?i work (?:for|at|in)|(?:who )?works (?:for|at)|organi[sz]ation:?)\s+|\s*\()"
    r"(?=(?-i:[A-ZÀ-Þ]))",
    re.IGNORECASE,
)
# Whoever dictates says all of it in small letters and without a stop.
DICTATED = re.compile(
    r"\W*(?:my name is|my name['’]s|this is|it['’]?s) (\S+(?: \S+){0,3}?)"
    r" (?:(?:and )?i work (?:for|at|in)|from|and i['’]?m from"
    r"|(?:at|of)(?=.*\b(?:council|cyngor|trust|nhs|university|college|charity|church)\b)) (\S.*)"
)
# A full stop between the two, where what follows is written as a name is.
A_STOP = re.compile(r"\.\s+(?=[A-ZÀ-Þ]\S*\s+\S)")
A_NAME = re.compile(r"[A-ZÀ-Þ][\w'’.-]*(?: [A-ZÀ-Þ][\w'’.-]*){0,4}")
OF_A_PLACE = re.compile(
    r"\W*(?:(?:and )?(?:my )?(?:organi[sz]ation|org|employer)\b(?: is)?"
    r"|(?:and )?(?:i )?(?:work )?(?:for|from|at)\b|o\b(?=\s+(?:g|c)yngor\b))?\W*",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"(?:\W*\b(?:please|pls|thanks|thank you|thx|cheers|diolch|(?<=\s)(?-i:x{1,4})))+\W*$", re.IGNORECASE
)
A_SENTENCE = re.compile(
    r"(?:i['’](?:d|ll|ve)|i (?=am|want|would|have|had|do|don|can|was|work|like|think|just|will|only|live)|not"
    r"|but|what|when|where|who|why|how|if|don['’]?t|maybe|sounds"
    r"|(?:can|could|will|would|do|are|is) (?:i|you|it|this)"
    r")\b|.*[?\d]",
    re.IGNORECASE,
)


def name_and_organisation(text: str) -> tuple[str, str] | None:
    """Both, tidied; None where either is missing or cannot be."""
    said = unicodedata.normalize("NFKC", text[:READ]).strip()
    said = said[nice.end() :] if (nice := NICETIES.match(said)) else said
    as_said = CONTACT.sub("", titles.PRONOUNS.sub("", said))
    said = whose_name.turned_round(INTRODUCES.sub("", as_said, count=1))
    between = _between(said) or _behind_a_name(said) or _at_a_stop(said)
    dictated = DICTATED.fullmatch(as_said)
    if between is None and dictated is None:
        return None
    before, after = dictated.groups() if dictated else _around(said, between)
    name = _tidied(CALLED_SO.sub("", INTRODUCES.sub("", before, count=1)))
    organisation = _where(after)
    is_turned = whose_name.is_of_a_body(name) and not whose_name.is_of_a_body(organisation)
    if is_turned and " " in organisation and A_NAME.fullmatch(organisation):
        name, organisation = organisation, name
    fits = 0 < len(name) <= LONGEST_NAME and 0 < len(organisation) <= LONGEST_ORGANISATION
    is_name = not A_SENTENCE.match(name) and "?" not in after and whose_name.is_of_one(name, after)
    is_wrong = name_checks.of_a_person(name) or name_checks.of_a_body(organisation)
    can_be = fits and is_name and not is_wrong and not spelling.says_none(organisation)
    return (name, organisation) if can_be else None


def _between(said: str) -> re.Match[str] | None:
    """What tells the two apart. Behind a dash, "from" and "at" with a name before it a comma is of the
    organisation.
    """
    found = next((found for sign in BETWEEN if (found := sign.search(said, 1))), None)
    signs = [at for sign in (DASH, FROM, AT) if (at := sign.search(said, 1))]
    first = min(signs, key=re.Match.start, default=None)
    if found and first and first.start() < found.start() and _is_behind_a_name(said, first):
        return first
    return found or FROM.search(said, 1)


def _is_behind_a_name(said: str, sign: re.Match[str]) -> bool:
    before = _tidied(INTRODUCES.sub("", said[: sign.start()], count=1))
    return A_NAME.fullmatch(before) is not None


def _where(after: str) -> str:
    said = where_by_text.organisation(OF_A_PLACE.sub("", THANKS.sub("", after), count=1))
    first, space, rest = _tidied(said).partition(" ")
    return UNMUTATED.get(first.casefold(), first) + space + rest


def _behind_a_name(said: str) -> re.Match[str] | None:
    found = BEHIND_A_NAME.search(said, 1)
    return found if found and _is_behind_a_name(said, found) else None


def _at_a_stop(said: str) -> re.Match[str] | None:
    found = A_STOP.search(said, 1)
    name = _tidied(INTRODUCES.sub("", said[: found.start()], count=1)) if found else ""
    is_whole = " " in name and A_NAME.fullmatch(name) and titles.count_of(name.split()) < len(name.split())
    return found if is_whole else None


def _around(said: str, between: re.Match[str] | None) -> tuple[str, str]:
    return (said[: between.start()], said[between.end() :]) if between else (said, "")


def _tidied(said: str) -> str:
    """In one line, and without what ends a sentence or a bracket that opened elsewhere."""
    bare = re.sub(r"[^\w)]+$", "", " ".join(said.split()))
    return bare if "(" in bare else bare.rstrip(")")
