"""Names of people as they are written in lists: turned round, with titles before and letters after them."""

import re
from collections.abc import Sequence

from notifications import titles
from notifications.titles import GIVEN_NAMES, LETTERS, PERHAPS, TITLES
from web.models.folding import SEARCHED, folded

AT_END = re.compile(r"\s*\(([^()]*)\)$|\s[-–—|@]\s(.+)$")
A_PLACE = re.compile(
    r"\b(councils?|cyngor|borough|county|city|district|nhs|trust|university|college|police|fire|ltd|limited|llp|"
    r"plc|cic|charity|department|dept|ministry|office|agency|authority|association|housing|cc|mbc|dc|bc|lbc?)\b"
)
A_DITTO = re.compile(
    r"(the )?same( (as|name)( (above|before|my name|name))?)?|as above|above|ditto|\"|''|”|“"
)
# What somebody does: no given name, though it stands behind a comma.
A_POST = re.compile(
    r"\b(chief|officer|manager|director|head of|lead|leader|executive|chair|secretary|assistant|clerk|"
    r"coordinator|co-ordinator|adviser|advisor|consultant|trustee|councillor for|member of|ward|retired|"
    r"volunteer)\b"
)
NO_NAME = frozenset(
    (*"n/a na none unknown tbc tba tbd ? - – — . x xx xxx anonymous anon blank nil".split(), "not given",
     "not applicable", "not known", "not provided", "prefer not to say", "no name", "to be confirmed",
     "to be announced", "to be appointed")
)  # fmt: skip
# A seat nobody has, what Eventbrite writes of guests whose buyer has not named them, and Excel of a formula
# that has found nothing.
NOBODY_YET = re.compile(
    r"(casual |current(ly)? )?(vacancy|vacancies|vacant)( (seat|post|position))?( [0-9]+)?|"
    r"(info(rmation)? requested ?)+|#(n/a|ref!|value!|name\?|div/0!|null!|num!|spill!|calc!)"
)
OF_POSTS = frozenset(
    "the of to a and acting interim vice deputy assistant parish town community county district borough ward "
    "clerk clerks clerc rfo proper finance officer officers chair chairman chairwoman chairperson secretary "
    "treasurer president leader councillor councillors cllr manager director administrator admin office "
    "council enquiries info information reception team general contact chief executive".split()
)


def in_order(typed: str) -> str:
    """A name as it is said: "Smith, Jane" becomes "Jane Smith" and "Shah, Priya, CIPFA" "Priya Shah, CIPFA".

    Letters after a name stay there. Pronouns stay at its end. Where somebody works, in brackets or behind a
    dash or a comma at the end, is left out of it, and so is their post. What cannot be understood stays as it
    is.
    """
    name = " ".join(typed.split())
    pronouns = titles.PRONOUNS.search(name)
    if pronouns and pronouns.start() and pronouns.end() == len(name):
        return in_order(name[: pronouns.start()]) + pronouns[0]
    if (end := AT_END.search(name)) and _is_elsewhere(end[1] or end[2]) and name[: end.start()].strip(" ,"):
        name = name[: end.start()].rstrip(" ,")
    parts = [part for part in (part.strip() for part in name.split(",")) if part]
    if len(parts) == 2 and _is_elsewhere(parts[1]) and len(_without_titles(parts[0])[1].split()) > 1:
        return parts[0]
    after: list[str] = []
    while len(parts) > 1 and _are_letters(parts[-1], parts[:-1]):
        after.insert(0, parts.pop())
    if len(parts) != 2:
        return name
    before, last = _without_titles(parts[0])
    if not last and folded(parts[0]) in PERHAPS:  # "Bishop, Jane" is no bishop
        before, last = [], parts[0]
    said = f"{parts[1]} {last}" if last else f"{parts[0]} {parts[1]}"
    return ", ".join([" ".join([*before, said]) if last else said, *after])


def _is_elsewhere(said: str) -> bool:
    """Is it where somebody works, or as what?"""
    return bool(A_PLACE.search(folded(said)) or A_POST.search(folded(said)))


def bare(name: str) -> str:
    """A name as it is compared: folded, in order, and without titles, letters after it and brackets."""
    said = re.sub(r"\([^()]*\)", " ", _without_pronouns(in_order(name)))
    words = folded(said.partition(",")[0], most=None).translate(SEARCHED).split()
    while len(words) > 1 and words[0].rstrip(".") in TITLES:
        words = words[1:]
    while len(words) > 2 and words[-1].replace(".", "") in LETTERS:
        words = words[:-1]
    return " ".join(words)


def first(name: str) -> str:
    """The first of somebody's names, without a title: less than the whole, for the world to read."""
    words = titles.IN_BRACKETS.sub("", _without_pronouns(in_order(name))).split()
    count = titles.count_of(words)
    if count == 0 and words[1:2] not in (["&"], ["and"]):
        # Of "Gen Field" the other is no first name.
        may_be_given = len(words) == 2 and folded(words[0]) in GIVEN_NAMES
        count = int(len(words) > 1 and folded(words[0]).rstrip(".") in TITLES and not may_be_given)
    return next(iter(words[count:]), "") or name


def _without_pronouns(name: str) -> str:
    return titles.PRONOUNS.sub("", name).strip() or name


def asked_for(known_as: str | None) -> str:
    """What somebody wishes to be called, tidied; nothing where they say that it is their name or none."""
    tidied = " ".join((known_as or "").split())
    return "" if is_missing(tidied) or is_ditto(tidied) or folded(tidied) in ("no", "yes") else tidied


def is_ditto(said: str) -> bool:
    """Does it say no more than that it is the same as another field, or as the row above?"""
    return bool(A_DITTO.fullmatch(folded(said).strip(" .")))


def is_missing(name: str) -> bool:
    """Does it say that there is no name? "Null" does not: some people are called so."""
    said = " ".join(titles.IN_BRACKETS.sub("", folded(name)).split()) or folded(name)
    is_gap = said in NO_NAME or NOBODY_YET.fullmatch(said) is not None
    return is_gap or not any(letter.isalnum() for letter in name)


def is_post(name: str) -> bool:
    """Is it nothing but what somebody does, as "The Parish Clerk" and "Office" are?"""
    return all(word in OF_POSTS for word in re.findall(r"\w+", folded(name)))


def _are_letters(part: str, before: Sequence[str]) -> bool:
    """Is it what stands after a name? Capitals that we do not know are, after a name of several words that
    has others: "Jane Smith, MXYZ".
    """
    words = [word.strip("().").replace(".", "") for word in part.split()]
    if all(folded(word) in LETTERS and not _is_like_a_name(word) for word in words if word):
        return True
    names = _without_titles(before[0])[1].split()
    is_whole = len(before) > 1 or len(names) > 1
    return is_whole and part.isupper() and all(len(word) > 1 for word in words) and not before[0].isupper()


def _is_like_a_name(word: str) -> bool:
    """Is it written as given names are? MA is a degree, and Ma is not."""
    return len(word) == 2 and word.istitle() and word not in ("Jr", "Sr")


def _without_titles(name: str) -> tuple[list[str], str]:
    """The titles a name begins with, and the rest; of nothing but titles the rest is empty."""
    words = name.split()
    count = next((n for n, word in enumerate(words) if folded(word).rstrip(".") not in TITLES), len(words))
    return words[:count], " ".join(words[count:])
