"""One more thing to mix by: agreed, asked, chosen, changed, and told to nobody."""

import io

import pytest
from sqlmodel import select

from tests.support.importing import KEY
from tests.support.visitor import Visitor
from tests.support.world import BY, World
from web import import_work
from web.models import Membership, Person
from web.models.imports import Import, ImportKind
from web.services.common import mixing, times
from web.services.people import merging
from web.services.rounds import pots

HOME = "/organise/councils"
ANN = "ann@example.org"
ROLES = "Officer\nCouncillor\nCharity worker"


@pytest.fixture
def by_role(world: World) -> World:
    world.change(mix_by="Role", mix_choices=ROLES.splitlines())
    return world


def choice_of(world: World, person: str) -> str:
    return world.membership(person).mix_choice


def choose(world: World, person: str, said: str) -> None:
    with world.write() as session:
        session.get_one(Membership, (world.programme(session).id, person)).mix_choice = said


def answering(world: World, person: str) -> Visitor:
    """The page that somebody changes their answer on."""
    page = world.visitor().open(world.page_of(person, full=True))
    return page.open(f"{page.path}/councils/mix")


def propose(organiser: Visitor, by: str = "Role", choices: str = ROLES) -> Visitor:
    page = organiser.open(f"{HOME}/settings/matching")
    return page.press("Change how we match", mix_by=by, mix_choices=choices, driver="Officers meet officers.")


def test_how_we_match_says_what_is_mixed_by(organiser: Visitor) -> None:
    page = propose(organiser).open("/p/councils/how-we-match")
    assert "as many pairs as possible answered “Role” differently" in page.text


def test_what_is_agreed_lists_the_choices(organiser: Visitor) -> None:
    page = propose(organiser).open("/p/councils/agreements")
    assert "Mixed by besides organisations: Role (Officer, Councillor, Charity worker)" in page.text


def test_the_form_shows_what_holds(by_role: World) -> None:
    page = by_role.organiser().open(f"{HOME}/settings/matching")
    assert "Nothing was changed." in page.press("Change how we match", driver="Because.").text


@pytest.mark.parametrize(
    ("by", "choices", "said"),
    [
        ("Role", "Officer", "Enter at least two choices, one a line"),
        ("Role", "", "Enter at least two choices, one a line"),
        ("", ROLES, "Enter what the choices are about, like Role, or take the choices away"),
        ("Role", "Officer\nOFFICER", "“OFFICER” is listed twice"),
        ("Role", "\n".join(map(str, range(13))), "Enter at most 12 choices"),
        ("Role", f"Officer\n{'x' * 61}", f"“{'x' * 20}…” has more than 60 characters"),
        ("Organisation", ROLES, "Organisations are mixed anyway: enter something else, or nothing"),
    ],
)
def test_what_cannot_be_mixed_by_is_said(organiser: Visitor, by: str, choices: str, said: str) -> None:
    assert propose(organiser, by, choices).mistakes == [said]


def test_what_must_not_be_asked_is_said(organiser: Visitor) -> None:
    assert "Never ask about health, ethnicity, religion" in organiser.open(f"{HOME}/settings/matching").text


def test_nobody_is_asked_where_nothing_is_mixed_by(world: World) -> None:
    assert not world.visitor().open("/p/councils/join").page.xpath("//select[@name='mix_choice']")


def test_who_joins_is_asked(by_role: World) -> None:
    visitor = by_role.visitor().open("/p/councils/join")
    by_role.clock.turn(seconds=40)
    said = {"name": "Ann Ash", "email": ANN, "organisation": "Leeds", "mix_choice": "Councillor"}
    visitor.press("Join Councils Unmentoring", **said, agree=True)
    visitor.open(by_role.link_in(by_role.letter(ANN, "confirm"), "/confirm/")).press("Yes, I am in")
    with by_role.read() as session:
        assert list(session.exec(select(Membership.mix_choice))) == ["Councillor"]


def test_an_answer_is_changed_on_ones_own_page(by_role: World) -> None:
    person = by_role.join(mix_choice="Officer")
    answering(by_role, person).press("Save", mix_choice="Councillor")
    assert choice_of(by_role, person) == "Councillor"


def test_one_may_rather_not_say(by_role: World) -> None:
    person = by_role.join(mix_choice="Officer")
    page = answering(by_role, person).press("Save", mix_choice="")
    assert (choice_of(by_role, person), "you have not said" in page.text) == ("", True)


def test_an_answer_nobody_offered_is_refused(by_role: World) -> None:
    person = by_role.join()
    assert answering(by_role, person).press("Save", mix_choice="King").status == 422


def test_a_page_whose_question_is_gone_leads_back(by_role: World) -> None:
    person = by_role.join()
    by_role.change(mix_by="", mix_choices=[])
    page = by_role.visitor().open(by_role.page_of(person, full=True))
    assert page.open(f"{page.path}/councils/mix").status == 200


def test_the_pot_knows_who_chose_what(by_role: World) -> None:
    people = [by_role.join(mix_choice=choice) for choice in ("Officer", "", "Councillor", "Officer")]
    with by_role.read() as session:
        pot = pots.gather(session, by_role.programme(session), times.today(by_role.now))
    said = dict(zip(pot.people, pot.pot.mix.tolist(), strict=True))
    assert [said[person] for person in people] == [0, -1, 1, 0]


def test_a_round_brings_answers_together_that_differ(by_role: World) -> None:
    for place, choice in enumerate(["Officer", "Councillor"] * 6):
        by_role.join(organisation=f"Council {place}", mix_choice=choice)
    by_role.round()
    assert all(
        {choice_of(by_role, person) for person in group} == {"Officer", "Councillor"}
        for group in by_role.groups()
    )


def test_organisers_read_whether_answers_differ(by_role: World) -> None:
    for choice in ("Officer", "Councillor"):
        by_role.join(mix_choice=choice)
    number = by_role.draw()
    assert "Different answers to “Role”." in by_role.organiser().open(f"{HOME}/rounds/{number}").text


def test_whoever_one_meets_is_told_nothing_of_an_answer(by_role: World) -> None:
    people = [by_role.join(mix_choice=choice) for choice in ("Officer", "Councillor")]
    by_role.round()
    told = [message.text + message.html for message in by_role.inbox(kind="introduction")]
    told.append(by_role.visitor().open(by_role.page_of(people[0], full=True)).text)
    assert ["Councillor" in words for words in told] == [False] * 3


def test_erasing_takes_the_answer(by_role: World) -> None:
    person = by_role.join(mix_choice="Officer")
    by_role.erase(person)
    assert choice_of(by_role, person) == ""


def test_of_two_entries_either_may_have_said(by_role: World) -> None:
    kept, gone = by_role.join("Ann Ash"), by_role.join("Ann Ash", mix_choice="Officer")
    with by_role.write() as session:
        both = by_role.person(kept), by_role.person(gone)
        both = tuple(session.merge(one) for one in both)
        merging.merge(session, by_role.programme(session), *both, by=BY, now=by_role.now)
    assert choice_of(by_role, kept) == "Officer"


@pytest.mark.parametrize(
    ("by", "choices", "left"),
    [
        ("Role", ["officer", "Member"], "officer"),
        ("role", ["Member", "Officer", "Clerk"], "Officer"),
        ("Role", ["Member", "Clerk"], ""),
        ("Place", ["Officer", "North"], ""),
        ("", [], ""),
    ],
)
def test_an_answer_stays_while_it_is_one(by_role: World, by: str, choices: list[str], left: str) -> None:
    person = by_role.join(mix_choice="Officer")
    with by_role.write() as session:
        mixing.agree(session, by_role.programme(session), by, choices)
    assert choice_of(by_role, person) == left


# Files

PEOPLE = """Name;Council;E-mail;Role
Amina Yusuf;Leeds;amina@example.org;officer
Tom Field;Kirklees;tom@example.org;Cllr
Jo Marsh;Brent;jo@example.org;
"""


def read_in(world: World, text: str = PEOPLE) -> Visitor:
    """As far as the last look before anything is written."""
    page = world.organiser().open("/organise/councils/import")
    page.press("Upload the file", kind="people", file=(io.BytesIO(text.encode()), "sheet.csv"))
    page.press("See what will happen")
    world.work()
    return page.open(page.path)


def chosen(world: World) -> dict[str, str]:
    """What everybody is said to have chosen, by their name."""
    with world.read() as session:
        rows = session.exec(select(Person.name, Membership.mix_choice).join(Membership))
        return dict(rows.all())


def test_a_column_called_like_the_question_is_found(by_role: World) -> None:
    page = by_role.organiser().open("/organise/councils/import")
    page.press("Upload the file", kind="people", file=(io.BytesIO(PEOPLE.encode()), "sheet.csv"))
    assert page.page.xpath("//select[@name='mix']/option[@selected]/@value") == ["3"]


def test_what_is_none_of_the_choices_is_asked_about(by_role: World) -> None:
    page = read_in(by_role)
    assert page.page.xpath("//select[starts-with(@name, 'is-')]/@name") == ["is-Cllr"]


def test_answers_of_a_file_are_taken_in(by_role: World) -> None:
    page = read_in(by_role).press("Save these choices", **{"is-Cllr": "Councillor"})
    page.press("Invite 3 people")
    by_role.work()
    assert chosen(by_role) == {"Amina Yusuf": "Officer", "Tom Field": "Councillor", "Jo Marsh": ""}


def test_what_nobody_explains_is_left_to_the_people(by_role: World) -> None:
    read_in(by_role).press("Invite 3 people")
    by_role.work()
    assert chosen(by_role)["Tom Field"] == ""


def test_a_choice_nobody_offered_stands_for_nothing(by_role: World) -> None:
    page = read_in(by_role)
    here = page.path
    page.post(f"{here}/answers", {"is-Cllr": "King", "csrf_token": page.token(here)})
    page.open(here).press("Invite 3 people")
    by_role.work()
    assert chosen(by_role)["Tom Field"] == ""


def test_answers_of_a_file_are_gone_with_it(by_role: World) -> None:
    read_in(by_role).press("Invite 3 people")
    by_role.work()
    with by_role.read() as session:
        assert session.exec(select(Import.mix_answers)).one() == {}


def test_a_column_with_a_different_answer_in_every_row_is_the_wrong_one(by_role: World) -> None:
    rows = [f"Person {row};Leeds;p{row}@example.org;answer {row}" for row in range(60)]
    page = read_in(by_role, "\n".join(["Name;Council;E-mail;Role", *rows]))
    assert "at most 50 different answers; is it the right column?" in page.text


def test_a_command_says_what_it_did_not_understand(by_role: World) -> None:
    done = import_work.take_in(
        by_role.database,
        by_role.slug,
        ImportKind.PEOPLE,
        "sheet.csv",
        PEOPLE.encode(),
        by=BY,
        clock=lambda: by_role.now,
        key=KEY,
    )
    assert list(done.remarks) == [
        "“Cllr” is none of the choices of “Role”: these people can say it on their own page"
    ]
