"""Sentences in which people ask us to stop without a word of their own for it, what they may ask besides, and
what they may mean instead. The words themselves are in `keywords`.
"""

import re

from notifications.lazy_patterns import lazy_pattern

# The one sign that says nothing else.
A_SIGN = lazy_pattern(r"[^\w🛑]*🛑[^\w]*")
# In capitals before what its writer goes on to say without a full stop: "STOP he keeps ringing me", and
# neither "STOP AND SEARCH" nor "STOP PRESS".
STOP_FIRST = lazy_pattern(
    r"\W*STOP\s+(?i:i|i['’]?m|i['’]?ve|he|she|they|we|you|your|this|it|its|it['’]s|my|his|her|am|who|please"
    r"|don['’]?t|do|no|not|because|as|thanks?|texting|messaging|sending|contacting|harassing|wrong)\b.*",
    re.DOTALL,
)
# Who complains that they never asked for it, and ends with the word.
STOP_LAST = lazy_pattern(
    r"\W*(?:(?:sorry|hi|hello|look)\W+)*"
    r"(?:i (?:did ?n['’]?t|did not|never|do ?n['’]?t|do not|have ?n['’]?t|have not)"
    r" (?:sign|ask|agree|join|subscribe|consent|want|know|give|wish)"
    r"|who gave|how did you get|i['’]?(?:ve| have) had enough)"
    r"[^.!?\n]*[.!?,\n–-]\s*(?:please |just |so |now )?(?:stop|unsubscribe)(?: (?:please|now|it|this))?\W*"
    r"|[^.!?\n]{1,200}[.!?,\n–-]\s*(?:please|pls|plz|kindly) (?:stop|unsubscribe)(?: (?:now|it|this))?\W*"
    r"|\W*(?:who|what)(?: the \w+)? (?:is|are) (?:this|that|you)\W+(?:please )?stop\W*"
    r"|\W*(?:please |pls )?(?:unsubscribe (?:me|please)|stop te?xt(?:ing?)? (?:me|this number))\b.*",
    re.IGNORECASE,
)
# "DON'T STOP", "NON STOP", "BUS STOP".
NO_STOP = r"(?i:do ?n['’]?t|not|never|non|bus|full|hard)\W+(?:\w+ )?STOP"
# Who has sent one by mistake, or asks what it does, has not sent another.
TAKEN_BACK = (
    r"(?i:\bSTOP(?: (?:was|sent|in|by|an?|my))+ (?:mistake|error|accident)\b"
    r"|\b(?:ignore|disregard) (?:(?:my|the|that|last) )*STOP\b"
    r"|\b(?:did ?n['’]?t|did not) mean(?: \w+)? STOP\b|\bwhat(?: does| is|['’]s) STOP\b)"
)
# Whoever writes another language knows this word: in a short text its capitals are enough.
SHOUTED = lazy_pattern(rf"(?!.*\b{NO_STOP})(?!.*{TAKEN_BACK})(?:\S+ ){{0,2}}\W*STOP\W*(?: \S+){{0,2}}")
# A STOP erases nothing, and ends no other use of what we hold.
ASKS_TO_ERASE = lazy_pattern(
    r"\b(?:delet|eras|wip|destroy)\w*\b[^.!?\n]{0,60}\b(?:me|data|details|information|account|profile|records?"
    r"|everything)\b|\bremove (?:all )?my (?:personal )?(?:data|details|information)\b"
    r"|\b(?:gdpr|erasure|forgotten|data protection)\b|\b(?:withdraw|revoke) (?:my )?consent\b|\bprocessing\b",
    re.IGNORECASE,
)
# "Please stop and tell Tom I am sorry", and neither "Stop and search" nor "Cancel, and rebook".
PLEADED = lazy_pattern(
    r"(?=.*\b(?:stop|unsubscribe)\b).*\b(?:please|pls|plz|te?xt\w*|messag\w*|e-?mail\w*|contact\w*|unsubscribe)\b.*",
    re.IGNORECASE | re.DOTALL,
)
# A wish not to be written to, by its words, and what surely makes another one of it: how to reach its writer
# instead (we ring nobody), whose number is which, that it is of one round. In doubt it is that wish.
AFFIRMED = r"(?<!not )(?<!n't )(?<!dont )(?<!never )(?<!to )"
BY_WORDS = r"(?:te?xts?|e-?mails?|letters?|messages?|write|writing)"
OTHER_WISHES = (
    (
        lazy_pattern(r"\b(?:not|don't|dont|never|stop|quit) (?:ever )?(?:ring|call|phon)"),
        lazy_pattern(
            rf"\b(?:i'm|im|am|are|hard of) (?:\w+ )?(?:deaf|hearing)\b|\b(?:can't|cant|cannot) hear\b"
            rf"|\b{BY_WORDS}\b(?: \w+){{0,2}} (?:best|better|instead|fine|easier|preferred)\b"
            rf"|\b(?:prefer|rather|best|better|just|only)(?: \w+){{0,2}} {BY_WORDS}\b"
            r"|\A(?:te?xt|e-?mail|message|write to) me\b(?! (?:again|any ?more|ever))"
        ),
    ),
    (
        lazy_pattern(r"\bwrong (?:number|no|person)\b"),
        lazy_pattern(r"\w's (?:(?:number|mobile|phone) )?is \d(?: ?\d){8,}"),
    ),
    (
        lazy_pattern(r"\bmy (?:\w+ )?(?:number|phone|mobile)\b"),
        lazy_pattern(
            rf"\b{AFFIRMED}keep (?:me|my (?:e-?mail|address|place))\b"
            r"|\b(?:changed|new) (?:(?:my|the) )?(?:number|phone|mobile|one)\b|\bchanged it\b"
        ),
    ),
    (
        lazy_pattern(r"^(?:(?:please|pls|sorry) )*cancel$"),
        lazy_pattern(
            r"\A(?!.*\b(?:alone|e-?mails?|te?xts?|letters?|messages?|list)\b).*\b(?:ill|poorly|sick|unwell|flu"
            r"|covid|hospital|busy|on (?:holiday|leave)|today|tomorrow|appointment|meeting)\b"
        ),
    ),
    (
        lazy_pattern(
            r"\b(?:from|off|of|for) (?:(?:just|only|this|that|the|your|next) ){0,3}(?:round|digest"
            r"|waiting list|\w+day (?:slot|time|call|chat)"
            r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)"
            r" (?:list|round))(?: only)?$"
        ),
        lazy_pattern(r"\A(?!.*\b(?:all|every|everything|ever|future|again|data|details)\b)"),
    ),
    # What somebody else said, and what one does instead.
    (
        lazy_pattern(r"\A(?!.*\bwrong\b)"),
        lazy_pattern(r"\A(?:he|she|they|residents) (?:said|says|say|joked|laughed)\Z"),
    ),
    (
        lazy_pattern(r"\A(?:stop|do not|don't|dont|never) (?!.*\b(?:me|us|my|this number)\b)"),
        lazy_pattern(r"\A(?:start \w+ing|knock|listen|walk)\b"),
    ),
)
