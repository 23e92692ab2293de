"""Whole stories of an organiser, told through pages and messages only."""

from tests.support import importing
from tests.support.world import BY, World
from web.models import NeverPair

FILE = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\nTom Field,Kirklees,tom@example.org\n"


def test_from_signing_in_to_sending(world: World) -> None:
    world.join_many(5)
    world.appoint("organiser@councils.example")
    visitor = world.visitor().open("/organise/councils/")
    visitor.press("Send me a sign-in link", email="organiser@councils.example")
    visitor.open(world.link_in(world.letter("organiser@councils.example"), "/organise/sign-in/"))
    visitor.press("Sign in").press("Draw a round for 5 people").press("Send 5 introductions")
    world.work()
    assert (visitor.path, len(world.inbox(kind="introduction"))) == ("/organise/councils/rounds/1", 5)


def test_drawing_again_and_throwing_away(world: World) -> None:
    world.join_many(4)
    visitor = (
        world.organiser()
        .press("Draw a round for 4 people")
        .press("Draw again")
        .press("Throw this draft away")
    )
    assert (visitor.path, world.inbox(kind="introduction")) == ("/organise/councils/rounds", [])


def test_a_draft_on_a_colleague_s_screen_is_refused_with_the_reason(world: World) -> None:
    world.join_many(4)
    mine = world.organiser().press("Draw a round for 4 people")
    theirs = world.organiser("colleague@councils.example").open("/organise/councils/rounds/1")
    mine.press("Draw again")
    told = theirs.press("Send 4 introductions").text
    assert "Nothing was sent. This round is no longer as it was on your page" in told
    assert "organiser@councils.example drew it again" in told


def test_somebody_who_leaves_while_the_draft_is_looked_at_is_named(world: World) -> None:
    leaver = world.join("Amina Yusuf")
    world.join_many(3)
    visitor = world.organiser().press("Draw a round for 4 people")
    page = world.visitor().open(world.page_of(leaver))
    page.open(page.path + "/councils/leave").press("Leave Councils Unmentoring")
    assert "Amina Yusuf is no longer in this round" in visitor.press("Send 4 introductions").text


def test_from_a_file_to_the_pot(world: World) -> None:
    with world.write() as session:
        importing.import_people(session, world.programme(session), "p.csv", FILE, by=BY, now=world.now)
    for email in ("amina@example.org", "tom@example.org"):
        world.visitor().open(world.link_in(world.letter(email), "/confirm/")).press("Yes, I am in")
    assert "Draw a round for 2 people" in world.organiser().buttons


def test_somebody_nobody_may_meet_is_told_kindly_and_shown_to_the_organiser(world: World) -> None:
    lonely, *others = world.join_many(5)
    with world.write() as session:
        for other in others:
            pair = sorted((lonely, other))
            session.add(NeverPair(programme_id=1, person_1=pair[0], person_2=pair[1], created_at=world.now))
    visitor = world.organiser().press("Draw a round for 5 people")
    shown = "Person 001" in visitor.text
    visitor.press("Send 4 introductions")
    told = world.letter("person-001@example.org")
    assert (shown, told.kind) == (True, "not_this_time")


def test_a_search_finds_people_by_any_part_of_what_is_known(world: World) -> None:
    world.join("Élodie Brown", "100% Charity", email="elodie@example.org")
    world.join("Zoë O_Hara", "50 Charity")
    visitor = world.organiser()
    found = {}
    for words in ("élodie", "ÉLODIE", "100%", "o_h", "%", "_", "\\"):
        page = visitor.open("/organise/councils/people", query_string={"search": words})
        found[words] = sorted(name for name in ("Élodie", "Zoë") if name in page.text)
    one, two = ["Élodie"], ["Zoë"]
    assert found == {"élodie": one, "ÉLODIE": one, "100%": one, "o_h": two, "%": one, "_": two, "\\": []}
