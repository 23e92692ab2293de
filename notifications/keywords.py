"""What somebody's own words ask for: STOP, MET, SKIP … or a learning.

The first line or sentence decides; thanks, apologies, a name or a signature after it change nothing. Whatever
is no word is a learning: nothing is guessed that would change a row.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_WAY = 120  # letters in which a word can be said
LONGEST_NAME = 80


class Word(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    YES = "yes"  # what it says depends on what was asked; to who had sent STOP it is START
    JOIN = "join"  # with a programme's word, or without one
    MET = "met"
    NOT_YET = "not yet"
    COULD_NOT = "could not"
    SKIP = "skip"
    LEARNING = "learning"  # anything else that somebody wrote themselves
    UNCLEAR = "unclear"  # of a reply that was kept: an organiser has to read it
    NOTHING = "nothing"  # empty, or written by a machine


@dataclass(frozen=True)
class Understood:
    """`learning` is what is left once the word is taken off: "Met. We share vans now", "JOIN councils"."""

    word: Word
    learning: str = ""


def any_of(ways: str) -> str:
    """A pattern of alternatives, written one to a line."""
    return "|".join(way for line in ways.splitlines() if (way := line.strip()))


# Said before or after a word, these change nothing.
COURTESY = any_of("""
    please|pls|plz|thanks|thank you|thankyou|many thanks|thx|ta|cheers|diolch
    sorry|apologies|i'm afraid|im afraid
    hi|hello|dear all|hi there|hi all|good morning|good afternoon
    ok|okay|regards|best|kind regards|x+
""")
AROUND = re.compile(rf"^(?:(?:{COURTESY})\b ?)+|(?: ?\b(?:{COURTESY}))+$")
WHEN = any_of(r"""
    up|today|yesterday|already|last week|this week|this morning|last night|now|the other day
    on \w+day|last \w+day
    online|in person|for coffee|for lunch|on teams|on zoom|by phone
""")
THIS = "me|this|the|next|it|one|round|time|month|week|out|for|now|coming"
# Of STOP, START and HELP each begins with Twilio's default keywords. Carriers act on them too, and on "yes".
WAYS = {
    Word.STOP: any_of(r"""
        stop|unsubscribe|end|quit|stop ?all|revoke|opt ?-?out|cancel
        unsubscribe me|opt me out|arr[eê]t|leave me alone|not interested
        (?:stop|unsubscribe)(?: (?:please|now|it|this|me|all|everything|texting|emailing|messages|texts|emails))*
        stop (?:texting|emailing|mailing|messaging|contacting|writing to|sending)(?: [a-z]+){0,4}
        (?:do not|don't|dont|never) (?:text|e-?mail|mail|contact|message|write to|ring|call)(?: (?:me|us|again|ever|any ?more|this number))*
        no (?:more|further) (?:texts|emails|messages|mails|contact)(?: from (?:you|this))?
        (?:remove|delete|take) (?:me|my (?:number|e-?mail|address|details))(?: off| from)?(?: (?:the|this|your|all))?(?: (?:mailing )?(?:lists?|database))?
        i (?:want|would like|wish|'d like) to (?:opt out|unsubscribe|stop)
        wrong number|(?:you have|you've got|you've|this is) (?:the |a )?wrong (?:number|person)
    """),  # noqa: E501  (one way to a line)
    Word.START: "start|unstop|start again|restart|sign me up again",
    Word.YES: "yes|y|yep|yeah|yup|aye|yes indeed|yes i am|yes i do|i'm in|im in|count me in|ie|ydw",
    Word.HELP: "help|info|help me|what is this|who is this|who are you",
    Word.MET: any_of(rf"""
        met|have met|all met
        (?:yes|yep|yeah|yup|y)?(?: ?we| ?i)?(?:'ve| have)? ?(?:did|met)(?: (?:{WHEN}))*
        (?:yes |yep |yeah )?(?:we|i)(?:'ve| have)? (?:spoke|spoken|talked|chatted)(?: (?:{WHEN}))*
        (?:yes |yep |yeah )?(?:we|i)(?:'ve| have)? had (?:a|our) (?:\w+ )?(?:chat|call|talk|conversation|coffee|meeting)(?: (?:{WHEN}))*
        (?:yes )?we (?:both )?met and (?:talked|chatted|spoke|had a \w+ (?:chat|talk))
    """),  # noqa: E501
    Word.NOT_YET: any_of(r"""
        (?:no )?not yet|(?:no )?not so far|dim eto
        (?:we |i )?(?:haven't|havent|have not)(?: met)? yet
        (?:we're|we are) (?:meeting|talking|speaking)(?: up)? (?:tomorrow|soon|later|(?:on|this|next) \w+)
        (?:it's |its |we're )?(?:booked|arranged)(?: for .{2,20})?
        still trying(?: to .{2,30})?
    """),
    Word.COULD_NOT: any_of(r"""
        no|n|nope|nah|na|naddo
        no (?:we|i) (?:didn't|didnt|did not|couldn't|couldnt|could not)(?: .{2,20})?
        (?:we|i) (?:didn't|didnt|did not)(?: meet| manage(?: it| to(?: meet)?)?| talk)?
        (?:it )?(?:didn't|did not) happen
        (?:we |i )?(?:couldn't|couldnt|could not|can't|cant|cannot|can not|won't|wont)(?: be able to)?(?: (?:make|do|manage|come|meet|talk|attend))?(?: (?:it|this|that|this one|up))?(?: (?:this (?:time|round|month|week)|today|any ?more|after all|now))?
        (?:i'm |im |we're )?(?:not able|unable) to (?:make it|meet|come|do (?:it|this(?: one)?))(?: this (?:time|round))?
    """),  # noqa: E501
    Word.SKIP: any_of(rf"""
        (?:can (?:i|you|we) |could (?:i|you) |i(?:'d| would)? (?:like|want|need) to |i'll |let me )?skip(?: (?:{THIS}))*
        not this (?:time|round|month|one)
        (?:count|leave) me out(?: of (?:it|this))?(?: (?:(?:this|next) )?(?:time|round|one|month))?
        (?:i'm |im )?(?:not in|out)(?: this (?:time|round|month))
        i'll (?:sit|miss) this (?:one|round)(?: out)?
        pass(?: this (?:time|one|round))?
    """),  # noqa: E501
}
PATTERNS = {word: re.compile(ways) for word, ways in WAYS.items()}
JOIN = re.compile(
    r"(?:please |pls |hi |hello |i(?:'d| would) like to |can i |i want to )*"
    r"join(?:[ :,]+(?:the )?[\"'“”‘’]?([\w-]{1,40})[\"'“”‘’]?)?(?: (?:please|pls|thanks|thank you))*[.!]*",
    re.IGNORECASE,
)
NO_WORDS = {"please", "pls", "thanks"}
# A word and what follows it: "Met. We share vans now", "Yes, thanks", "Stop\n\nTom Field".
HEAD = re.compile(r"(.{1,80}?)(?:[.!?;:–—,]+\s+|\s+[-–—]\s+|[.!?]*\s*\n\s*|[.!?…)]*\s*$)(.*)", re.DOTALL)
NAME = r"[A-ZÀ-Þ][\w'’.-]*"
ONLY_A_NAME = re.compile(rf"\W*(?:from |x+ )?{NAME}(?: {NAME}){{0,3}}\W*(?:x+\W*)?")
MET_SOMEBODY = re.compile(
    rf"(?i:(?:yes,? )?(?:we |i )?met (?:up )?(?:with )?){NAME}(?: {NAME})?(?: and {NAME})?"
    rf"(?i:(?: (?:{WHEN}))*)"
)
# What a phone or a mail program sends for its owner's thumb; behind it stands what we had written.
OPENING = "[“„«‹\"'‘]"
REACTION = re.compile(
    r"\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,20}to"
    rf"|removed an? .{{1,20}} from)\W{{0,3}}{OPENING}.*"
    rf"|.{{0,20}}\b(?:gefällt|mag|liebt|aimé|adoré|gustó|encanta|piaciut\w|piace)\b.{{0,20}}{OPENING}.*"
    rf"|\W*hat {OPENING}.*\bgefällt mir\b.*"
    rf"|\W{{1,20}}(?:to|for) {OPENING}.*"
    r"|.{1,80}\breacted (?:to your (?:message|email)|via (?:gmail|outlook))\b.*",
    re.IGNORECASE | re.DOTALL,
)
MACHINE = re.compile(
    r"\W{0,5}(?:"
    + any_of("""
        i['’]?m driving\\b|i am driving\\b
        i(?:['’]m| am) not receiving notifications
        sorry,? i missed your call
        this number (?:does not|cannot) receive
        this is an? (?:automated|automatic|auto)\\b
        (?:automatic|auto)[- ]?(?:reply|response)\\b
    """)
    + ")",
    re.IGNORECASE,
)


def understand(text: str) -> Understood:
    """What is asked for; a thumb's reaction and a machine's words are nothing. O(letters)."""
    said = " ".join(text.split())
    if said.strip(" \"'“”") == "?":
        return Understood(Word.HELP)
    if not re.search(r"\w", said) or REACTION.fullmatch(said) or MACHINE.match(said):
        return Understood(Word.NOTHING)
    if join := JOIN.fullmatch(said):
        return Understood(Word.JOIN, "" if join[1] in NO_WORDS else join[1] or "")
    if whole := _word(said):
        return Understood(whole)
    found = HEAD.match(text.strip())
    word = _word(found[1]) if found else None
    if found is None or word is None:
        return Understood(Word.LEARNING, said)
    return _with_rest(word, " ".join(found[2].split()), said)


def _with_rest(word: Word, rest: str, said: str) -> Understood:
    then = _word(rest)
    if Word.STOP in (word, then):
        return Understood(Word.STOP)
    if _corrects(word, then):
        return Understood(then or word)
    if not rest or then or is_courtesy(rest):
        return Understood(word)
    if word in (Word.MET, Word.YES):
        return Understood(word, rest)
    return Understood(Word.LEARNING, said) if word in (Word.HELP, Word.START) else Understood(word)


def _corrects(word: Word, then: Word | None) -> bool:
    """Does the second say it, as in "Yes, we met" and "No, not yet"?"""
    if word is Word.YES:
        return then in (Word.MET, Word.SKIP)
    return word is Word.COULD_NOT and then in (Word.NOT_YET, Word.SKIP)


def _word(said: str) -> Word | None:
    if len(said) > LONGEST_WAY:
        return None
    plain = _plain(said)
    bare = AROUND.sub("", plain).strip()
    for candidate in filter(None, (plain, bare)):
        for word, pattern in PATTERNS.items():
            if pattern.fullmatch(candidate):
                return word
    return Word.MET if MET_SOMEBODY.fullmatch(said.strip(" .!")) else None


def _plain(said: str) -> str:
    """In small letters, without signs; phones write couldn’t."""
    straight = said.casefold().replace("’", "'").replace("‘", "'")
    return " ".join(re.findall(r"\w[\w'-]*", straight)).rstrip("'-")


def is_courtesy(rest: str) -> bool:
    """Thanks, a greeting or a name, which change nothing of what was said before."""
    if len(rest) > LONGEST_NAME:
        return False
    after = re.sub(rf"^\W*(?:(?:{COURTESY})\b\W*)+", "", rest, flags=re.IGNORECASE)
    return not AROUND.sub("", _plain(rest)).strip() or bool(ONLY_A_NAME.fullmatch(after))
