"""Where somebody works, as it stands behind their name in a text: between posts, thanks and apologies.

"clerk, Llanfair CC", "Trustee at Age UK Leeds", "Leeds Mind. Looking forward to it!" An organisation with
such words in its name keeps them: "Volunteer Centre Leeds", "Thanks for Life".
"""

import re

from notifications import titles
from notifications.keywords import any_of
from notifications.lazy_patterns import lazy_pattern
from web.models.folding import folded
from web.services.common import written_names

# What somebody is, where a title stands alone: "parish clerk", "housing officer", "retired teacher".
AS_WHAT = any_of("""
    chief executive|executive|officer|manager|director|leader|lead|chair(?:man|woman|person)?
    secretary|treasurer|president|convenor|assistant|administrator|clerk|clerc|rfo|co-?ordinator|advis[eo]r|consultant|trustee|governor
    councillor|cllr|cynghorydd|mayor|magistrate|volunteer|gwirfoddolwr|member|warden|churchwarden|verger|caretaker
    teacher|nurse|doctor|gp|vicar|rector|minister|curate|headteacher|librarian|organi[sz]er|worker|ceo|coo|cfo|cto
    (?:semi[- ]?)?retired|self[- ]employed|unemployed|pensioner|oap|carer|student|wedi ymddeol
""")
POST = lazy_pattern(
    rf"(?:(?:i am|i['’]?m|am|and|the|a|an|as|acting|interim|former|ex) )*"
    rf"(?:(?:[\w'’&/-]+ ){{0,4}}(?:{AS_WHAT})|(?:semi[- ]?)?retired [\w'’-]+"
    r"|(?:head|director|member|chair|leader|chief|assistant director|portfolio holder|cabinet member)"
    r" (?:of|for) [^,]+)\W*",
    re.IGNORECASE,
)
# Before where they are that: "Trustee at Age UK", "Clerk to Otley Parish Council".
POST_AT = lazy_pattern(
    rf"(?:(?:i am|i['’]?m|am|and|the|a|an) )*(?:[\w'’&/-]+ ){{0,3}}?(?:{AS_WHAT})"
    r" (?:(?:at|for|to|with|in)|of(?! parliament| policy| staff| operations| finance| the board))"
    r" (?=(?-i:[A-ZÀ-Þ])|the )",
    re.IGNORECASE,
)
# What is said to us, beside it.
ASIDE = lazy_pattern(
    r"\W*(?:"
    + any_of(r"""
        (?:(?:so|very|really|many|i['’]?m|i am) )*(?:sorry|apologies)(?:\W*$| (?:for|about|that|to|it|but|i|this|my|i['’]ve)\b.*)
        (?:many |lots of )?thanks(?:\W*$| (?:so|very|again|a lot)\b.*| for (?:the|your|this|that|getting|letting|asking|having|replying|texting|coming|all|inviting)\b.*)
        thank ?you\b.*|thankyou\b.*|thx\b.*|ta\W*$|cheers\W*$|diolch\b.*|please\W*$|pls\W*$|plis\W*$|(?:kind|best|warm)(?:est)? (?:regards|wishes)\b.*|regards\W*$|cofion\b.*
        (?:i['’]?m |i am |we are )?(?:so |really |very much )?(?:look(?:ing)? forward|excited|happy to|keen to|hoping|hope)\b.*
        (?:i|i['’](?:m|ve|d|ll)|we|you|it|that|this|my)\b(?! (?:work|am (?:a|the)|volunteer|represent)\b) .*|(?:how|what|when|where|who|why|is|do|can|could|will|would|should|if|hope|let me)\b .*
        see you\b.*|speak soon\b.*|talk soon\b.*|no (?:worries|problem|rush)\b.*|ok(?:ay)?\W*$|yes(?: please)?\W*$|(?:a |my )?(?:friend|colleague|neighbour|manager|boss) (?:\w+ )?(?:gave|told|said|sent|passed|suggested|recommended|mentioned)\b.*
        (?:sent from (?:my|outlook|mail|yahoo|samsung|proton)|get outlook)\b.*|count me in\W*$|bye\W*$|xx*\W*$
    """)  # noqa: E501
    + ")",
    re.IGNORECASE,
)
# What begins as something said to us does, and is written as a name: "Hope not Hate", "We Are With You".
NAMED_SO = lazy_pattern(
    r"(?:Hope|We|My|It['’]s|You|This|That|How|Why|What|Who|When|Where|Can|Do|Could|Will|If|Is|Let|Looking|See)"
    r"(?: (?:of|for|the|and|not|to|in|a|with|[A-ZÀ-Þ][a-zà-þ][\w'’-]*))* [A-ZÀ-Þ][a-zà-þ][\w'’-]*\W*"
)
NOWHERE = lazy_pattern(
    r"\W*(?:(?:it['’]?s |i['’]?m )?(?:just |only )?(?:me|myself)|not (?:with|in|part of|from|at) any?\b.*"
    r"|not (?:working|employed|applicable)|no (?:organi[sz]ation|company|employer|group)\b.*"
    r"|(?:just )?(?:an? )?(?:private )?(?:individual|citizen)|member of the public|(?:a )?(?:local )?resident"
    r")\W*",
    re.IGNORECASE,
)
PARTS = re.compile(r"(\s*[,;\n]+\s*|[.!]+\s+(?=\S))")


def organisation(said: str) -> str:
    """Of what stands behind a name, where they are; "" where none of it says so."""
    parts = PARTS.split(said)
    told = [(parts[at - 1] if at else "", parts[at]) for at in range(0, len(parts), 2)]
    told = [(sign, part) for sign, part in told if re.search(r"\w", part)]
    told = _until_an_aside(told)
    told = [(sign, part) for sign, part in told if not NOWHERE.fullmatch(part)]
    posts = [POST.fullmatch(part) is not None for _, part in told]
    # Of posts alone nothing is left but what they are posts of.
    kept = [one for one, is_post in zip(told, posts, strict=True) if not is_post]
    if not kept:
        kept = [one for one in told if POST_AT.match(one[1])][:1]
    found = "".join((sign if at else "") + part for at, (sign, part) in enumerate(kept))
    return "" if _is_title(found) else POST_AT.sub("", found, count=1)


def _until_an_aside(told: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Behind thanks or an apology nobody says where they work; before one they may not have."""
    asides = (at for at, (_, part) in enumerate(told) if ASIDE.fullmatch(part))
    at = next((at for at in asides if at or not NAMED_SO.fullmatch(told[0][1])), len(told))
    return told[:at]


def _is_title(said: str) -> bool:
    """As in "Margaret Pugh (Mrs)"."""
    return folded(said).strip(" .()") in titles.TITLES and not written_names.A_PLACE.search(folded(said))
