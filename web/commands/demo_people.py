"""The invented people of the demo: the organisations exist, the people, addresses and numbers do not."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.messages import Channel
from web.models import VideoKind
from web.services.fetching.card import Card, Kind
from web.services.people.joining import Details


@dataclass(frozen=True)
class Place:
    name: str
    short_name: str
    domain: str
    names: str
    other_names: tuple[str, ...] = ()


ORGANISATIONS = (
    Place(
        "Leeds City Council",
        "Leeds",
        "leeds.example.org",
        "Amina Yusuf, Ben Hargreaves, Chloe Denton, Dev Malhotra, Ellie Marsh, Femi Adeyemi, Grace Okoro, "
        "Harry Voss, "
        "Imani Cole",
        ("Leeds CC", "Leeds Council"),
    ),
    Place(
        "Kirklees Council",
        "Kirklees",
        "kirklees.example.org",
        "Tom Field, Kay Moss, Joe Park, Lena Ott, Ravi Shah, Nadia Iqbal, Owen Pryce, Priya Nair",
        ("Kirklees Metropolitan Borough Council",),
    ),
    Place(
        "Gwynedd Council",
        "Gwynedd",
        "gwynedd.example.org",
        "Siân Rees, Gethin Lloyd, Mared Huws, Ifan Powell, Nia Morgan",
        ("Cyngor Gwynedd",),
    ),
    Place(
        "Camden Council",
        "Camden",
        "camden.example.org",
        "Zoë Lambert, Marcus Bell, Yasmin Haddad, Kofi Mensah, Rosa Alvarez",
        ("London Borough of Camden",),
    ),
    Place(
        "Glasgow City Council",
        "Glasgow",
        "glasgow.example.org",
        "Isla Munro, Callum Reid, Morven Baird, Hamza Anwar",
        ("Glasgow CC",),
    ),
    Place(
        "Cornwall Council",
        "Cornwall",
        "cornwall.example.org",
        "Demelza Hoskin, Jory Tremain, Wenna Pascoe, Piran Nance",
    ),
    Place(
        "Belfast City Council",
        "Belfast",
        "belfast.example.org",
        "Aoife McKenna, Declan O’Hare, Roisin Doyle",
    ),
    Place("Fenland Food Network", "Fenland Food", "fenlandfood.example.org", "Martha Lowe, Samir Joshi"),
    Place("Open Streets Together", "Open Streets", "openstreets.example.org", "Jude Whitaker"),
)

SHORTER = {"Yasmin Haddad": "Yas", "Callum Reid": "Cal", "Samir Joshi": "Sam"}

LINES = (
    "I run the bins data, and I would love to hear how others do it.",
    "I answer the phones on Mondays and redesign the forms on Tuesdays.",
    "Allotments, and how to share them out fairly.",
    "I look after libraries. Ask me about the one in a bus.",
    "New to democracy services and full of questions.",
    "Housing repairs: what do tenants hear from us, and when?",
    "",
    "Trying to make planning notices readable.",
    "Youth work. I want to learn how to measure less and notice more.",
    "I count cyclists, and sometimes I am one.",
)

LEARNINGS = (
    (
        "Kirklees publish their backlog as a web page. We copied the idea on Thursday.",
        "Reading letters aloud before they go out catches more than any checklist.",
        "A library in a bus is booked more by adults who want quiet than by children.",
        "Ask who is missing from the room before you ask what they think.",
        "Their bin calendar is one page, and it has no login.",
    ),
    (
        "Repairs teams who text “on my way” get half the phone calls.",
        "Two councils can share one data dictionary if somebody writes down what a house is.",
        "Start meetings with what surprised you this week. It takes four minutes.",
        "The allotment waiting list shrank when they offered half plots.",
        "Translators want to see the form before it is final, not after.",
    ),
    (
        "You can test a service in an afternoon at the bus station.",
        "Small grants work better when the decision takes a week and the form takes a page.",
        "They invite residents to write the first draft, and officers to edit it.",
        "Retire a spreadsheet by asking each of its readers what they open it for.",
        "Walking meetings with a councillor beat any briefing note.",
    ),
)

# What they posted of the first thing told in each round: a link, and what a worker reads of it.
POSTS = {
    LEARNINGS[0][0]: (
        "https://neighbours.example.org/2026/backlog-in-the-open",
        Card(
            Kind.PAGE,
            "A backlog that anybody can read",
            "Kirklees digital team",
            "Our list of work is a web page now. Three weeks on, people ask fewer and better questions.",
        ),
    ),
    LEARNINGS[1][0]: (
        "https://social.example.org/@participation/1170",
        Card(
            Kind.POST,
            "",
            "Participation (@participation@social.example.org)",
            "“On my way” in a text halves the calls. It began with half an hour about bin lorries.",
        ),
    ),
    LEARNINGS[2][0]: (
        "https://video.example.org/watch/bus-station",
        Card(Kind.VIDEO, "An afternoon at the bus station", "Open Streets Together"),
    ),
}

# Pages elsewhere that mention the programme, as their sites tell us: whose, host, page and words. Some
# are by nobody who takes part.
MENTIONS = (
    (
        "Samir Joshi",
        "samir.example.org",
        "/surplus",
        "What a bus station taught our kitchen – We thought people wanted recipes. They wanted our hours.",
    ),
    (
        "",
        "parish-notes.example.org",
        "/half-an-hour",
        "Half an hour with a stranger – Councils near us pair people up to talk. Could parishes do the same?",
    ),
)


# What they are asked that rounds mix by, beside organisations. Every fifth has not said.
MIX_BY = "Your work"
MIX_CHOICES = ("Services", "Digital and data", "Policy and planning", "Community and outreach")


def people() -> Iterator[Details]:
    """41 join forms."""
    number = 0
    for place in ORGANISATIONS:
        for name in place.names.split(", "):
            yield _details(number, name, place)
            number += 1


def _details(number: int, name: str, place: Place) -> Details:
    plain = unicodedata.normalize("NFKD", name.lower().replace(" ", "."))
    mailbox = "".join(letter for letter in plain if letter.isascii())
    texts = number % 14 == 5
    phone = f"+447700900{100 + number}" if texts or number % 5 == 0 else None
    handle = f"{mailbox}@{place.domain}" if number % 4 == 0 else ""
    return Details(
        name=name,
        known_as=_known_as(number, name),
        organisation=place.name,
        email=f"{mailbox}@{place.domain}",
        phone=phone,
        channel=Channel.SMS if texts else Channel.EMAIL,
        video_kind=VideoKind.TEAMS if handle else VideoKind.NONE,
        video_handle=handle,
        about=LINES[number % len(LINES)],
        happy_in_three=number % 6 != 0,
        shares_email=True,
        shares_phone=phone is not None,
        shares_video=bool(handle),
        mix_choice=(*MIX_CHOICES, "")[number % 5],
    )


def _known_as(number: int, name: str) -> str:
    """Most say what to call them, and some leave it empty."""
    return "" if number % 5 == 3 else SHORTER.get(name, name.partition(" ")[0])
