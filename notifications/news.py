"""What people tell of the meeting, of one another and of themselves, and what they ask of us: "Tom
cancelled", "I forgot", "can't do Zoom", "please don't show that". An organiser reads it; nobody learned it.
"""

import re

from notifications.harm import OF_HARM, RATHER
from notifications.keywords import CLAUSE, GREETED, NAME, WEEKDAY, any_of
from notifications.lazy_patterns import lazy_pattern

LONGEST = 300  # letters in which such a thing is said; what somebody learned may be longer
LONGEST_READ = 1000  # letters in which harm is looked for
FEWEST_WORDS = 4  # "Mey", "done that": what is shorter may be anything, unless it is written as a sentence
A_SENTENCE = lazy_pattern(r"[A-ZÀ-Þ]\S* \S+ \S+\.")
PEOPLE = (
    r"(?:i|we|he|she|they|you|nobody|no ?one|(?:my |the )?(?:partner|match|other (?:person|one))|both of us)"
)
HE_OR_NAMED = r"(?:he|she|they|it|nobody|no ?one|(?:my |the )?(?:partner|match|other person)|NAMED)"
IS = (
    r"(?:['’]?s|['’]?re|['’]?m| is| are| am| was| were| has| have|['’]ve"
    r"|['’]?s been| has been| have been)"
)
NOT = (
    r"(?:(?:did|was|were|has|have|had|could|would|do|does|is|are) ?n['’]?t"
    r"|(?:did|was|has|have|could) not|never|not)"
)
GOES_ON = any_of("""
    so|as|and|but|because|due|since|until|till|this|last|again|at|in|on|for|from|with
    now|today|yesterday|tomorrow|twice|sorry|apologies|i['’]?m afraid|unfortunately
    regards|best|kind|thanks|thank
""")
# After this the sentence may say when and why, and not what: "cancelled on Monday", not "cancelled the fair".
END = rf"(?=\W*$|[.,;!]|\W+(?:{GOES_ON})\b)[\s\S]*"
CALLED_OFF = any_of(rf"""
    {HE_OR_NAMED} {RATHER}(?:had to |has to |needs to |wants to |asked to )?(?:cancel(?:led)?|postponed?|bailed|called it off|pulled out|dropped out|let me down|stood me up|ignored me|ghosted me|moved? it|re-?arranged?|re-?scheduled?)\b(?: (?:it|on me|last minute))?{END}
    (?:(?:we|i) )?never (?:met|spoke|talked)(?: (?:up|him|her|them|NAMED|in the end|this time))*{END}
    (?:(?:we|i) )?(?:couldn['’]?t|could not) (?:find|agree|fix|get|set|arrange)(?: on)? (?:a|any|one) (?:time|date|slot|day|moment)\b(?! of\b| for (?!us|both|it|this|that|me|him|her|NAMED)).*
    (?:i|we) {RATHER}(?:had to |have to |'ve )?(?:cancel(?:led)?|called it off|postponed|gave up|given up){END}
""")  # noqa: E501  (one way to a line)
OF_THE_MEETING = any_of(rf"""
    (?:yes\W+)?(?:i|we) (?:did|was|were|could|tried)\b,?(?: but)? (?:he|she|they|NAMED) (?:did|was|were|could|would) ?(?:n['’]?t|not)\b.*
    {PEOPLE}? ?{RATHER}(?:forgot|missed (?:it|each other|him|her|them|our|the (?:call|meeting|slot))|overslept|messed up|mixed up|double.booked|got the wrong)\b(?! (?:how|that|what|why|where)\b).*
    (?:it |this )?{RATHER}(?:slipped my mind|my (?:bad|fault|mistake))\b.*
    {CALLED_OFF}
    {HE_OR_NAMED} (?:(?:can|could|wo|wouldn) ?['’]?n?['’]?t|cannot|could not|will not)(?: be able to)? (?:make|do|manage|come|meet|talk|attend)\b.*
    no\W+(?:i|we) (?:did|could|have|can|do|was|were|had) ?(?:n['’]?t|not)\b.*
    (?:(?:{HE_OR_NAMED}|i|we) )?{RATHER}{NOT} (?:ever )?(?:turn(?:ed)? up|show(?:ed)?(?: up)?|there|appear(?:ed)?|came|come|join(?:ed)?|answer(?:ed)?|repl(?:y|ied)|respond(?:ed)?|g[eo]t back|been in touch|got in touch|written back)\b(?: (?:to|with|my|me|us|up)(?: \w+)?)?{END}
    (?:yes|yeah|yep)\W+not yet\b.*
    (?:{HE_OR_NAMED} (?:was|is) (?:a )?)?no.?show\b(?: from)?.{{0,20}}|(?:nothing|no reply|no word|not (?:heard )?a (?:peep|word|thing|sausage))(?: (?:back )?from \w+)?(?: yet)?\W*
    (?:i|i['’]?ve|i have)(?: (?:just|already|now|also))? (?:rung|rang|called|phoned|e-?mailed|te?xted|messaged|written to|wrote to|tried|contacted) (?:twice|(?:three|several|many) times|NAMED|him|her|them|my partner)\b.*
    (?:i|i['’]?ve|i have)?(?: (?:just|already|now))? ?left (?:(?:NAMED|him|her|them) )?(?:a|two|three|several) (?:\w+ )?(?:messages?|voicemails?)\b.*
    i waited\b.{{0,60}}(?:nobody|no ?one|n['’]?t|never|alone|nothing).{{0,30}}
    no (?:joy|luck|time)\b.{{0,30}}|nobody there\b.{{0,20}}
    (?:i |we )?(?:keep|kept) missing\b.{{0,20}}
    .{{0,50}}(?:n['’]?t|\b(?:not|never|nearly|almost|should have|hop(?:e|ing) to|hoped|due to|meant to|supposed to|going to))(?: \w+){{0,2}} (?:met|meet)\b.{{0,50}}
    (?:i |we )?met (?:nobody|no ?one|neither|none)\b.{{0,30}}
    (?:yes|yeah|yep|no|sort of|kind of)\W+(?:but|and no|ish)\b.*
    (?:the |our |my |NAMED['’]?s? )?(?:link|zoom|teams|call|video|meet|wi-?fi|internet|tech(?:nology)?|technical|signal|sound|e-?mail|number|phone)(?: \w+)? (?:link |call |\w+ )?(?:failed|broken|bounced|problems?|issues?|down|(?:did|does|would|wo|is) ?n['’]?t|(?:did|does|would) not|not working|dropped|crashed|kept)\b.*
    i (?:can['’]?t|cannot|can not|couldn['’]?t) (?:open|find|use|work|see|read|get|click|access) .*
    .{{0,40}}\b(?:says?|said) (?:he|she|they)(?: (?:is|was|are)|['’]?s)? (?:too|not|n['’]t|can['’]?t|cannot|away|off|ill|sick|busy)\b.*
""")  # noqa: E501  (one way to a line)
# What has changed of its writer's details: an organiser has to know, whatever else is said.
OF_DETAILS = any_of(r"""
    (?:i |i['’]?ve |i have |(?:he|she|NAMED) (?:has |have )?)(?:now |just |since |recently )?(?:left|retired|resigned|stood down|stepped down|moved (?:jobs?|on|away|house|to)|lost my (?:seat|job)|changed (?:my |jobs?)|been made redundant)\b.*
    (?:i(?:['’]?m| am)?|he(?:['’]?s| is)?|she(?:['’]?s| is)?) no longer\b(?! (?:think|believe|see|fear|assume|worry|feel)\b).*|i do ?n['’]?t work (?:there|here|for|at)\b.*
    .{0,40}\bno longer (?:with us|works?|working|employed|at|here)\b.*
    (?:his|her|their|my|NAMED['’]?s?) (?:home |mobile |phone |e-?mail )?(?:e-?mail|number|mobile|phone|address) is\b(?=.*(?:\d{3}|@)).*
    (?:(?:he|she|they|NAMED) )?lives (?:at \d+|next (?:to|door))\b.*
    (?:my new (?:e-?mail|number|mobile|phone|address)|i(?:['’]?ve| have) (?:a new|changed my)|new number)\b.*
""")  # noqa: E501
OF_PEOPLE = any_of(rf"""
    (?:(?:{HE_OR_NAMED}|i|we){IS} )?{RATHER}(?:ill|poorly|sick|unwell|not (?:very )?well|off (?:sick|work|ill)|in hospital|in (?:a |the )?hospice|in intensive care|(?:terminally|seriously|gravely) ill|isolating|on (?:holiday|leave|annual leave|maternity leave|sick leave)|away|abroad|busy|(?:too|very|so) busy|snowed under|stressed|tired){END}.*
    (?:{HE_OR_NAMED}|i|we){IS} (?:got )?(?:covid|flu|the flu|a (?:cold|bug|funeral|family emergency|bereavement))\b.*|(?:i )?had a (?:funeral|family emergency|bereavement)\b.*
    (?:his|her|their|my|NAMED['’]?s) \w+(?:['’]s| is| was| has| had)?(?: \w+)? (?:died|ill|poorly|sick|in hospital|dying)\b.*
    (?:i |we )?(?:already |have already )?(?:know|work with|am married to) (?:NAMED|him|her|them)(?: (?:already|well|from \w+))?\W*
    (?:he|she|they|NAMED) (?:made me(?! (?:think|reali[sz]e|see|look|want|wonder|ask|question|rethink|reconsider|appreciate|understand|notice|aware)\b)|asked me for|kept asking|tried to sell|wanted (?:my |money)|touched(?! (?:up)?on\b)|threatened|harass\w*|shouted|insulted|followed(?! (?:an?|it|up|the|their|its)\b))\b.*
    (?:he|she|NAMED) (?:seem(?:s|ed)|looked|sounded) (?:\w+ )?(?:low|down|depressed|upset|unwell|frail|confused|distressed|lonely)\b.*|.{{0,40}}\bworried about (?:him|her|NAMED)\b.*
    (?:it was |it felt like )?(?:just |only )?a sales pitch\b.*|(?:he|she)(?:['’]?s| is| was) my (?:ex|boss|manager|husband|wife|partner|neighbour|tenant|landlord)\b.*
    (?:he|she|they|NAMED) (?:wants?|would like|asked|wish(?:es)?) to (?:stop|leave|drop out|be (?:taken|removed)|unsubscribe|opt out)\b.*
    NAMED is my \w+\b.*|i do ?n['’]?t know (?:who|any|these|this|him|her|NAMED)\b.*|i am deaf\b.*
""")  # noqa: E501
A_DAY = (
    rf"(?:(?:on |at |for |this |next |the )*(?:{WEEKDAY}|\d{{1,2}}(?:st|nd|rd|th)|\d{{1,2}} [a-z]{{3,9}}"
    r"|tomorrow|week|month)\b(?! of (?:each|every)\b| (?:each|every)\b))"
)
A_MEETING = r"(?:coffee|call|chat|catch ?-?up|lunch|meeting|zoom|teams|date)"
# What is said of another time to come.
OF_PLANS = any_of(rf"""
    (?:(?:no|yes|yeah|yep)\W+)?(?:(?:we|i)(?:['’]?re|['’]?m| are| am| will be|['’]?ll be)? )?(?:meet(?:ing)?|seeing|talking|speaking|chatting|catching up)(?: up)?(?: (?:to|with))?(?: (?:NAMED|him|her|them|again|each other))* {A_DAY}.{{0,30}}
    (?:(?:our |another )?(?:next )?)?{A_MEETING}(?: is| has been)?(?: (?:booked|arranged|set|fixed|planned|agreed|in the diary))?(?: for| on| at)? {A_DAY}.{{0,20}}
    (?:(?:no|yes|yeah|yep)\W+)?(?:we|i)(?:['’]?re|['’]?m| are| am| will be|['’]?ll be) (?:meeting|talking|speaking)(?: up)?(?: (?:NAMED|him|her|them|soon|later|tomoz|tomo\w*|2moro|tmrw|shortly))*\W*
    (?:(?:no|yes|yeah|yep)\W+)?(?:we|i)(?:['’]?ve| have)?(?: got)? (?:a|our) (?:date|call|slot)\b(?: (?:in|booked|for|on|set|fixed|arranged|planned)\b.{{0,30}})?\W*
    see you\b.{{0,30}}|(?:(?:we|i) )?(?:would|will|['’]?ll|['’]d) (?:happily |gladly |definitely )?(?:do|try) (?:it |this |that )?again\b.{{0,20}}
    (?:(?:we|i)(?:['’]?ll| will| are going to|['’]?re going to| hope to| plan to| agreed to) |hop(?:e|ing) to |going to |agreed to )?(?:(?:meet|talk|speak|chat|catch up|see (?:each other|NAMED|him|her|them))(?: up)?(?: with (?:NAMED|him|her|them))? again|(?:keep|stay) in touch)\b.{{0,30}}
    (?:(?:we['’]?re|we are|i['’]?m|i am|really|so|very much) )*looking forward to\b.{{0,60}}
""")  # noqa: E501  (one way to a line)
# What is said of how somebody is, and no more: it is about them, though kind.
KIND = (
    r"(?:lovely|nice|great|wonderful|delightful|charming|kind|friendly|pleasant|sweet|interesting|fascinating|funny|clever"
    r"|brilliant|amazing|fantastic|super|smashing|top|decent|proper|good|fab|fabulous|inspiring|impressive|young|old"
    r"|quiet|shy|boring|dull|odd|strange|chatty|talkative|intense|posh|serious|warm|genuine|humble|bright|helpful)"
)
SOMEONE = (
    r"(?:lady|woman|man|guy|bloke|chap|lad|lass|lassie|girl|gent|gentleman|fella|fellow|character|soul|person"
    r"|human being|folks?)"
)
OF_ONE = r"(?:(?:really|very|so|such|what|a|an|the|quite|most|right|truly|absolutely?|thoroughly|bit|of) )*"
OF_PRAISE = any_of(rf"""
    (?:(?:he|she|they|NAMED|it)(?:['’]?s| is| was| are| were| seem(?:s|ed)) )?(?:{OF_ONE}{KIND}(?:,? (?:and |but )?{OF_ONE}{KIND}){{0,2}}|(?:what|such) an?) {SOMEONE}(?: (?:tbh|indeed|too|though|thanks?|thank you|to (?:talk|speak|chat)(?: to| with)?))*(?: ?[,;.!:–-]\W*\w+(?:\W+\w+)?)?\W*
    (?:he|she|they|NAMED)(?:['’]?s| is| was| are| were| seem(?:s|ed)) {OF_ONE}{KIND}(?:,? (?:and |but )?{OF_ONE}{KIND}){{0,2}}(?: (?:to (?:talk|speak|chat)(?: to| with)?|company|indeed|too|though))*\W*
    (?:a )?bit {OF_ONE}{KIND}(?: (?:tbh|to be honest|though|really|for me))?\W*
    we (?:really |all |both )?(?:got on|get on|hit it off|clicked)\b.{{0,40}}|(?:we )?(?:have|had|have got) (?:a lot|lots|loads|so much|much) in common\W*
    (?:he|she|NAMED) (?:knows|knew) my \w+\W*
""")  # noqa: E501  (one way to a line)
OF_US = any_of(r"""
    (?:(?:i['’]?m |i am )?(?:so |very )?(?:sorry|apologies|apologises) )?(?:for|about) (?:the |my |a |being |this )*(?:(?:late|slow|delayed|tardy|belated) (?:reply|response|answer)|(?:delay|slow|late) (?:in )?(?:replying|answering|getting)|delay\W*$|not (?:replying|answering))\b.*
    (?:please |just |now )?stop asking(?: me| us)?(?: (?:this|that|about it|please|now|again|every \w+))*\W*
    (?:i(?:['’]?m| am|['’]?ll| will| have| shall)?|we(?:['’]?re| are)) (?:be )?(?:report(?:ing|ed)?|complain(?:ing|ed)?)\b.{0,40}\b(?:ico|information commissioner|ofcom|7726|police|monitoring officer|ombudsman)\b.*
    (?:erase|delete|erasing|deleting|wipe) (?:everything|all)\b(?=.{0,30}(?:\b(?:me|my|mine|please|now)\b)).*
    (?:(?:hi|hello|sorry|yes|no|thanks)\W+)?(?:please|pls|plz|kindly)\b.*|cancel[,.!:].*
    (?:can|could|will|would|may) (?:i|you|u|we|someone|somebody|anyone) .*
    (?:who (?:gave|told|are|is|s)|when (?:is|s) (?:the|my) next|how (?:do|can) (?:i|you)|where (?:do|is) (?:i|the|my)) .*
    (?:i |we )?(?:can['’]?t|cannot|can not|wo n['’]?t|won['’]?t|do ?n['’]?t) (?:do|use|have|like|want|drive|travel|hear|manage|be (?:paired|matched|put))\b.*
    (?:please )?(?:never|not) again\b.{0,30}|i (?:never|do ?n['’]?t|do not) (?:ever )?want to (?:see|meet|talk to|speak to|hear from) (?:him|her|them|NAMED)\b.*
    i(?: would|['’]?d)? (?:want|need|like|prefer|wish|demand|request|hope) (?:to |a |an |some|my |you |not )(?!.*\blearn|(?:copy|adopt|steal|bring) (?:their|her|his|this|that|it)\b|start (?:an?|our) ).*
    (?:(?:do ?n['’]?t|do not|never) )?(?:just )?(?:ring|call|phone|telephone|e-?mail|text) me\b.*|call you later\W*
    (?:i (?:never|did ?n['’]?t|did not) (?:sign(?:ed)? up|ask(?:ed)? (?:for|to be)|join(?:ed)?|agree(?:d)? to)|(?:how|where) (?:did|do|have) you (?:get|got|find|found) my)\b.*
    (?:(?:it|this|that)(?:['’]?s| is| was)? ?(?:n['’]t|not) (?:really )?for me|i(?:['’]?m| am) (?:not|no longer) interested)\b.*
    unsubscribe\b.*|wrong (?:number|person)\b.*
    (?:do ?n['’]?t|do not|never) (?:ever )?(?:pair|match|put|skip|forget|leave|introduce|send|give|pass|contact|show|publish|share|post|print|quote|use|tell|repeat)\b.{0,20}\b(?:me|this|that|it|us|my|what|any)\b.*
    not (?:NAMED|him|her|them|that one)(?: (?:please|again|thanks))*\W*|not (?:for me|interested)\b.*
    (?:i(?:['’]?ve| have)? )?changed my mind\b.*|(?:i['’]?m |i am )?giving up\b.*
    (?:i(?:['’]?ve| have| am|['’]?m)? )?(?:already )?(?:done (?:that|it|so)|written to (?:him|her|them)|e-?mailed (?:him|her|them)|will reply|do it later|reply later)\b.*
    (?:i['’]?ll|i will|will) (?:do|reply|answer|get|write|fill|let you|come back|contact|e-?mail|call|ring)\b.*
    (?:(?:updated |new )?invitation|(?:cancell?ed|updated|new) event|reminder):.*|.{0,80}\b(?:has )?invited you to\b.*
    (?:thank you|thanks) for (?:your|contacting|getting in touch)\b(?!.*\b(?:introduc|help|patience|time|kind|met|learn|spoke|talked|shar)).*
    (?:i['’]?m |i am )?in a meeting\b.*|fwd?:.*|you['’]?re (?:very |most )?welcome\W*
    (?:take|delete|remove|get rid of|scrap|erase|hide|withdraw) (?:that|this|it|what|my)\b.*
    (?:under|in line with) (?:the )?(?:uk )?(?:gdpr|data protection|article)\b.*
""")  # noqa: E501
# Where one asks us, and does not tell of others: "They do not share this" is something learned.
ASKS = (
    r"(?:\A|[.,;:!?\n]\s*|\b(?:please|pls|but|and|so|actually|kindly"
    r"|(?:can|could|would|will) (?:you|u|someone)) )\W*(?:please )?"
)
WORDS_OF_MINE = r"(?:that|this|it|what i \w+|my (?:words|post|comment|learning|reply|answer|message|text))"
OTHERS = (
    r"(?:sharing|publication|publishing|(?:public|general) consumption|others|anyone"
    r"|the (?:wall|web ?site|public))"
)
PRIVATE = lazy_pattern(
    any_of(rf"""
        \A\W*(?:said |told )?in (?:strict )?confidence\b|\b(?:told|said|say|tell)[^.!?]{{0,30}} in (?:strict )?confidence\b|\bin (?:strict )?confidence\W*\Z
        \A\W*off the record\b|\boff the record\W*\Z
        (?:\A|[.!;,\n]\s*)(?:just |strictly )?between (?:you and me|ourselves)\b|\b(?:just|strictly|this is|keep (?:this|it|that)) between (?:us|you and me|ourselves)\b
        (?:\A|[.!;,\n-]\s*)(?:(?:this|it|that)(?: is|['’]s) )?not (?:for {OTHERS}|to be (?:shared|shown|published|quoted|repeated|passed on))\b|\b(?:this|it|that) is ?n['’]?t for {OTHERS}\b
        \bi(?:['’]?d| would) (?:rather|prefer)\b[^.!?]{{0,30}}(?:\bnot\b|n['’]?t\b)[^.!?]{{0,12}}\b(?:shar|show|publi|post|print|quot|repeat|web ?site|wall)\w*
        \b(?:for your eyes only|(?:just|only) for (?:you|the organi[sz]ers?)|for (?:you|the organi[sz]ers?) only)\b|\b(?:told me privately|confided)\b
        (?:\A|\A.{{1,30}}[,!\n])\W*(?:strictly )?(?:private|confidential|personal)\b ?(?:[-–—:.,!]|and confidential)
        (?:\A|[.!;,\n]\s*)(?:that|this|it) (?:was|is) (?:strictly )?(?:private|confidential|secret)(?=\W*\Z|[.,;!])
        {ASKS}keep (?:this|it|that) (?:to yourself|between|private|confidential|quiet|off the|under (?:your|our) hat)\b
        {ASKS}(?:do ?n['’]?t|do not|never) put {WORDS_OF_MINE} (?:on|up|out|in)\b|{ASKS}leave {WORDS_OF_MINE} (?:out|off)\b
        {ASKS}(?:do ?n['’]?t|do not|never) (?:ever )?(?:show|publish|share|post|print|quote|repeat|tell|pass)\b(?: \w+){{0,2}} (?:{WORDS_OF_MINE}|me)\b
        {ASKS}(?:do ?n['’]?t|do not|never) (?:ever )?(?:show|publish|share|post|print|quote|repeat|pass on) {WORDS_OF_MINE}(?!\w)
        \b(?:do ?n['’]?t|do not|never) (?:tell|say (?:anything|a word) to|let on to) (?:any(?:one|body)|people)(?=\W*\Z|[.;!])|\b(?:do ?n['’]?t|do not|never) mention (?:it|this|that)\b
        {ASKS}(?:take|pull) {WORDS_OF_MINE} (?:down|off)\b|{ASKS}take down {WORDS_OF_MINE}
        {ASKS}(?:delete|remove|hide|withdraw|un-?publish) {WORDS_OF_MINE}(?!\w)
        \bpeidiwch â (?:chyhoeddi|rhannu|dangos)\b|\byn gyfrinachol\b
    """),  # noqa: E501  (one way to a line)
    re.IGNORECASE,
)


HAVE_MET = (
    r"\W*(?:(?:yes|yeah|yep|hi|hello|so|we|i|have|did|both|finally|just)\W+)*"
    r"(?:met|meet|spoke|spoken|talked|chatted)(?: up)?(?: (?:with|to))? NAMED\b.*"
)
ALREADY_MET = lazy_pattern(
    r"\W*(?:(?:yes|yeah|yep|hi|hello|oh|we|i|have|we['’]?ve|i['’]?ve|both)\W+)*already "
    r"(?:met|spoken?|talked|chatted)(?: up)?(?: (?:thanks|thank you|ta))?\W*",
    re.IGNORECASE,
)
AGAINST = lazy_pattern(r"\?|\b(?:not|never|no|nearly|almost)\b|n['’]t\b", re.IGNORECASE)
AFTER_ALL = lazy_pattern(
    r"\b(?:(?<!never )(?:met|spoke|talked)|chat\w*|move\w*|postpon\w*|re-?arrang\w*|re-?schedul\w*"
    r"|next|instead|new date|another)\b",
    re.IGNORECASE,
)
BEGINS = any_of(r"""
    (?:yes|no|yeah|yep)(?= (?:sorry|sadly|unfortunately|but|he|she|they)\b)
    sorry|apologies|oh(?: no)?|no(?=[,.!])|well|hi|hello|unfortunately|sadly|i['’]?m afraid
    but|and|so|actually|dear \w+
""")
SIGNED = lazy_pattern(
    r"\W+(?i:many thanks|thanks|thank you|cheers|ta|(?:kind |best |warm )?(?:regards|wishes)|best|diolch)"
    rf"\W*(?:{NAME}(?: {NAME}){{0,3}})?\W*$"
)
# A row of signs says no more than its two ends. Whatever looks for one sign and any more behind it begins
# anew at each: a thousand "!" took seconds.
A_ROW_OF_SIGNS = lazy_pattern(r"(\W{10})\W+(\W{10})")
NAMES_AT_END = lazy_pattern(rf"[\s.,]+{NAME}(?: {NAME}){{0,4}}$")
BEGUN = lazy_pattern(rf"^\W*(?:(?:{BEGINS})\b\W*)*", re.IGNORECASE)


def is_private(text: str) -> bool:
    """Does its writer ask that these words, or those before, be shown to nobody?"""
    said = SIGNED.sub("", _ungreeted(_in_short_rows(text.strip())))
    return any(PRIVATE.search(each) for each in (said, NAMES_AT_END.sub("", said)))


def says_met(text: str, names: tuple[str, ...]) -> bool:
    """Does it begin with having met one of these, in any case of letters? What follows may be learned."""
    return _is_said((HAVE_MET,), names, text) and AGAINST.search(text) is None


def has_already_met(text: str) -> bool:
    """Does it say no more than that they have met by now? In answer to an introduction it may mean before."""
    return ALREADY_MET.fullmatch(SIGNED.sub("", _in_short_rows(text))) is not None


def fell_through(text: str, names: tuple[str, ...] = ()) -> bool:
    """Does it say that one of them called the conversation off, and no more of it?"""
    return len(text) <= LONGEST and _is_said((CALLED_OFF,), names, text) and AFTER_ALL.search(text) is None


def is_news(text: str, names: tuple[str, ...] = ()) -> bool:
    """Is it told or asked by one of two people about to meet, rather than learned? `names` are their
    partners', in any case of letters. O(letters).
    """
    said = " ".join(text.split())
    is_short = len(re.findall(r"\w+", _bare(said))) < FEWEST_WORDS and not A_SENTENCE.fullmatch(
        _ungreeted(said)
    )
    return is_private(text) or is_short or is_told(text, names)


def is_told(text: str, names: tuple[str, ...] = ()) -> bool:
    """The same of words behind an answer, which may be few and yet something learned: "Met. Great fun"."""
    of_one_another = (OF_THE_MEETING, OF_PLANS, OF_PEOPLE, OF_PRAISE, OF_DETAILS, OF_US)
    is_of_one_another = len(text) <= LONGEST and _is_said(of_one_another, names, text)
    return is_of_one_another or _is_said_somewhere((OF_HARM,), names, text)


def must_be_read(text: str, names: tuple[str, ...] = ()) -> bool:
    """Does it tell, beside what is acted upon, of harm done, or of what has changed of its writer's details?
    "Skip. Tom made me feel unsafe", "Booked. I have a new number".
    """
    return _is_said_somewhere((OF_HARM, OF_DETAILS), names, text)


def tells_of_harm(text: str, names: tuple[str, ...] = ()) -> bool:
    """Was its writer, or somebody else, not treated well? "Tom made me feel unsafe"."""
    return _is_said_somewhere((OF_HARM,), names, text)


def _is_said_somewhere(ways: tuple[str, ...], names: tuple[str, ...], text: str) -> bool:
    return any(_is_said(ways, names, part) for part in CLAUSE.split(text[:LONGEST_READ]))


def _is_said(ways: tuple[str, ...], names: tuple[str, ...], text: str) -> bool:
    """In one of these ways, with or without a name below it."""
    said = _bare(" ".join(text.split()))
    pattern = _pattern(ways, names)
    return any(pattern.fullmatch(each) for each in (said, NAMES_AT_END.sub("", said)))


def _bare(said: str) -> str:
    """Without what people begin and end with whatever they say."""
    return BEGUN.sub("", SIGNED.sub("", _ungreeted(_in_short_rows(said)))).strip(" .!,;)")


def _in_short_rows(said: str) -> str:
    return A_ROW_OF_SIGNS.sub(r"\1\2", said)


def _ungreeted(said: str) -> str:
    greeted = GREETED.match(said)
    return said[greeted.end() :] if greeted else said


def _pattern(ways: tuple[str, ...], names: tuple[str, ...]) -> re.Pattern[str]:
    parts = {part for name in names for part in (name, *name.split()) if part}
    named = rf"(?:{'|'.join(map(re.escape, sorted(parts, reverse=True)))})" if parts else r"(?!)"
    return re.compile("|".join(ways).replace("NAMED", named), re.IGNORECASE | re.DOTALL)
