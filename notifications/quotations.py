"""What somebody wrote themselves in a mail: without what it quotes, banners, signatures and small print.

A quotation begins where a mail program says so: with a line that names a date or an address and ends in
"wrote:", with two lines such as "From:" and "Sent:", or with a line of its own; and, in whatever language,
with a line that names a moment and an address and ends in a colon, or with three fields of which one has an
address in brackets and one a year. A signature begins with its writer's name, as the mail's From says it. A
sentence that only looks like one of these stays.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from lxml import etree
from lxml import html as lxml_html

from notifications import secrets, titles
from notifications.keywords import Word, any_of, understand
from notifications.lazy_patterns import lazy_pattern

LONGEST_READ = 50_000  # letters of a mail: what somebody wrote stands at its top or close to it
LONGEST_SIGN = 300  # letters of a line that is looked at as a header, a signature or a banner
FOLDED_OVER = 4  # lines over which "On … wrote:" may be broken
LONGEST_NAME = 9  # words of a line that says who somebody is
SIGNED_WITH = titles.TITLES | titles.LETTERS | {"x", "xx", "xxx"}
HIGHEST_BOX = 8  # lines of a gateway's banner
WROTE = any_of("""
    wrote|schrieb|écrit|escribió|ha scritto|napisał|napisała|napisał\\(a\\)|schreef|geschreven|skrev|kirjoitti
    ysgrifennodd|escreveu
""")
ATTRIBUTION = lazy_pattern(
    rf"\b(?:{WROTE})\b[^:]{{0,200}}:$|(?:{WROTE}) ?:$|\bwrote ?-{{2,}}$", re.IGNORECASE
)
DATED = lazy_pattern(r"\b\d{1,2}[:.]\d{2}\b|\b20\d\d\b|\S@\S|\b\d{1,2}/\d{1,2}/\d{2}\b")
# Gmail in some languages, with neither "On" nor "wrote".
DATE_AND_ADDRESS = lazy_pattern(r"^(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b.*<[^<>]*@[^<>]*> ?:$")
# In languages whose words we do not know. Mail programs name there whom a letter is from, as its From says:
# our answer address is in its Reply-To, and seldom in what they quote.
IN_BRACKETS = lazy_pattern(r"<[^<>@:\s]+@[^<>@\s]+>")
AN_ADDRESS = lazy_pattern(r"[^\s<>@:]+@[^\s<>@:]+\.\w")
A_YEAR = lazy_pattern(r"(?<!\d)20\d\d(?!\d)")
A_TIME = lazy_pattern(r"(?<![\d.:])\d{1,2}[:.]\d{2}(?!\d)")
COLON_AT_END = lazy_pattern(r"[:：]$")
A_FIELD = lazy_pattern(r"^[*_ ]*[^\W\d_][\w .'’-]{0,24}[*_ ]*[:：]")
FIELDS_LOOKED_AT = 4
FROM = "from|von|de|da|od|van|från|fra|lähettäjä|oddi wrth|gan"
OTHER_FIELDS = any_of("""
    sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyée?|à|objet|enviado(?: el)?|fecha|para
    asunto|inviato|data|a|oggetto|wysłan[oe]|do|dw|temat|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|dato
    lähetetty|vastaanottaja|aihe|päivämäärä|anfonwyd|at|pwnc|dyddiad
""")
FIRST_FIELD = lazy_pattern(rf"^[*_ ]*(?:{FROM})[*_ ]*:[*_ ]*\S", re.IGNORECASE)
NEXT_FIELD = lazy_pattern(rf"^[*_ ]*(?:{OTHER_FIELDS})[*_ ]*:", re.IGNORECASE)
# "-----Original Message-----", "---------- Forwarded message ---------", and as other languages say it.
FORWARDED = any_of("""
    original message|forwarded message|(?:ursprüngliche|weitergeleitete) nachricht
    message (?:d'origine|transféré)|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)
    wiadomość (?:oryginalna|przekazana)|oorspronkelijk bericht|ursprungligt meddelande
    oprindelig meddelelse|opprinnelig melding|alkuperäinen viesti|neges wreiddiol
""")
DIVIDER = lazy_pattern(
    rf"^[-_ ]*-{{2,}} ?(?:{FORWARDED})\b"
    r"|^(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message transféré) ?:$",
    re.IGNORECASE,
)
RULE = lazy_pattern(r"^[-_=*#~]{5,}$")
OUR_ADDRESS = lazy_pattern(secrets.REPLY_ADDRESS, re.IGNORECASE | re.ASCII)
A_LINE_BETWEEN = lazy_pattern(r"^-{2,}.{0,60}-{2,}$|^>>> .+ >>>$")  # such as GroupWise's
# What council gateways put on top, as programs write it: in capitals, after a colon, or as a word alone.
CLASSES = any_of(r"""
    official(?:[- :]*sensitive)?|sensitive|unclassified|not protectively marked|restricted|unrestricted
    swyddogol|controlled|internal(?: use)?(?: only)?|public|private|confidential|general|protect
""")
OF_A_MAIL = r"\b(?:e-?mail|message|sender|external|outside|attachments?|links?)\b"
MARKING = lazy_pattern(
    r"^\W*(?:"
    + any_of(rf"""
        official(?:[- :]*sensitive)?|unclassified|not protectively marked|restricted|swyddogol
        (?-i:OFFICIAL)(?:[- :]*(?-i:SENSITIVE))?[ :-].{{0,40}}
        (?:this (?:e-?mail|message)\b.{{0,20}} )?(?:classified|marked|labelled)(?: as)?\W{{1,3}}(?:{CLASSES})
        (?:[\w-]+ ){{0,2}}(?:classification|marking|sensitivity) ?[:=-] ?(?:{CLASSES})(?:[ :-].{{0,40}})?
        external(?: e-?mail| sender| message)?
        (?:(?-i:CAUTION|WARNING)\b|(?:caution|warning) ?[:!*-].{{0,60}}{OF_A_MAIL}).*
        (?:this|the) (?:e-?mail|message|sender)\b.{{0,30}}\b(?:originated|came|sent|is) from outside\b.*
        (?:please )?(?:do not|don't) click (?:on )?(?:any )?links?\b.*\b(?:unless|attachments?|senders?)\b.*
    """)
    + r")\W*$",
    re.IGNORECASE,
)
INVITES = lazy_pattern(r"^\W*(?:cyfarfod )?microsoft teams\b", re.IGNORECASE)  # below a rule: its own box
DEVICES = any_of(r"""
    iphone|ipad|android|galaxy|samsung|huawei|xiaomi|pixel|blackberry|nokia|smartphone|mobile|phone|tablet|windows
    outlook|yahoo|aol|bt e-?mail|gmx|web\.de|proton|mail for|mail app|e-?mail app
    handy|téléphone|telefon|móvil|ffôn
""")
SENT_FROM = lazy_pattern(
    r"^\W*(?:"
    + any_of("""
        sent (?:from|with|via|using)|get|envoyé (?:de|depuis|à partir)|gesendet (?:von|mit)|von meinem
        inviato da|enviado desde|wysłan[eoy] z|verzonden vanaf|verstuurd vanaf|skickat från|sendt fra
        lähetetty|anfonwyd o
    """)
    + rf")\b.{{0,60}}(?:{DEVICES}).{{0,60}}$",
    re.IGNORECASE,
)
# A program that names itself, in few words: "Sent from Edison Mail".
SENT_BY = lazy_pattern(
    r"^(?:Sent (?:from|via|with|using) (?:my )?(?:[A-Z]\w*\b\W*){1,4}|Yahoo Mail: .{0,60})(?:\(.*\)\W*)?$"
)
# "PS please …", "P.S. Please …"; and not "PS Gill", who is a sergeant.
POSTSCRIPT = lazy_pattern(r"^(?:[pP]\.[sS]\.?[ :,–-]+\w|[pP][sS](?: ?[:,–-]+ ?\w| +(?:[a-z]|I\b)))")
A_GREETING = lazy_pattern(
    r"^(?:hi|hello|dear|hey|good \w+|bore da|prynhawn da|annwyl|helo)\b.{0,40}$", re.IGNORECASE
)
CLOSINGS = (
    r"(?:(?:with|many|kind|kindest|best|warm|warmest|very best|all the|yours)\W+)*(?:"
    + any_of("""
        regards|wishes|best|sincerely|faithfully|truly|thanks|thank you|thx|cheers|kr|br|ta|warmly
        take care|(?:speak|talk|see you) (?:soon|then)|bye(?: for now)?|best wishes to (?:you )?all
        cofion(?: gorau| cynnes| caredig)?|llawer o ddiolch|(?:gyda )?diolch(?: yn fawr| o galon)?
        hwyl(?: am y tro)?|(?:yr eiddoch )?yn gywir
        le (?:gach )?(?:dea-ghuí|deagh dhùrachd)|(?:is mise )?le meas|slán(?: go fóill)?
        (?:mit )?(?:freundliche[nr]?|viele|beste|liebe|herzliche) grü(?:ß|ss)en?|mfg|lg|danke|vielen dank
        cordialement|bien (?:à vous|cordialement)|merci(?: beaucoup)?|salutations
        (?:un )?saludos?(?: cordiales)?|gracias|cordiali saluti|saluti|grazie
        pozdrawiam(?: serdecznie)?|z poważaniem|dziękuję|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?
        groet(?:en|jes)?|bedankt|(?:med )?(?:vänliga|bästa) hälsningar|hälsningar|mvh|tack
        (?:med )?(?:venlig|vennlig) hilsen|hilsen|takk
        (?:ystävällisin )?terveisin|kiitos
    """)
    + r")(?: (?:and|und|et|y|e) (?:regards|thanks|best wishes))?"
)
CLOSING = lazy_pattern(
    rf"^\W*{CLOSINGS}(?: ?[/|] ?{CLOSINGS})?(?:,? again| in advance| so much| very much| all)?\W*$",
    re.IGNORECASE,
)
CLOSING_WITH_NAME = lazy_pattern(rf"^\W*(?i:{CLOSINGS})\W+(?:[A-ZÀ-Þ][\w'’-]*\W*){{1,3}}$")
SMALL_PRINT = lazy_pattern(
    r"^\W*(?:"
    + any_of(r"""
        (?:this|the) (?:e-?mail|message|communication|transmission|information|content)\b.{0,80}\b(?:confidential|intended|privileged|attachments?|recipient|disclos|monitored|scanned|virus)
        disclaimer|confidentiality|if you (?:are not the intended|have received this)
        (?:please )?(?:consider|think (?:of|about)) the environment|(?:please )?do(?: not|n't) print|follow us on
        (?:classification|protective marking)? ?:? ?official(?:[- :]*sensitive)?\W*$|to unsubscribe\b
        (?:[\w-]+ ){0,2}(?:classification|marking|sensitivity) ?[:=-]
        ystyriwch yr amgylchedd|mae'r (?:e-?bost|neges)|diese e-?mail|ce (?:message|courriel) et
    """)  # noqa: E501  (one way to a line)
    + ")",
    re.IGNORECASE,
)
REACH = lazy_pattern(
    r"\+?\d[\d ()-]{7,30}\d|\S@\S|\bwww\.|https?://|(?:^|\W)(?:tel|mob|mobile|phone|t|m|ext)\W{0,3}\+?\d",
    re.IGNORECASE,
)
# "Tenant Services Manager, Kirklees Council", "Head of Waste | Leeds"
NAME_PART = r"(?:[A-ZÀ-Þ][\w'’.&-]*,?|and|of|for|the|to|in|de|von|van|\([^()]{1,30}\)|[|/–-])"
SIGNATURE_LINE = lazy_pattern(rf"^{NAME_PART}(?: {NAME_PART}){{0,9}}$")
SENTENCE = lazy_pattern(r"[.!?…:][\"'”)]*$")

# What mail programs wrap quotations and signatures in.
WRAPPED = " | ".join(
    [
        "//blockquote|//head|//style|//script|//title",
        *(
            f"//*[contains(@class,'{name}')]"
            for name in (
                "gmail_quote yahoo_quoted protonmail_quote zmail_extra moz-cite-prefix gmail_signature "
                "moz-signature protonmail_signature"
            ).split()
        ),
        "//*[@id='Signature' or @id='ms-outlook-mobile-signature']",
    ]
)
FROM_HERE_ON = (
    "//*[@id='appendonsend' or @id='divRplyFwdMsg' or @id='mail-editor-reference-message-container']"
    " | //*[contains(@class,'OutlookMessageHeader')]"
)
END = "\ue000"  # a letter that nobody writes: own words end here
BLOCKS = ("p", "div", "li", "tr", "td", "th", "br", "h1", "h2", "h3", "h4", "ul", "ol", "table", "hr", "pre")


def own_words(text: str, writer: str = "") -> str:
    """What a mail's writer wrote; nothing where that cannot be told from what is quoted. `writer` is their
    name, if the mail tells it.
    """
    lines = _without_banner(_lines(text[:LONGEST_READ]))
    start = _first_quote(lines)
    above = _unquoted(lines[:start])
    own = above if _says_something(above) else _below(lines[start:])
    return "\n".join(_without_signature(own, _words(writer))).strip()


def _words(name: str) -> frozenset[str]:
    """A name's words without titles and the like, to be found in any order."""
    return frozenset(re.findall(r"[^\W\d_]+", titles.without(name).casefold()))


def _lines(text: str) -> list[str]:
    return [_seen(line).strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def _seen(line: str) -> str:
    """Blanks of all kinds as blanks, and nothing that cannot be seen."""
    return "".join(
        " " if unicodedata.category(letter) == "Zs" or letter == "\t" else letter
        for letter in line
        if unicodedata.category(letter) not in ("Cc", "Cf") or letter in "\t\u200c\u200d"
    )


def _without_banner(lines: list[str]) -> list[str]:
    """Without a box of dashes, and markings, above the first words."""
    at = 0
    while at < len(lines):
        if not lines[at] or _matches(MARKING, lines[at]):
            at += 1
        elif RULE.match(lines[at]) and (end := _end_of_box(lines, at)):
            at = end
        else:
            break
    return lines[at:]


def _matches(sign: re.Pattern[str], line: str) -> bool:
    return len(line) <= LONGEST_SIGN and sign.match(line) is not None


def _end_of_box(lines: Sequence[str], at: int) -> int | None:
    for end in range(at + 1, min(at + HIGHEST_BOX, len(lines))):
        if RULE.match(lines[end]):
            return end + 1 if any(lines[at + 1 : end]) else None
        if _matches(INVITES, lines[end]):
            return at + 1
        if _matches(FIRST_FIELD, lines[end]):
            return None
    return None


def _first_quote(lines: Sequence[str]) -> int:
    start = next((at for at in range(len(lines)) if _quote_at(lines, at)), len(lines))
    while 0 < start < len(lines) and _belongs_to(lines[start - 1], lines[start]):
        start -= 1
    return start


def _belongs_to(above: str, begins: str) -> bool:
    """Is the line above the first that we know already of the quotation? As where it is broken before an
    address, or names a date before its sender.
    """
    is_above = _matches(NEXT_FIELD, above) or _matches(A_LINE_BETWEEN, above)
    return is_above or bool(above and begins.startswith("<") and OUR_ADDRESS.search(begins))


def _quote_at(lines: Sequence[str], at: int) -> int:
    """How many lines that introduce a quotation begin here; 0 if none do."""
    line = lines[at]
    if _matches(A_LINE_BETWEEN, line) and line.startswith(">>>"):
        return 1
    if not line or line.startswith(">"):
        return 0
    if _matches(DIVIDER, line):
        return 1
    if _matches(RULE, line):
        return 1 if _field_block(lines, _next_words(lines, at + 1)) else 0
    fields = _field_block(lines, at) or _unknown_field_block(lines, at)
    return fields or _attribution(lines, at) or int(OUR_ADDRESS.search(line) is not None)


def _next_words(lines: Sequence[str], at: int) -> int:
    return next((place for place in range(at, len(lines)) if lines[place]), len(lines))


def _field_block(lines: Sequence[str], at: int) -> int:
    """From: and one of Sent:, To:, Subject: close below it."""
    if at >= len(lines) or not _matches(FIRST_FIELD, lines[at]):
        return 0
    below = lines[at + 1 : at + 4]
    return 2 if any(_matches(NEXT_FIELD, line) for line in below) else 0


def _unknown_field_block(lines: Sequence[str], at: int) -> int:
    """Three fields or more, of which one has an address in brackets and another a year."""
    fields = list(itertools.takewhile(partial(_matches, A_FIELD), lines[at : at + FIELDS_LOOKED_AT]))
    if len(fields) < 3 or not any(IN_BRACKETS.search(line) for line in fields):
        return 0
    return 2 if any(A_YEAR.search(line) and not IN_BRACKETS.search(line) for line in fields) else 0


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines "On … wrote:" goes over, as mail programs break it."""
    for count in range(1, FOLDED_OVER + 1):
        part = lines[at : at + count]
        if len(part) < count or not part[-1]:
            return 0
        line = " ".join(part)
        if len(line) > LONGEST_SIGN:
            return 0
        if _introduces(line):
            return 0 if _is_whole_below(part) else count
        if SENTENCE.search(part[-1]) and not part[-1].endswith((":", "：")):
            return 0
    return 0


def _introduces(line: str) -> bool:
    return bool(
        DATE_AND_ADDRESS.match(line)
        or (ATTRIBUTION.search(line) and DATED.search(line))
        or _introduces_somehow(line)
    )


def _introduces_somehow(line: str) -> bool:
    """In a language that we do not know: a moment and whom it is from, and a colon at its end."""
    if not COLON_AT_END.search(line):
        return False
    has_year, has_time = A_YEAR.search(line), A_TIME.search(line)
    if IN_BRACKETS.search(line):
        return bool(has_year or has_time)
    return bool(has_year and has_time and AN_ADDRESS.search(line))


def _is_whole_below(part: Sequence[str]) -> bool:
    """Is the first line somebody's own, with no blank one under it: "Met" above "On … wrote:"?"""
    rest = " ".join(part[1:])
    is_dated = A_YEAR.search(rest) or (A_TIME.search(rest) and not A_YEAR.search(part[0]))
    return bool(is_dated and not part[0].endswith("<") and not rest.startswith("<") and _introduces(rest))


def _unquoted(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not line.startswith((">", "|"))]


def _says_something(lines: Iterable[str]) -> bool:
    return any(re.search(r"\w", line) for line in lines)


def _below(lines: Sequence[str]) -> list[str]:
    """What stands below or between quoted lines; nothing where no sign marks these."""
    if not any(line.startswith((">", "|")) for line in lines):
        return []
    rest = list(lines[_quote_at(lines, 0) :])
    first = next(at for at, line in enumerate(rest) if line.startswith((">", "|")))
    rest = rest[first:]
    return _unquoted(rest[: _first_quote(rest)])


def _without_signature(lines: Sequence[str], writer: frozenset[str]) -> list[str]:
    """What is said above a signature, and in a postscript below it."""
    end = next(
        (at for at, line in enumerate(lines) if _ends_here(lines, at, line) or _signs(lines, at, writer)),
        len(lines),
    )
    said = _without_contact(lines[:end])
    after = next((at for at in range(end, len(lines)) if _matches(POSTSCRIPT, lines[at])), len(lines))
    paragraph = itertools.takewhile(bool, lines[after:])
    return [*said, "", *paragraph] if after < len(lines) else said


def _signs(lines: Sequence[str], at: int, writer: frozenset[str]) -> bool:
    if not _is_name_of(writer, lines[at]):
        return False
    return _says_something(_ungreeted(lines[:at]))


def _is_name_of(writer: frozenset[str], line: str) -> bool:
    """Is it a name and no sentence: theirs or a part of it, "Cllr Sam Hill MBE", "Sam x"; or, of all of it, a
    few words more, "Sam Hill, Head of Waste"?
    """
    if not writer or len(line) > LONGEST_SIGN or SENTENCE.search(line):
        return False
    words = re.findall(r"[^\W\d_]+", line.casefold())
    others = [word for word in words if word not in writer]
    is_part = len(others) < len(words) and all(word in SIGNED_WITH for word in others)
    return is_part or (len(writer) > 1 and writer <= set(words) and len(words) <= LONGEST_NAME)


def _ends_here(lines: Sequence[str], at: int, line: str) -> bool:
    if line == "--" or _matches(SENT_FROM, line) or _matches(RULE, line):
        return True
    if _matches(SENT_BY, line) and _says_something(lines[:at]):
        return True
    closes = _matches(CLOSING, line) or _matches(CLOSING_WITH_NAME, line)
    if not closes and not _matches(SMALL_PRINT, line):
        return False
    # "Thanks" on top, and sentences after it, closes nothing.
    first = not _says_something(lines[:at])
    return not first or (closes and not any(SENTENCE.search(below) for below in lines[at + 1 :]))


def _without_contact(lines: Sequence[str]) -> list[str]:
    """Without last paragraphs of names, posts and numbers, as long as something is said above them."""
    kept = list(lines)
    while True:
        while kept and not kept[-1]:
            kept.pop()
        start = next((at + 1 for at in range(len(kept) - 1, -1, -1) if not kept[at]), 0)
        if not start or not _says_something(_ungreeted(kept[:start])) or not _is_all_contact(kept[start:]):
            return kept
        del kept[start:]


def _ungreeted(lines: Sequence[str]) -> Iterator[str]:
    """One by one: whether anything is said is asked at each paragraph, and answered by the first line."""
    return (line for line in lines if not _matches(A_GREETING, line))


def _is_all_contact(paragraph: Sequence[str]) -> bool:
    """And no word such as "Stop", which looks like a name."""
    said = understand(" ".join(paragraph)).word
    return said in (Word.LEARNING, Word.NOTHING) and all(map(_is_contact, paragraph))


def _is_contact(line: str) -> bool:
    reaches = REACH.search(line[:LONGEST_SIGN]) and len(line.split()) <= 12 and not SENTENCE.search(line)
    return _matches(SIGNATURE_LINE, line) or bool(reaches)


def of_html(markup: str) -> str:
    """A mail that has only HTML, as text: quotations and signatures that are marked as such are left out."""
    # Before its body stand a mail program's styles, often longer than what was written.
    body = re.search(r"<body\b", markup, re.IGNORECASE)
    begun = markup[body.start() if body else 0 :][:LONGEST_READ]
    try:
        page = lxml_html.document_fromstring(begun.replace(END, ""))
    except (etree.ParserError, ValueError):  # nothing, or nothing that can be read
        return ""
    for found in page.xpath(FROM_HERE_ON):
        found.text = END + (found.text or "")
    for found in page.xpath(WRAPPED):
        if found.getparent() is not None:
            found.drop_tree()
    for block in page.iter(*BLOCKS):
        block.tail = "\n" + (block.tail or "")
    text = str(page.text_content()).split(END)[0]
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
