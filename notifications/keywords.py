"""What somebody's own words ask for: STOP, MET, SKIP … or a learning.

The first line or sentence after a greeting decides; thanks, apologies, a name or a signature after it change
nothing. Whatever is no word is a learning: nothing is guessed that would change a row.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from notifications.lazy_patterns import lazy_pattern
from notifications.wishes import (
    A_SIGN,
    ASKS_TO_ERASE,
    OTHER_WISHES,
    PLEADED,
    SHOUTED,
    STOP_FIRST,
    STOP_LAST,
)

LONGEST_WAY = 120  # letters in which a word can be said
LONGEST_NAME = 80


class Word(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    YES = "yes"  # what it says depends on what was asked; to who had sent STOP it is START
    JOIN = "join"  # with a programme's word, or without one
    MET = "met"
    BOOKED = "booked"
    NOT_YET = "not yet"
    COULD_NOT = "could not"
    NO_REPLY = "no reply"  # from their partner
    SKIP = "skip"
    LEARNING = "learning"  # anything else that somebody wrote themselves
    UNCLEAR = "unclear"  # of a reply that was kept: an organiser has to read it
    NOTHING = "nothing"  # empty, or written by a machine


@dataclass(frozen=True)
class Understood:
    """`learning` is what is left once the word is taken off: "Met. We share vans now", "JOIN councils". Of a
    "no", and of what is said of one day, it is all of it: "No, how about Wednesday?", "Can't do today".
    """

    word: Word
    learning: str = ""


def any_of(ways: str) -> str:
    """A pattern of alternatives, written one to a line."""
    return "|".join(way for line in ways.splitlines() if (way := line.strip()))


# Said before or after a word, these change nothing.
COURTESY = any_of("""
    please|pls|plz|kindly|now (?=stop|please)
    thanks|thank you|thankyou|many thanks|thx|ta|cheers|diolch|pl[iî]s|os gwelwch yn dda
    sorry for (?:the |my )?(?:late|slow|delayed) (?:reply|response)
    sorry|apologies|i'm afraid|im afraid|sadly|unfortunately|sori
    (?:hi|hello|hey|hiya)(?: there| all| again)?|dear all|good (?:morning|afternoon|evening)|helo|bore da
    ok|okay|regards|best|kind regards|x+
    and|but|so|p\\.?s|though|afraid(?= (?:we|i|it)\\b)
    dim diolch(?= (?:p|stop|tyn|dad|dat))|no (?:worries|probs?|problems?)(?= (?:we|i)\\b)
    be (?:so kind as|kind enough|good enough) to|do(?= (?:please )?(?:take|remove|delete|unsubscribe) me)
    (?:can|could|would|will) (?:you|u|someone|somebody)(?! (?:please |pls )?(?:cancel|end)\\b)(?: kindly)?
""")
HELLO = any_of("""
    hi|hiya|hello|hey|dear|good (?:morning|afternoon|evening|day)
    helo|annwyl|s[hi]?wmae|bore da|p(?:ry)?nhawn da
""")
GREETED = lazy_pattern(
    rf"\W{{0,3}}(?:{HELLO})\b(?: ([^\n,.!:]{{1,60}}))?(?: ?[,.!:–-]+\s+| *\n\s*)(?=\S)", re.IGNORECASE
)
TO_ALL = lazy_pattern(
    r"(?:there|all|both|again|everyone|everybody|folks|sirs?|madam|sirs?(?:/| or )madam"
    r"|(?:the )?(?:\w+ ){0,2}(?:team|organi[sz]ers?)|(?:\w+ )?unmentoring)\W*",
    re.IGNORECASE,
)
AROUND = lazy_pattern(rf"^(?:(?:{COURTESY})\b ?)+|(?: ?\b(?:{COURTESY}))+$")
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|weds?|thurs?|fri|sat|sun)"
WHEN = any_of(rf"""
    up|today|yesterday|already|last week|this week|this morning|last night|now|the other day|briefly|virtually
    (?:on |last |this )?{WEEKDAY}(?: (?:morning|afternoon|evening|lunchtime))?
    (?:on )?(?:{WEEKDAY} )?(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)?(?: [a-z]{{3,9}})?
    on \d{{1,2}} \d{{1,2}}(?: \d{{2,4}})?
    online|in person|face to face|by (?:(?:tele)?phone|video|teams|zoom)
    (?:on|over|via) (?:(?:the )?(?:tele)?phone|a call|video|teams|zoom|whatsapp|facetime)
    (?:for|over) (?:(?:an?|half an|a half|the|about an?) )?(?:coffee|lunch|tea|hour|half hour|chat|drink|walk)
    (?:for|over) an? (?:brew|natter|pint)
""")
# How people speak of a partner whom they do not name, and of one who has not answered. Not "never answers":
# that may be what somebody learned.
SOMEBODY = r"(?:them|him|her|either|anyone|anybody|(?:my |the )?(?:partner|match|other person|group))"
NO_ANSWER = any_of("""
    (?:no|not had an?y?|never (?:had|got) an?y?) (?:reply|response|answer)(?: back)?
    heard nothing(?: back)?|nothing(?= from)|not heard a (?:peep|thing|word|sausage)
""")
NOT_HEARD = r"(?:have ?n['’]?o?t|i['’]?ve not|never|not) heard(?: back| anything)*"
IN_TOUCH = "(?:rung|rang|called|phoned|te?xted|e-?mailed|messaged)"
SILENT = any_of(rf"""
    (?:(?:has|have) ?n['’]?o?t|(?:has |have )?never) (?:replied|answered|responded|written back)
    (?:(?:has|have) ?n['’]?o?t|(?:has |have )?never) {IN_TOUCH}(?: me)?(?: back)?
    (?:(?:has|have) ?n['’]?o?t|(?:has |have )?never) (?:got back|(?:got|been) in touch)(?: (?:to|with) me)?
    did ?n['’]?o?t (?:reply|answer|respond|get back|get in touch|write back)(?: (?:to|with))?(?: me| my \w+)?
    (?:did ?n['’]?o?t|never) (?:even )?(?:turn(?:ed)? up|show(?:ed)?(?: up)?|appear(?:ed)?|arrived?)
    (?:was ?n['’]?o?t|was never|were ?n['’]?o?t) there|(?:stood me up|ignored me|ghosted me|let me down)
""")
THIS = "me|this|the|next|it|one|round|time|month|week|out|for|now|coming"
WROTE_TO = "te?xt(?:ing?)?|e-?mail(?:ing)?|mail(?:ing)?|messag(?:e|ing)|contact(?:ing)?|writ(?:e|ing) to"
OUR_LETTERS = r"(?:texts?|txts?|msgs?|messages?|e-?mails?|mails|mailings?|letters|notifications?|alerts|spam)"
# Said of a day, where the round goes on after it: "Can't talk now", "Can't make it this week".
ONE_DAY = "(?:today|tonight|now|this (?:week|morning|afternoon|evening))"
OF_ONE_DAY = lazy_pattern(rf"[^.,;:!?\n]*\b({ONE_DAY})\b", re.IGNORECASE)
MANAGE = (
    r"(?:meet|talk|speak|chat|manage(?: it| to(?: meet| talk| speak)?)?|make it|get (?:round|around) to it)"
    r"(?: (?:up|this (?:time|round|month)|in the end|after all|though|either|him|her|them|it|unfortunately))*"
)
ALL_OF_IT = r"(?:this|these|it|your|the|all)(?: \w+){0,3}"
ANY_MORE = "any ?more|again|ever|please|now|immediately|altogether|thanks"
# Whose wish it is stands in these words themselves, so that they may stand anywhere in a short answer.
ABOUT_ME = any_of(rf"""
    (?:unsubscribe|opt|sign) me(?: out| off)?(?: from (?:this|these|your|the|all)(?: \w+){{0,3}})?
    (?:stop|quit) (?:{WROTE_TO}|sending|spamming|bothering|ringing|calling|phoning)(?: to)? (?:me|us|this number|my \w+)(?: [a-z]+){{0,4}}
    (?:do not|don't|dont|never) (?:ever )?(?:{WROTE_TO}|ring|call|bother)(?: to)? (?:me|us|this number)(?: (?:{ANY_MORE}))*
    (?:remove|delete|erase|take(?= \w+(?: \w+)? off)) (?:me|us|(?:all )?my (?:personal )?(?:data|details|name|information|address|e-?mail(?: address)?|(?:(?:tele)?phone |mobile )?(?:number|phone|mobile)|account|profile))(?: (?:off|from))?(?: (?:the|this|that|your|all|any|these|mailing|distribution|contact|e-?mail|text|lists?|records?|database|system|service|scheme|programme|{OUR_LETTERS}|{ANY_MORE}))*
    i (?:do not|don't|dont|no longer|never) (?:want|wish|need)(?: to (?:get|receive|have|be sent))? (?:(?:any|any ?more|no|more|further|these|those|this|such|your|of) )*(?:{OUR_LETTERS}|these)(?: (?:from (?:you|this \w+)|{ANY_MORE}))*
    i (?:do not|don't|dont|no longer) (?:want|wish) to (?:be (?:contacted|texted|e-?mailed|messaged|written to)|hear from you|be on (?:this|the|your) (?:mailing )?list)(?: (?:{ANY_MORE}))*
    i (?:do not|don't|dont|no longer) (?:want|wish) to (?:take part|participate|be (?:involved|part of (?:it|this)))(?: in (?:it|this))?(?: any ?more)?
    (?:(?:i (?:want|wish|need)|i would like|i'd like) to|(?:can|could|may) i(?: please| pls)?) be (?:removed|taken off|unsubscribed|deleted|erased|opted out|left alone)(?: [\w-]+){{0,7}}
    (?:stop|quit) (?:processing|using|holding|keeping|storing) (?:(?:all|any|of) )*my (?:personal )?(?:data|details|information|number|e-?mail|address)(?: (?:{ANY_MORE}))*
    i (?:hereby )?(?:(?:wish|want|would like) to )?(?:withdraw|revoke) (?:my )?consent(?: [\w-]+){{0,6}}
    i (?:do not|don't|dont|no longer) (?:want|wish) to (?:do (?:this|it)|carry on|continue|be in (?:it|this)|be part of (?:it|this))(?: (?:{ANY_MORE}))*
    (?:delete|remove|erase) (?:(?:everything|whatever|all|anything|the|any)(?: (?:the |of the )?(?:data|details|information|records?))?)(?:(?: that)? you (?:hold|have|keep|know|store)(?: got)?)? (?:on|about|of) me(?: (?:{ANY_MORE}))*
    tynn(?:wch|u|a) fi (?:oddi ar|o|o['’]r)(?: [\w']+){{1,4}}
    (?:i (?:have |had |just |already )*|i've (?:just |already )*)?(?:said|asked|told|texted) (?:you |u )?(?:already )?(?:to )?(?:stop|unsubscribe)(?: (?:already|before|twice|once|again|now|please|(?:two|three|several|many) times))*
    stop writing(?: (?:please|now|{ANY_MORE}))*
    (?:peidiwch|paid) (?:â|a|ag) (?:gyrru|anfon|danfon|hala|tecstio|thecstio|chysylltu|e-?bostio)\b.{{0,40}}
    i (?:want|would like|wish|'d like|need) to (?:opt out|unsubscribe)(?: (?:of|from) {ALL_OF_IT})?|i'd like to (?:opt out|unsubscribe)(?: (?:of|from) {ALL_OF_IT})?
""")  # noqa: E501  (one way to a line)
# Of STOP, START and HELP each begins with Twilio's default keywords. Carriers act on them too, and on "yes".
WAYS = {
    Word.STOP: any_of(rf"""
        sto+p+|stpo|sotp|s t o p|st0p|unsubscribe|end|quit|stop ?all|revoke|opt ?-?out|cancel|remove
        (?:piss|sod|bugger|fuck|f) off
        {ABOUT_ME}
        (?:yes|no|yeah|nope?|nah) (?:please |pls |just )?(?:stop|unsubscribe)(?: (?:please|now|it|this|me))*|(?:cease|desist)(?: and desist| all (?:communications?|contact)| from| (?:contact|text|e-?mail|messag)ing me)*
        lose (?:my|this) number|i want out|stop means stop|(?:count|take|leave) me out (?:from now on|for good|permanently|altogether|for ?ever)
        prosz[eę] (?:mnie )?(?:przesta[cć]|wypisa[cć])(?: mnie)?|wypisz(?:cie)? mnie|nie pisz(?:cie)? (?:do mnie|wi[eę]cej)(?: wi[eę]cej)?
        (?:(?:mujhe|muje|mujhay) )?(?:message|msg|text|sms)s? (?:mat|na) (?:karo|karein|karen|kare|kijiye|bhejo|bhejein|bhejen)|band kar(?:o|ein|en|do)
        arr[eê]t|basta|dim mwy(?: o (?:negeseuon|decstiau|e-?byst))?|leave me alone|(?:(?:i am |i'm |im )?(?:not|no longer) interested)(?: in (?:this|it))?(?: any ?more)?
        i (?:want|would like|wish|'d like) to stop|i'd like to stop
        (?:reply|text|txt|send|type|say) (?:with )?(?:the word )?stop|stop to \d{{4,13}}
        (?:stop|unsubscribe)(?: (?:please|now|it|this|that|these|those|me|all|everything|texting|emailing|messages|texts|emails|stop))*
        un[ -]?su(?:bs?|s)(?:c?r?ib?e?)?(?: me)?(?: from (?:this|these|your|the|all|everything)(?: \w+){{0,3}})?
        stop (?:{WROTE_TO}|sending|spamming|calling|ringing)(?: to)?(?: (?:these|those|this|any|more|your|{OUR_LETTERS}|{ANY_MORE}))*
        stop (?:(?:all|these|those|this|the|your|any) ){{0,2}}{OUR_LETTERS}(?: (?:{ANY_MORE}))*
        (?:do not|don't|dont|never) (?:text|e-?mail|mail|contact|message|write to|ring|call)(?: (?:again|ever|any ?more))*
        no (?:more|further) (?:te?xts|emails|messages|msgs|mails|contact)(?: from (?:you|this))?
        cancel (?:all|everything|(?:my )?(?:subscription|membership))
        (?:(?:i )?think |i'm afraid )*(?:wrong (?:number|no)|(?:you have|you've got|you've|u have|this is) (?:the |a )?wrong (?:number|person))(?: (?:mate|pal|love|here|buddy))?
        stopi(?:o|wch)|(?:peidiwch|paid)(?: (?:â|a|ag) (?:th?ecstio|anfon|chysylltu|e-?bostio).{{0,30}})?|da[dt]-?danysgrifi(?:o|wch)(?: fi)?
    """),  # noqa: E501  (one way to a line)
    Word.START: any_of("""
        start|unstop|start again|restart|resume|sign me up again|re-?subscribe
        start (?:texting|messaging)(?: me)?(?: again)?
    """),
    Word.YES: any_of("""
        ye+s+|y|yep|yeah|yeh|yea|ye|yup|aye|yes indeed|yes i am|yes i do|i'm in|im in|count me in
        ie|ydw|ydyn|ydym
        yes (?:i'm in|im in|i will|i would|definitely|absolutely|of course|count me in)
    """),
    Word.HELP: any_of(rf"""
        help|info|help me|i need help|more info(?:rmation)?
        (?:new (?:number|phone|sim) )?(?:what(?: is|'s|s)|who(?: is|'s|s)?) (?:this|dis|that)(?: about| from| for)?|is this (?:a )?(?:scam|spam|real|genuine)|who are you|how (?:do|can) i (?:pause|take a break)
        how (?:do|can) i (?:stop|unsubscribe|opt out|leave|get off)(?: (?:of |from |getting )?{ALL_OF_IT})?
        (?:(?:can i|i(?:'d| would) like to|i (?:want|need) to) )?(?:pause|take a break)(?: (?:me|it|this|my \w+))?(?: (?:for|until|till)(?: [\w']+){{1,4}})?
        (?:(?:(?:please )?can i|i(?:'d| would) like to|i (?:want|need|wish) to) )?leave(?: (?:the|this|your) (?:programme|scheme|service|list|group))?
    """),  # noqa: E501
    Word.MET: any_of(rf"""
        met|have met|all met
        (?:do |ydyn )?(?:(?:ry)?d[yŷ]n ni(?:'n)? |ni )?wedi (?:cwrdd|cyfarfod|siarad)
        (?:do )?(?:fe |mi )?(?:g?c?wrddon|siaradon|wnaethon|gwrddom|cwrddom|cyfarfuom) ni(?: gwrdd| gyfarfod| siarad| ddoe| heddiw)*
        (?:yes|yep|yeah|yup|aye|y)?(?: ?we| ?i)?(?: ?both)?(?:'ve|ve| have)?(?: both)? ?(?:did|did meet|did indeed|met)(?: (?:{WHEN}))*
        (?:yes |yep |yeah )?(?:(?:we|i)(?:'ve|ve| have)? )?(?:spoke|spoken|talked|chatted)(?: (?:to|with) (?:him|her|them|each other|my partner))?(?: for (?:an|half an|over an|about an) hour| (?:{WHEN}))*
        (?:yes |yep |yeah )?(?:(?:we|i)(?:'ve|ve| have)? )?had (?:a|an|our) (?:(?:really|very|so) )?(?:\w+ )?(?:chat|call|talk|conversation|coffee|meeting|catch ?up|zoom|natter|phone ?call|video ?call)(?: (?:{WHEN}))*
        (?:(?:yes|yep|yup) )?(?:(?:we|i) )?(?:finally |eventually |did )?(?:managed? to (?:meet|talk|speak|chat)|met)(?: up)?(?: (?:with )?(?:them|him|her|my partner))?(?: (?:{WHEN}))*
        (?:yes |yep )?(?:and )?(?:it|that) was (?:(?:really|very|so|a) )*(?:great|good|lovely|brilliant|interesting|useful|nice|fun|fantastic|excellent|helpful|pleasure)
        (?:yes )?we (?:both )?met and (?:talked|chatted|spoke|had a \w+ (?:chat|talk))
    """),  # noqa: E501
    Word.NOT_YET: any_of(r"""
        (?:no |nope )?not (?:met )?yet|(?:no )?not (?:met|so far)|dd?im eto
        (?:no )?(?:we |i )?(?:haven't|havent|have not)(?: (?:met|spoken|talked))?(?: (?:yet|so far))?
        (?:(?:we're|we are|i'm|i am) )?still (?:trying|arranging)(?: (?:to|it|a) .{2,30})?
        (?:(?:we |i )?tried (?:but |and )?)?(?:we |i )?(?:keep|kept) missing each other|hoping to (?:meet|talk|speak)(?: (?:up|soon|later|next \w+|this \w+))*
        (?:(?:we've|we have|we) )?(?:moved|pushed|put) (?:it|this|our \w+) (?:back |off )?(?:to|until|till) (?:next|the|after|early|mid|late|\d|[a-z]+day\b).{0,20}
        (?:(?:i'm|we're|i am|we are) )?(?:trying to (?:arrange|find|fix|set|sort|agree)|arranging)(?: (?:it|this|a|our|up|out|date|time|one|call|chat|meeting|now))*
        (?:(?:i|we) )?(?:haven't|havent|have not|not) (?:managed|been able)(?: (?:it|to|to meet|to talk))? yet
        (?:(?:i'm|we're) )?(?:still )?waiting (?:to hear(?: back)?|for (?:a|his|her|their) (?:reply|answer|response))
        (?:(?:we|i) )?(?:have )?had to (?:postpone|re-?schedule|re-?arrange)(?: it)?(?: (?:to|until|till|for) .{2,30})?
        (?:(?:we've|we have|we|it's|it is|it was) )?(?:postponed|re-?scheduled|re-?arranged)(?: it)?(?: (?:to|until|till|for) (?:next|the|after|early|mid|late|\d|[a-z]+day\b|january|february|march|april|may|june|july|august|september|october|november|december).{0,20})?
    """),  # noqa: E501
    Word.BOOKED: any_of(rf"""
        (?:we're|we are) (?:meeting|talking|speaking)(?: up)? (?:tomorrow|soon|later|(?:on|this|next) \w+)
        (?:we're |we are )?(?:meeting|talking|speaking) (?:up )?(?:tomorrow|next (?:week|month)|(?:on |next )?{WEEKDAY})
        (?:(?:we're|we are|i'm|i am|i'll be) )?(?:meeting|seeing|talking to|speaking to|catching up with) (?:him|her|them) (?:tomorrow|soon|later|next (?:week|month)|(?:on |next |this )?{WEEKDAY})
        we (?:will |'ll )?meet (?:up )?(?:tomorrow|next (?:week|month)|(?:on |next )?{WEEKDAY})
        (?:it's |its |we're |we are |we've |weve |we have |all )?(?:got (?:it )?)?(?:booked|arranged|scheduled)(?: in)?(?: for .{{2,20}})?
        (?:(?:we've|weve|we have|we) )?(?:(?:booked|arranged|agreed|set|fixed|got|have) )+(?:a|our) (?:date|time|call|chat|slot|meeting)(?: (?:booked|arranged|in the diary))?(?: for .{{2,20}})?
        (?:it's |its |we're )?in the (?:diary|calendar)(?: for .{{2,20}})?|(?:date|time|call|meeting|chat) (?:is )?(?:booked|arranged|set|agreed)(?: for .{{2,20}})?
    """),  # noqa: E501
    Word.NO_REPLY: any_of(rf"""
        no[ -]?show|nobody (?:there|came|turned up|showed(?: up)?|joined|appeared)|i (?:was|got) stood up
        (?:(?:i|i've|ive|have|had|got|there was) )*(?:{NO_ANSWER})(?: (?:from|by) {SOMEBODY})?(?: (?:at all|so far|yet))*
        (?:i )?{NOT_HEARD}(?: from {SOMEBODY})?(?: (?:at all|so far|yet))*
        (?:i )?(?:have ?n[']?o?t|i've not) (?:had|got|received) (?:a|any) (?:reply|response|answer)(?: from {SOMEBODY})?(?: (?:at all|so far|yet))*
        (?:(?:my |the )?(?:partner|match|other person)|they|he|she) (?:{SILENT})(?: (?:at all|so far|yet))*
        i(?:'ve| have)? (?:e-?mailed|texted|messaged|written|wrote|tried|called|rang|contacted|chased)(?: [\w'-]+){{0,5}} (?:but|and|with)(?: i)?(?: (?:have|had|got|there was))? (?:{NO_ANSWER})(?: (?:at all|so far|yet))*
    """),  # noqa: E501
    Word.COULD_NOT: any_of(rf"""
        no|n|nope|nah|na|naddo|(?:no )?(?:sadly|unfortunately|afraid) not|no (?:sadly|unfortunately)
        no (?:we|i) (?:didn't|didnt|did not|couldn't|couldnt|could not)(?: {MANAGE})?
        (?:(?:we|i) )?(?:didn't|didnt|did not) {MANAGE}|(?:we|i) (?:didn't|didnt|did not)
        (?:it )?(?:didn't|did not) happen|(?:we |i )?had to cancel(?: (?:it|our (?:chat|call|meeting)))?
        (?:(?:i'm|i am) )?(?:not available|unavailable) this (?:time|round|month)
        (?:we |i )?(?:couldn't|couldnt|could not|can't|cant|cannot|can not|won't|wont|will not)(?: be able to)?(?: (?:make|do|manage|come|meet|talk|attend|take part))?(?: (?:it|this|that|this one|up))?(?: (?:this (?:time|round|month)|{ONE_DAY}|any ?more|after all))?
        (?:i'm |im |i am |we're |we are )?(?:not able|unable) to (?:make it|meet|come|attend|take part|do (?:it|this(?: one)?))(?: this (?:time|round|month))?
        (?:i(?:'ll| will)? (?:need|have|want)(?: to)? |please )?(?:drop|pull) (?:me )?out(?: of (?:it|this|this (?:one|round)))?
        (?:no (?:thanks|thank you) )(?:i )?(?:can't|cant|cannot) make it
        neither of us (?:could|managed(?: to)?|was able to|were able to)(?: {MANAGE})?
    """),  # noqa: E501
    Word.SKIP: any_of(rf"""
        (?:can (?:i|you|we) |could (?:i|you) |i(?:'d| would)? (?:like|want|need|have) to |i'll (?:have to )?|(?:have|need) to |let me )?skip(?: (?:{THIS}))*
        (?:reply|text|txt|send|type|say) (?:with )?skip
        not this (?:time|round|month|one)|ddim y tro (?:hwn|yma)|dim y tro (?:hwn|yma)|sgipi(?:o|wch)
        (?:count|leave|take) me out(?: of (?:it|this))?(?: (?:for )?(?:(?:this|next) )?(?:time|round|one|month))?
        (?:i'm |im )?(?:not in|out) this (?:time|round|month)|(?:i'm|im) out
        i'll (?:sit|miss) (?:this (?:one|round)(?: out)?|out this (?:one|time|round|month))|sit this (?:one|round) out
        (?:i'll )?pass(?: this (?:time|one|round))?
    """),  # noqa: E501
}
# Words that begin a sentence as well, so that they count where nothing else is said. Welsh answers a question
# about what has been with "do" or "naddo": "Do: ask the crews" is English.
ALONE = {"do": Word.YES} | dict.fromkeys(
    ("no more", "go away", "get lost", "wrong person", "stad"), Word.STOP
)
PATTERNS = {word: lazy_pattern(ways) for word, ways in WAYS.items()}
JOIN = lazy_pattern(
    r"[\"'“‘]?(?:(?:please|pls|hi|hello)[,.!]* |i(?:'d| would) like to |can i |i want to )*"
    r"join(?:[ :,–—-]+(?:the )?[\"'“”‘’]?([\w-]{1,40})[\"'“”‘’]?)?"
    r"(?: (?:please|pls|thanks|thank you))*[.!\"'”’]*",
    re.IGNORECASE,
)
NO_WORDS = {"please", "pls", "thanks"}
# A word and what follows it: "Met. We share vans now", "Yes, thanks", "Stop\n\nTom Field".
HEAD = lazy_pattern(r"(.{1,80}?)(?:[.!?;:–—,]+\s+|\s+[-–—]\s+|[.!?]*\s*\n\s*|[.!?…)]*\s*$)(.*)", re.DOTALL)
TWO = lazy_pattern(r"(.{1,80}?)[,;]? (?:and|but|so) (.*)", re.IGNORECASE)
NAME = r"[A-ZÀ-Þ][\w'’.-]*"
ONLY_A_NAME = lazy_pattern(rf"\W*(?:from |x+ )?{NAME}(?: {NAME}){{0,3}}\W*(?:x+\W*)?")
MET_SOMEBODY = lazy_pattern(
    r"(?i:(?:yes,? )?(?:we |i )?(?:met (?:up )?(?:with |w/ ?)?|caught up with |(?:spoke|talked) (?:to|with) "
    r"|had an? (?:\w+ )?(?:chat|call|talk|coffee|meeting|conversation|zoom|lunch|natter|brew"
    r"|catch ?-?up) with )"
    r"|(?:it was )?(?:(?:really|very|so) )?(?:great|good|lovely|nice|interesting|enjoyed) (?:to )?"
    r"(?:meet(?:ing)?|(?:talk|speak|chat)(?:ing)?(?: to| with)?) )"
    r"(?!(?i:no|not|nobody|none|never|neither)\b)"
    rf"{NAME}(?: {NAME})?(?: and {NAME})?(?i:(?: (?:{WHEN}))*)"
)
NO_WORD_FROM = lazy_pattern(
    rf"(?i:(?:(?:i|i['’]?ve|have|had|got) )*(?:{NO_ANSWER}|{NOT_HEARD}) from ){NAME}(?: {NAME})?"
    r"(?i:(?: (?:at all|so far|yet))*)"
    rf"|{NAME}(?: {NAME})? (?i:(?:{SILENT})(?: (?:at all|so far|yet))*)"
)
# Where one wish may end and another begin: "I have retired, please take me off", "Met, and stop texting me".
CLAUSE = lazy_pattern(r"[.!?;\n]+\s*|,\s*|\s(?=(?:and|but|so|please)\b)|\s[-–—]\s", re.IGNORECASE)
# Who dictates sets no stops: "wrong number stop texting me". Behind any other words it may be told of.
AT_A_VERB = lazy_pattern(
    r"\s(?=(?:stop|quit|unsubscribe|remove|take m[ey]|delete|do not|don['’]?t) )", re.IGNORECASE
)
SIGNED = lazy_pattern(
    r" (?:thanks|thank you|thx|ta|regards|cheers) (?!to\b|for\b|(?:\w+ )?(?:enough|more)\b)"
    r"[\w-]+(?: [\w-]+){0,2}$"
)
ASKS_TO_STOP = lazy_pattern(ABOUT_ME)
# Below it stand a name and where somebody works. Of blank lines only the last is looked at: each of ten
# thousand would be followed to their end.
BEFORE_A_NAME = lazy_pattern(
    r"\n[^\S\n]*(?:(?:kind|best|warm|many) )?(?:regards|wishes|thanks|cheers|yours \w+|cofion)\b"
    r".{0,20}(?:\n|$)",
    re.IGNORECASE,
)
ANSWERED = lazy_pattern(r"(?:(?:re|fwd?|aw|sv|atb)\s*:\s*)+", re.IGNORECASE)
# What is thanked for is no more than what we do.
THANKS_FOR = lazy_pattern(
    r"\W*(?:(?:many |lots of )?thanks|thank you|cheers)(?: so much| again| very much)? for"
    r" (?:organi[sz]|sett|arrang|sort|match|introduc|connect|ask|check|remind)ing"
    r"(?: (?:it|this|that|us|me|up|all|of|the|in|introduction|match|call|chat|meeting|everything))*\W*",
    re.IGNORECASE,
)
LONGEST_WISH = 300  # letters of an answer that may ask for it anywhere, and of each part of a longer one
BARE_NO = lazy_pattern(r"\W*(?:no|n|nope|nah|na|naddo)\b", re.IGNORECASE)
# Answers of which only one can be so.
CONTRARY = {
    Word.MET: (Word.NOT_YET, Word.COULD_NOT, Word.NO_REPLY),
    Word.YES: (Word.NOT_YET, Word.COULD_NOT, Word.NO_REPLY),
    Word.BOOKED: (Word.MET, Word.COULD_NOT, Word.NO_REPLY),
    Word.NOT_YET: (Word.MET, Word.YES),
    Word.COULD_NOT: (Word.MET, Word.YES),
    Word.NO_REPLY: (Word.MET, Word.YES, Word.BOOKED),
    Word.SKIP: (Word.MET, Word.YES),
}
# "I did, she didn't": they have not met.
NOT_BOTH = lazy_pattern(
    r"(?:but )?(?:he|she|they) (?:didn't|didnt|did not|wasn't|was not|couldn't|could not)"
    r"|(?:(?:well|actually|oh|but|or|wait|sorry) )*(?:no|not|not really|not quite|nearly|almost)|no wait\b.*"
)
# What a phone or a mail program sends for its owner's thumb; behind it stands what we had written.
OPENING = "[“„«‹\"'‘]"
REACTION = lazy_pattern(
    r"\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,20}to"
    rf"|removed (?:an? )?.{{1,20}} from)\W{{0,3}}{OPENING}.*"
    r"|\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,20}to)"
    r" an? (?:image|picture|photo|attachment|movie|video|(?:audio|voice) message|link|contact)"
    rf"|.{{0,20}}\b(?:gefällt|mag|liebt|aimé|adoré|gustó|gusta|encanta|piaciut\w|piace)\b.{{0,20}}{OPENING}.*"
    rf"|\W*hat {OPENING}.*\bgefällt mir\b.*"
    rf"|\W{{1,20}}(?:to|for) {OPENING}.*"
    r"|.{1,80}\breacted (?:to your (?:message|email)|via (?:gmail|outlook))\b.*",
    re.IGNORECASE | re.DOTALL,
)
MACHINE = lazy_pattern(
    r"\W{0,5}(?:"
    + any_of("""
        i['’]?m driving\\b|i am driving\\b
        i(?:['’]m| am) not receiving notifications
        sorry,? i missed your call|sorry,? i can['’]?t talk right now
        this number (?:does not|cannot) receive
        out of (?:the )?office\\W*[:–-]
        this is an? (?:automated|automatic|auto)\\b
        (?:automatic|auto)[- ]?(?:reply|response)\\b
    """)
    + ")",
    re.IGNORECASE,
)


def understand(text: str) -> Understood:
    """What is asked for; a thumb's reaction and a machine's words are nothing. O(letters).

    A greeting changes nothing of what follows it. Whoever greets somebody by name may write to their partner:
    of them only STOP is heard.
    """
    greeted = GREETED.match(text.strip())
    if greeted:
        inner = _understood(text.strip()[greeted.end() :])
        is_ours = greeted[1] is None or TO_ALL.fullmatch(greeted[1])
        if inner.word is Word.STOP or (is_ours and inner.word not in (Word.LEARNING, Word.NOTHING)):
            return inner
    return _understood(text)


def _understood(text: str) -> Understood:
    said = " ".join(text.split())
    if said.strip(" \"'“”") == "?":
        return Understood(Word.HELP)
    if A_SIGN.fullmatch(said):
        return Understood(Word.STOP)
    if not re.search(r"\w", said) or REACTION.fullmatch(said) or MACHINE.match(said):
        return Understood(Word.NOTHING)
    if join := JOIN.fullmatch(said):
        return Understood(Word.JOIN, "" if join[1] in NO_WORDS else join[1] or "")
    found = _in_words(text, said)
    # "Meeting on Thursday?" asks a partner, and tells us nothing.
    asks = "?" in said and found.word in (Word.BOOKED, Word.NO_REPLY)
    return Understood(Word.LEARNING, said) if asks else found


def _in_words(text: str, said: str) -> Understood:
    if _wishes_otherwise(text.strip()):
        return Understood(Word.LEARNING, said)
    if whole := _word(said) or _alone(said):
        return Understood(whole, said if whole is Word.COULD_NOT and OF_ONE_DAY.match(said) else "")
    says_it = any(way.fullmatch(said) for way in (SHOUTED, STOP_FIRST, STOP_LAST))
    if says_it or _wants_no_more(text.strip()):
        return Understood(Word.STOP)
    found = HEAD.match(text.strip())
    word = _word(found[1]) if found else None
    if found and word:
        return _with_rest(word, found[2].strip(), said)
    return _two_in_one(said) or Understood(Word.LEARNING, said)


def _alone(said: str) -> Word | None:
    return ALONE.get(AROUND.sub("", _plain(said)).strip()) if len(said) <= LONGEST_WAY else None


def _two_in_one(said: str) -> Understood | None:
    """Two that we know in one breath, as in "Met but skip next time"."""
    found = TWO.fullmatch(said)
    word = _word(found[1]) if found else None
    if found and word is Word.STOP and PLEADED.fullmatch(found[1]):
        return Understood(word)
    if found and word is Word.MET and _word(found[1].split()[0]) is Word.YES:  # "Yes, met and learned that …"
        return _with_rest(word, found[2], said)
    return _with_rest(word, found[2], said) if found and word and _word(found[2]) else None


def _wishes_otherwise(text: str) -> bool:
    """Do all its words that ask us to stop mean something else, perhaps by those beside them? As in "Please
    don't ring me, I'm deaf", "Wrong number, Tom's is 07700 900222" and "Remove my number but keep my email".
    """
    if len(text) > LONGEST_WISH:
        return False
    parts = [_plain(part) for part in CLAUSE.split(text)]
    asks = [part for part in parts if _word(part) is Word.STOP]
    beside = " ".join(part for part in parts if part not in asks)
    return bool(asks) and any(
        how.search(beside) and all(wish.search(ask) for ask in asks) for wish, how in OTHER_WISHES
    )


def _wants_no_more(text: str) -> bool:
    """Does a short answer ask us anywhere not to write to its writer?"""
    if len(text) > LONGEST_WISH:
        return False
    parts = CLAUSE.split(text)
    for part in tuple(parts):
        parts += [part[at.end() :] for at in AT_A_VERB.finditer(part) if _word(part[: at.start()])]
    plain = (_plain(part) for part in parts)
    return any(ASKS_TO_STOP.fullmatch(AROUND.sub("", SIGNED.sub("", part))) for part in plain)


def says_more_than_stop(text: str) -> bool:
    """Of words that ask us to stop: do they say anything besides? Thanks, a name and the same wish again do
    not; to be erased is another wish. In doubt they do.
    """
    if ASKS_TO_ERASE.search(text):
        return True
    if _word(" ".join(text.split())) is Word.STOP:
        return False
    return any(not _is_no_more(part.strip()) for part in CLAUSE.split(BEFORE_A_NAME.split(text, 1)[0]))


def _is_no_more(part: str) -> bool:
    if len(part) > LONGEST_WISH:
        return False
    bare = AROUND.sub("", SIGNED.sub("", _plain(part)))
    return _word(part) is Word.STOP or ASKS_TO_STOP.fullmatch(bare) is not None or is_courtesy(part)


def asks_to_stop_in_subject(subject: str) -> str:
    """What a subject says where all of it asks us to stop, as people write it above an empty mail; or "".
    No letter of ours is called so.
    """
    said = ANSWERED.sub("", subject.strip())
    return said if _word(said) is Word.STOP else ""


def said_in_subject(subject: str) -> str:
    """A subject of its writer's own; or "" where it answers or passes on one of ours."""
    said = subject.strip()
    return "" if ANSWERED.match(said) else said


def _with_rest(word: Word, after: str, said: str) -> Understood:
    rest = " ".join(after.split())
    then = _word(rest)
    if Word.STOP in (word, then):
        return Understood(Word.STOP)
    if _corrects(word, then):
        return Understood(then or word)
    if then in CONTRARY.get(word, ()) or (word in (Word.MET, Word.YES) and NOT_BOTH.fullmatch(_plain(rest))):
        return Understood(Word.LEARNING, said)
    if not rest or then is word or (then is None and is_courtesy(rest)):
        return Understood(word)
    more = HEAD.match(after)
    if word is Word.YES and more and _word(more[1]) is Word.MET:
        return _with_rest(Word.MET, more[2].strip(), said)
    if word in (Word.HELP, Word.START):
        return Understood(word) if then else Understood(Word.LEARNING, said)
    if word is Word.COULD_NOT:
        return Understood(word, said if BARE_NO.match(said) or OF_ONE_DAY.match(said) else rest)
    # Of two wishes one is acted upon, and whoever reads the other has its words.
    is_read = word in (Word.MET, Word.YES) or (word is Word.NOT_YET and then is not None)
    return Understood(word, rest if is_read else "")


def _corrects(word: Word, then: Word | None) -> bool:
    """Does the second say it, as in "Yes, we met", "No, not yet" and "Not yet, but booked for Tuesday"?"""
    if word is Word.YES:
        return then in (Word.MET, Word.BOOKED, Word.SKIP)
    if word is Word.NOT_YET:
        return then is Word.BOOKED
    return word is Word.COULD_NOT and then in (Word.NOT_YET, Word.BOOKED, Word.NO_REPLY, Word.SKIP)


def _word(said: str) -> Word | None:
    if len(said) > LONGEST_WAY:
        return None
    plain = _plain(said)
    bare = AROUND.sub("", plain).strip()
    unsigned = AROUND.sub("", SIGNED.sub("", plain)).strip()
    for candidate in filter(None, dict.fromkeys((plain, bare, unsigned))):
        for word, pattern in PATTERNS.items():
            if pattern.fullmatch(candidate):
                return word
    named = said.strip(" .!")
    if MET_SOMEBODY.fullmatch(named):
        return Word.MET
    return Word.NO_REPLY if NO_WORD_FROM.fullmatch(named) else None


def _plain(said: str) -> str:
    """In small letters, without signs; phones write couldn’t."""
    straight = unicodedata.normalize("NFKC", said).casefold().replace("’", "'").replace("‘", "'")
    return " ".join(re.findall(r"\w[\w'-]*", straight)).rstrip("'-")


def is_courtesy(rest: str) -> bool:
    """Thanks, a greeting or a name, which change nothing of what was said before."""
    if len(rest) > LONGEST_NAME:
        return False
    after = re.sub(rf"^\W*(?:(?:{COURTESY})\b\W*)+", "", rest, flags=re.IGNORECASE)
    thanks = THANKS_FOR.fullmatch(rest) is not None
    return thanks or not AROUND.sub("", _plain(rest)).strip() or bool(ONLY_A_NAME.fullmatch(after))
