"""How people say that they, or others, were not treated well. Not of what they talked about: "we talked about
domestic abuse" tells of no harm. Each way is matched by the whole of a clause, in any case of letters.
"""

from notifications.keywords import any_of

RATHER = (
    r"(?:(?:just|only|really|so|very|too|still|now|sadly|all|been|a bit|quite|totally|completely|rather"
    r"|somewhat|pretty|extremely|a little|a tad|a touch|terribly|awfully) )*"
)
PHOBIC = (
    r"(?:racist|sexist|homophobic|transphobic|xenophobic|anti-?semitic|islamophobic|misogynist(?:ic)?|ableist"
    r"|bigoted)"
)
NASTY = (
    rf"(?:{PHOBIC}|inapp?ropriate|offensive|rude|crude|nasty|sexual|lewd|unpleasant|disgusting|vile|horrible"
    r"|suggestive|snide|derogatory|unwanted|awful|abusive|creepy|threatening)"
)
THEY = r"(?:he|she|they|NAMED)"
WHOM = r"(?:him|her|them|NAMED|th(?:at|is) (?:man|woman|person|bloke|guy|chap|one))"
# Behind the same words: what somebody met with in a life of their own, what moved them or made them think,
# and what others go without. Whom they tell of did no harm by it.
IN_THEIR_LIFE = (
    r"(?: [a-z]+ed)?(?: (?:too|also|last week|every week|daily|a lot|constantly))*"
    r" (?:(?:online|on (?:facebook|twitter|x|social media)|at school|while (?:canvassing|campaigning)"
    r"|when i was|in \d{4}|with (?:closure|cuts|redundancy)"
    r"|as an? (?:child|boy|girl|teenager|young \w+|councillor|candidate))\b"
    r"|by (?:(?:an?|the|some|my|our|his|her|two|other) )?"
    r"(?:press|media|developers?|residents?|constituents?|trolls|voters?|landlord|ai)\b)"
    r"(?!.*\b(?:him|he|she|them|they|NAMED)\b)"
)
MOVED = (
    r"(?: (?:really|deeply|so))? (?:with|by) (?:his|her|their) (?:own )?(?:\w+ )?"
    r"(?:story|stories|work|words|kindness)\b|(?: (?:really|deeply|so))? by how\b"
)
TO_THOUGHT = (
    r"(?:to (?:think|apply|stand|see|ask|try|look|read|rethink|question)\b"
    r"|on(?: (?:linkedin|twitter|x|bluesky|facebook)\b|\Z)|with (?:a|one|some) (?:\w+ )?questions?\b"
    r"|into (?:politics|nursing|teaching|local government|the (?:job|role))\b|about the state\b)"
)
GO_WITHOUT = (
    r"(?:are not (?:asked|believed|heard|listened|seen|told|counted|represented|given|paid|reached|registered"
    r"|consulted)\b|should (?:be|have been) (?:asked|heard|listened|paid|consulted|counted)\b"
    r"|(?:can['’]?t|ca n['’]?t|cannot|do ?n['’]?t|do not) (?:get|reach|access|afford|find|vote|hear|see|know"
    r"|feel|apply|report|register|attend|come|use|read)\b)"
)
ABOUT_A_SUBJECT = (
    r" (?:about (?:my own|our|how (?:little|much|few|many|we|i))|with (?:how (?:little|much|few|many|we|i)"
    r"|my own|numbers|petitions|figures|technology)|asking|not knowing|in a good way|hearing (?:about|how)"
    r"|for (?:our|their|the|youth|young|children) ?\w*)\b"
)
WOULD_NOT_MEET = (
    r"(?:['’]d| would)? (?:(?:ever|never|normally|usually|otherwise|expect to|have) )+"
    r"(?:met|meet|spoken?|speak|talk(?:ed)?|come across)\b(?! again\b| alone\b)"
)
OF_HARM = any_of(rf"""
    (?:(?:we )?met[^.!?]{{0,30}}\b)?(?:he|she|they|NAMED)(?: was| were| is| has been|['’]?s)? {RATHER}(?:a bit |being )?(?:rude|racist|sexist|homophobic|aggressive|abusive|inapp?ropriate|creepy|offensive|drunk|tipsy|patronising|nasty|bullying|flirt\w*|over.?familiar|over.?friendly|(?:forward|familiar|full on|pushy|handsy|hands on|intimidating|threatening|domineering|leering|suggestive|weird|unpleasant|hostile)(?=\W*$|[.,;!]| (?:(?:with|to|towards) (?:me|us|women|people)|and|if|but)\b))\b.*
    (?:he|she|they|NAMED)(?:['’]d| had)? been drinking\b.*|(?:he|she|NAMED) (?:smel[lt]\w*|stank|reeked) of (?:drink|alcohol|booze)\b.*
    (?:(?:he|she|they|NAMED)(?:['’]s| is| was| were)? )?not (?:someone|somebody|a (?:man|woman|person|lady|gentleman)) (?:who )?(?:i|you)(?!{WOULD_NOT_MEET})(?:['’]d| would| want)? .*
    (?:he|she|they|NAMED) (?:(?:kept|keeps|was|were) )?(?:ma[dk]e|making|pass\w*|commented?|commenting|remark\w*) (?:\w+ ){{0,3}}(?:about|on) my (?:\w+ )?(?:appearance|looks?|body|figure|weight|age|clothes|dress|skin|hair|accent|colour|disability|religion|faith|legs|face|wife|husband)\b.*
    (?:he|she|they|NAMED) (?:just |then )?(?:turned up|came|came round|appeared|showed up|arrived|waited)(?: \w+)? (?:at|to|outside|by|near) my (?:house|home|door|flat|work|office|church)\b(?! to (?:see|visit|hear|watch) (?!me\b)).*
    (?:he|she|NAMED) (?:wanted|asked|tried|tries|wants|kept asking|offered) (?:me )?(?:(?:to|for) )?(?:borrow|money(?! (?:for|from) (?:the|their|a)\b)|a loan|cash|lend|£|my (?:bank|home )?\w*(?:address(?! book)|number|details)|sell(?! the\b| their\b| its\b)|get me to|buy me(?! (?:a )?(?:coffee|tea|cake|lunch|sandwich)\b))\b.*
    (?:he|she|they|NAMED) wanted me to (?:come(?! to (?:see|visit) (?:the|their|its|how|(?:his|her) (?!home|house|flat|place|hotel|room)\w))|go|join|give|sign|buy|invest|pay|lend|meet (?:him|her) (?:alone|again))\b.*
    (?:he|she|they|NAMED) (?:would ?n['’]?t|would not|won['’]?t|did ?n['’]?t) take no for an answer\b(?! from (?!me\b)).*
    (?:he|she|they|NAMED) (?:sent|sends|keeps sending|kept sending) me (?:\w+ ){{0,3}}(?:(?:photos?|pictures?|images?|videos?|pics?)(?! of (?:the(?! \w+ (?:in|without) )|their|how|what)\b)|messages? (?:at|all|late|every))\b.*
    (?:he|she|they|NAMED) (?:went on|kept on|lectured|preached)(?: and on)? (?:at me )?about (?:religion|god|jesus|the bible|my \w+|immigrants?|immigration|politics|foreigners)\b.*
    (?:i(?:['’]d| would) )?(?:much )?rather not (?:be (?:matched|paired|put|introduced|with)|see|meet|talk|speak)\b.*
    (?:i['’]?m afraid |i am afraid )?(?:we|he and i|she and i) (?:really )?(?:did ?n['’]?t|did not) (?:really )?(?:get on(?! to\b| the\b| with (?:it|the)\b)|see eye to eye(?! on\b| about\b| over\b)|hit it off(?! at first\b| straight away\b| to begin))\b.*
    .{{0,40}}\b(?:(?:ddim|heb) (?:yn )?teimlo['’]?n (?:gyfforddus|ddiogel|saff)|anghyfforddus|anaddas|codi ofn|bygwth)\b.*
    (?:he|she|they|NAMED) (?:(?:has|have|had|was|were|is|are|keeps?|kept)(?: been)? )?(?:asked me out|asking me out|won['’]?t (?:leave me|stop)|(?:touch|threaten|harass|pester|bother|stalk|frighten|scar|insult|follow|shout(?:ed|ing)? at)\w* (?:\w+ )?me)\b(?! {TO_THOUGHT}|{MOVED}).*
    (?:he|she|they|NAMED) (?:keeps|kept|won['’]?t stop) (?:on )?(?!(?:surpris|inspir|remind|encourag|motivat|impress|amaz|support|help|making me (?:laugh|smile|think|want|ask)\b|sending me (?:useful|good|great|helpful|interesting)\b))\w+ing me\b.*
    .{{0,60}}\b(?:i (?:felt|feel)|made me feel|made me) (?:\w+ ){{0,2}}(?:unsafe|uncomfortable|uneasy|upset|harassed|threatened|bullied|scared|awkward)\b(?!{ABOUT_A_SUBJECT}|{IN_THEIR_LIFE}).*
    (?:i )?(?:did ?n['’]?t|did not|never) (?:really )?feel (?:very |quite )?(?:safe|comfortable)\b(?!{ABOUT_A_SUBJECT}).*|felt {RATHER}(?:unsafe|uneasy|uncomfortable)\b.*
    .{{0,40}}\b(?:his|her|their|NAMED['’]?s?) hands? (?:on|up) (?:me|my)\b.*|(?:he|she|they|NAMED) (?:knew|knows) where i live\b.*|(?:he|she|NAMED) asked (?:me )?if i (?:was|am) (?:single|married)\b.*
    (?:very |quite |a bit |rather |so )?(?:rude|racist|sexist|homophobic|creepy|inappropriate)\W*
    (?:{THEY} )?(?:kept |keeps |was |started |tried to |just )*(?:touch|grabb?|star|strok|hugg?|kiss|grop|leer|grind|rubb?|squeez|pinch|press)(?:e|es|ed|ing)?(?: up)?(?: at| against| on| himself| herself)* (?:me(?! an?\b|{MOVED})|my(?! own\b| (?:kids|children|son|daughter)\b))\b.*
    (?:{THEY} )?(?:would ?n['’]?t|would not|wo ?n['’]?t|did ?n['’]?t|does ?n['’]?t|refused to) (?:stop \w+ing (?:at |to )?me|leave me alone|let me (?:go|leave)(?! without))\b.*
    (?:{THEY} )?(?:(?:was|were|kept|started) )?(?:ma[dk]e|makes|making|passed|passing|told|with|said|sent)(?: me)? (?:a |an |some |several |many |loads of |lots of |really |very |rather |quite |slightly )*{NASTY}(?: \w+)? (?:comments?|remarks?|jokes?|things?|statements?|gestures?|noises|suggestions?|advances?|messages?|words?|language)\b(?! (?:are|is|should|can|must|policy|policies|training|victims?)\b).*
    (?:{THEY} )?(?:made|making|passed|kept making) (?:\w+ ){{0,3}}(?:about|on) my (?:\w+ )?(?:hijab|headscarf|scarf|turban|sari|name|race|skin|nationality|pregnancy|sexuality|gender|breasts|chest|bum|age|wheelchair|stammer|hearing)\b.*
    (?:{THEY}(?: is| was|['’]?s) )?{RATHER}(?:(?:such|a|an|bit|of|real|complete|total|absolute|proper|little) )*(?:creeps?|perv(?:ert)?s?|bully|bullies|racists?|sexists?|predator|stalker|bigot|letch|lech|misogynist|sleazebag|sex pest)\W*
    (?:{THEY}(?: is| was|['’]?s| were) )?(?:(?:really|very|quite|so|rather|bit|a|openly|deeply|casually|such|extremely|horribly) )*(?:{PHOBIC}|creepy|inappropriate|lecherous|sleazy|abusive|bullying|predatory|lewd|menacing)(?: (?:old|man|woman|bloke|guy|pig|person|git|comments?|remarks?|behaviou?r|language|jokes?|with me|to me|towards me))*\W*
    (?:{THEY} )?(?:just |then |even |really |has |have )*(?:shout(?:ed|ing)?|scream(?:ed|ing)?|sw(?:ore|earing)|yell(?:ed|ing)?|spat|sp[ai]t|laughed) at me\b.*|(?:{THEY} )?(?:just |then |even |has |have |had )*(?:threaten|insult|harass|intimidat|assault|stalk|pester|humiliat|belittl|blackmail|frighten|hit|slapp|push|attack|abus|flash|follow|bulli)(?:ed|ing|s)? me\b(?! {TO_THOUGHT}|{MOVED}).*
    (?:{THEY} )?made me (?:cry(?! with\b)|shake|sick|feel (?:sick|small|dirty|worthless|stupid|ill))\b.*
    (?:i(?:['’]d)? )?(?:(?:want|wish|would like|need|like|am going|have) )+(?:to )?(?:make (?:a |an )?(?:formal |official |serious )?complaint(?! (?:system|process|procedure|form))|(?:complain|report) (?:about )?(?:{WHOM}|somebody|someone|what (?:he|she|they) (?:did|said)|(?:his|her|their) behaviou?r|harassment|abuse))\b.*
    (?:please |pls |plz |can you )*(?:do ?n['’]?t|do not|never) (?:ever )?(?:match|pair|put|introduce) me (?:up )?(?:with|to) {WHOM}\b.*
    (?:{THEY} )?called me (?:names|an? (?!(?:day|week|few|couple|bit|little|second|third|taxi|cab|year|month|lot|minute|while|hour|cllr|genius|star|hero|friend|natural|ally|bridge|champion|leader|pioneer|inspiration)\b)\w+)\b.*
    i(?:['’]?ve| have| was| felt| feel|['’]?m| am)(?: being| been)? {RATHER}(?:harassed|assaulted|bullied|groped|stalked|abused|insulted|intimidated|humiliated|discriminated against|touched|followed home|threatened)\b(?!{IN_THEIR_LIFE}|{MOVED}).*
    (?:{THEY} )?(?:said|says|told me|thinks|thought|reckons)(?: that)? (?:women|girls|muslims|jews|blacks?|black people|immigrants|foreigners|gays?|lesbians|trans people|disabled people|asians|gypsies|travellers|people like me|my (?:kind|sort|people)) (?!{GO_WITHOUT})(?:are (?:all|not|too|useless|inferior|taking)|ca ?n['’]?t|cannot|should|shouldn['’]?t|do ?n['’]?t|do not|belong|have no)\b.*
    (?:and )?asked (?:me )?(?:if|whether) i (?:was|am|had|have) (?:single|married|a (?:boy|girl)friend|a husband|a partner|alone|lonely)\b.*
    {THEY}(?: has| had)? lied about (?:who|his|her|their|being)\b.*|{THEY}(?: is|['’]?s| was|['’]?re) ?(?:not|n['’]t) who (?:he|she|they) (?:says?|said|claims?|claimed)\b.*|(?:a )?different (?:man|woman|person|bloke|guy|chap) (?:turned up|came(?! to (?:each|every))|answered|joined|was there)\b(?!.*\bwent well\b).*
    .{{0,40}}\b(?:fy nychryn|fy mygwth|yn aflonyddu|yn hiliol|yn rhywiaethol|cyffwrdd (?:â|a) fi)\b.*
""")  # noqa: E501
