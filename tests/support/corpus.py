"""What people answer, in the dress of their mail programs and phones, and what should come of it.

`python -m tests.support.corpus` prints how much of it is understood.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from notifications import secrets
from notifications.automatic import is_automatic
from notifications.keywords import Word, understand
from notifications.quotations import own_words

ANSWER, LEARNING, STOP, NOTHING = "answer", "learning", "stop", "nothing"
KINDS = (ANSWER, LEARNING, STOP, NOTHING)
ADDRESS = "r.4711.abcdefghijklmnopqrstuvwxyz@in.unmentoring.example"
LINK = "https://unmentoring.example/checkin/kwAAAAAAEmdeU0sQpT3vBwYxZaRc1dE"
US = f"Unmentoring <{ADDRESS}>"
LETTER = (
    "Hello Sam,\n\nDid you talk with Amina? One word is enough.\n\nTell us what you learned:\n"
    f"{LINK}\n\nNo more letters from us: https://unmentoring.example/unsubscribe/"
    "kwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka"
)
QUOTED = "\n".join(f"> {line}".rstrip() for line in LETTER.split("\n"))


@dataclass(frozen=True)
class Case:
    """`said` is what its writer wrote themselves and `kind` what it is; `text` is what comes in."""

    name: str
    kind: str
    said: str
    text: str
    subject: str = "Re: Did you talk with Amina?"
    by_text: bool = False


SAID = {
    ANSWER: [
        "Met",
        "We met last week",
        "Not yet, sorry",
        "Skip",
        "No, sorry",
        "Yes, thanks",
        "We spoke on Tuesday",
    ],
    LEARNING: [
        "Their library lends tools, and half the town repairs its own fences now.",
        "Ask the crews before you draw the map.\n\nThey know which gates are locked.",
        "From Monday on we write our letters with the people who get them.",
        "On our last visit the warden wrote everything down: dates, names, weather.",
        "To: everyone who thinks parking is dull. It is not.",
    ],
    STOP: ["Stop", "Unsubscribe", "Please take me off your list", "Opt out", "Do not email me again"],
}
# How mail programs put a letter below its answer.
BELOW = {
    "nothing": "",
    "gmail": f"\n\nOn Tue, 15 Dec 2026 at 09:00, {US} wrote:\n\n{QUOTED}",
    "gmail, folded": f"\n\nOn Tue, 15 Dec 2026 at 09:00, Unmentoring\n<{ADDRESS}> wrote:\n\n{QUOTED}",
    "apple": f"\n\n> On 15 Dec 2026, at 09:00, {US} wrote:\n> \n{QUOTED}",
    "outlook": f"\n\n________________________________\nFrom: {US}\nSent: 15 December 2026 09:00\n"
    f"To: Sam Hill\nSubject: Did you talk\n\n{LETTER}",
    "outlook, bold": f"\n\n*From:* {US}\n*Sent:* 15 December 2026 09:00\n*To:* Sam\n\n{LETTER}",
    "outlook, German": f"\n\nVon: {US}\nGesendet: Dienstag, 15. Dezember 2026 09:00\nAn: Sam\n"
    f"Betreff: Did you talk\n\n{LETTER}",
    "outlook, Welsh": f"\n\nOddi wrth: {US}\nAnfonwyd: 15 Rhagfyr 2026 09:00\nAt: Sam\n\n{LETTER}",
    "outlook, Dutch": f"\n\nVan: {US}\nVerzonden: dinsdag 15 december 2026 09:00\n\n{LETTER}",
    "outlook, Italian": f"\n\nDa: {US}\nInviato: martedì 15 dicembre 2026\nA: Sam\n\n{LETTER}",
    "outlook, Swedish": f"\n\nFrån: {US}\nSkickat: den 15 december 2026 09:00\n\n{LETTER}",
    "old outlook": f"\n\n-----Original Message-----\nFrom: {US}\nSent: 15 December 2026\n\n{LETTER}",
    "forwarded": f"\n\n---------- Forwarded message ---------\nFrom: {US}\nDate: 15 Dec 2026\n\n{LETTER}",
    "zoho": f"\n\n---- On Tue, 15 Dec 2026 09:00:00 +0000 {US} wrote ----\n\n{LETTER}",
    "gmail, German": f"\n\nAm Di., 15. Dez. 2026 um 09:00 Uhr schrieb {US}:\n\n{QUOTED}",
    "gmail, French": f"\n\nLe mar. 15 déc. 2026 à 09:00, {US}\na écrit :\n\n{QUOTED}",
    "gmail, Spanish": f"\n\nEl mar, 15 dic 2026 a las 9:00, Unmentoring (<{ADDRESS}>) escribió:\n\n{QUOTED}",
    "gmail, Polish": f"\n\nwt., 15 gru 2026 o 09:00 {US} napisał(a):\n\n{QUOTED}",
    "gmail, Norwegian": f"\n\ntir. 15. des. 2026 kl. 09:00 skrev {US}:\n\n{QUOTED}",
    "gmail, Welsh": f"\n\nAr Maw, 15 Rhag 2026 am 09:00, ysgrifennodd {US}:\n\n{QUOTED}",
}
# What stands between the words and the quotation.
FOOT = {
    "nothing": "",
    "a phone": "\n\nSent from my iPhone",
    "a signature": "\n\nKind regards,\nSam Hill\nHead of Waste | Newtown Council\n01632 960123",
    "a name": "\n\nSam Hill\nNewtown Council",
    "small print": "\n\nSam\n\nThis email and any attachments are confidential and for the recipient.",
}
MACHINES = {
    "Automatic reply: Did you talk with Amina?": "I am out until Monday.",
    "Abwesenheitsnotiz: Did you talk": "Ich bin bis Montag nicht da.",
    "Réponse automatique : Did you talk": "Je suis absente jusqu'à lundi.",
    "Respuesta automática: Did you talk": "Vuelvo el lunes.",
    "Risposta automatica: Did you talk": "Torno lunedì.",
    "Odpowiedź automatyczna: Did you talk": "Wracam w poniedziałek.",
    "Automatisch antwoord: Did you talk": "Maandag ben ik er weer.",
    "Autosvar: Did you talk": "Jag är tillbaka på måndag.",
    "Ymateb awtomatig: Did you talk": "Byddaf yn ôl ddydd Llun.",
    "Poissa: Did you talk": "Palaan maanantaina.",
    "Read: Did you talk": "Your message was read on 15 December 2026 09:12:00.",
    "Accepted: Conversation with Amina": "Sam Hill has accepted this invitation.",
    "Reaction: Did you talk": "Sam Hill reacted to your message:\n❤",
    "[Ticket #20261215] Did you talk": "Your request has been received. A colleague will look at it.",
}
TEXTS = {
    ANSWER: [
        "MET",
        "met!",
        "Met 🙂",
        "yes we did",
        "Yeah we met up on Friday",
        "We had a good chat",
        "y",
        "Yep thanks",
        "Not yet",
        "not yet sorry x",
        "haven't met yet",
        "We're meeting tomorrow",
        "No",
        "nope sorry",
        "couldn't make it",
        "Couldn’t",
        "Can't make it this time, sorry",
        "SKIP",
        "skip pls",
        "Skip this one thanks",
        "Can you skip me this month?",
        "Not this time",
        "count me out this time",
        "I'll sit this one out",
        "START",
        "Help",
        "?",
        "who is this?",
        "YES",
        "Met.\n\nSam",
        "Met Amina yesterday",
        "We spoke by phone",
        "Met, thank you, Sam",
        "Still trying",
        "Join newtown",
        "join newtown please",
    ],
    STOP: [
        "STOP",
        "stop",
        "Stop.",
        "“Stop”",
        "STOP\n\nSam",
        "Stop please",
        "please stop",
        "STOP!!!",
        "Stop texting me",
        "stop messaging this number",
        "OPT OUT",
        "opt-out",
        "Optout",
        "Unsubscribe",
        "unsubscribe me",
        "END",
        "Quit",
        "cancel",
        "Don't text me again",
        "Do not contact me",
        "No more texts",
        "no more messages please",
        "Remove me from your list",
        "take me off this list",
        "Wrong number",
        "You have the wrong number",
        "STOP. Do not text me again",
        "Stop all",
        "I want to unsubscribe",
        "delete my number please",
        "leave me alone",
        "Sorry, wrong number",
        "stopall",
    ],
    LEARNING: [
        "Their bins talk to each other.",
        "Stop signs are painted by children there, and drivers stop.",
        "Met a man who has run the same market for forty years and learned why people come",
        "No grant pays for patience.",
        "Yes minister is a documentary, they say in Newtown",
        "Help desks should have windows.",
        "Start with the bus timetable, then the clinic.",
        "Cancelled trains cost us more than late ones",
        "Skipping the agenda made the best meeting this year",
        "Join two budgets and three quarrels disappear",
        "End every meeting by asking who was not there",
        "Quitting smoking clinics work on market days",
        "Information is a service.",
        "Unsubscribed readers told us more than the others",
        "Wrong numbers on a form taught us to test it",
        "I liked “Walk with me”, their scheme for new neighbours",
    ],
    NOTHING: [
        f"Liked “{LETTER}”",
        f"Loved “{LETTER}”",
        "Removed a like from “Did you meet Amina?”",
        "Emphasized “Did you meet?”",
        "👍 to “ Did you meet Amina? ”",
        "👍",
        "🙂🙂",
        "",
        "…",
        "I'm driving with Do Not Disturb While Driving turned on.",
        "I’m not receiving notifications. If this is urgent, reply “urgent”",
        "Disliked “Did you meet?”",
        "Questioned “Did you meet?”",
        "Laughed at “Did you meet?”",
        "Hat „Did you meet?“ mit „Gefällt mir“ markiert: „Did“",
    ],
}


def mails() -> Iterator[Case]:
    """Every answer, in turn with every way of quoting and of signing."""
    turn = 0
    for kind, said in SAID.items():
        for below, quoted in BELOW.items():
            for words in said:
                foot = list(FOOT)[turn % len(FOOT)]
                turn += 1
                yield Case(f"{words[:20]}, {foot}, {below}", kind, words, f"{words}{FOOT[foot]}{quoted}")
    for subject, text in MACHINES.items():
        yield Case(subject, NOTHING, "", text, subject)


def texts() -> Iterator[Case]:
    for kind, said in TEXTS.items():
        for words in said:
            yield Case(words[:40], kind, words, words, by_text=True)


@dataclass(frozen=True)
class Taken:
    kind: str
    learning: str


def taken(case: Case) -> Taken:
    """What our code makes of it."""
    if not case.by_text and is_automatic({"subject": case.subject}, case.text, "sam@newtown.example"):
        return Taken(NOTHING, "")
    found = understand(secrets.without(case.text if case.by_text else own_words(case.text)))
    kinds = {Word.STOP: STOP, Word.NOTHING: NOTHING, Word.LEARNING: LEARNING}
    return Taken(kinds.get(found.word, ANSWER), found.learning if found.word is not Word.JOIN else "")


def is_right(case: Case, made: Taken) -> bool:
    said = " ".join(case.said.split()) if case.kind == LEARNING else ""
    return made == Taken(case.kind, said)


@dataclass(frozen=True)
class Score:
    right: Counter[str]
    expected: Counter[str]
    made: Counter[str]
    wrong: list[tuple[Case, Taken]]

    def recall(self, kind: str) -> float:
        return self.right[kind] / self.expected[kind]

    def precision(self, kind: str) -> float:
        return self.right[kind] / max(self.made[kind], 1)


def score(cases: Iterator[Case]) -> Score:
    found = Score(Counter(), Counter(), Counter(), [])
    for case in cases:
        made = taken(case)
        found.expected[case.kind] += 1
        found.made[made.kind] += 1
        if is_right(case, made):
            found.right[case.kind] += 1
        else:
            found.wrong.append((case, made))
    return found


def main() -> None:
    for name, cases in (("mails", mails()), ("texts", texts())):
        found = score(cases)
        print(f"{found.expected.total()} {name}")
        for kind in KINDS:
            if found.expected[kind]:
                print(f"  {kind:9} precision {found.precision(kind):.3f}  recall {found.recall(kind):.3f}")
        for case, made in found.wrong:
            print(f"  WRONG {case.name!r}: {case.kind} {case.said!r}, taken as {made}")


if __name__ == "__main__":
    main()
