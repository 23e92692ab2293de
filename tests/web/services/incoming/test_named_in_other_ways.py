"""Who and where, in other languages, turned round, with a number behind it, and of more than one."""

import pytest

from web.services.incoming.named_by_text import name_and_organisation
from web.services.organisations import councils


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Siân ydw i o Gyngor Gwynedd", ("Siân", "Cyngor Gwynedd")),
        ("Siân dw i o Gyngor Sir Ceredigion", ("Siân", "Cyngor Sir Ceredigion")),
        ("Helo, Rhys ap Gwilym ydw i o Gyngor Conwy", ("Rhys ap Gwilym", "Cyngor Conwy")),
        ("Shwmae, Dafydd o Gyngor Abertawe", ("Dafydd", "Cyngor Abertawe")),
        ("Siân Hughes ydw i o Wynedd", ("Siân Hughes", "Gwynedd")),
        ("Rhian Jones, Gyngor Ynys Môn", ("Rhian Jones", "Cyngor Ynys Môn")),
        ("Rhian Jones yn gweithio i Gyngor Powys", ("Rhian Jones", "Cyngor Powys")),
        ("Nazywam się Agnieszka Wójcik, Leeds City Council", ("Agnieszka Wójcik", "Leeds City Council")),
        ("Mera naam Ayesha Khan hai, Bradford Council", ("Ayesha Khan", "Bradford Council")),
    ],
)
def test_in_other_languages(words: str, told: tuple[str, str] | None) -> None:
    assert name_and_organisation(words) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Pugh, Margaret, Powys County Council", ("Margaret Pugh", "Powys County Council")),
        ("Pugh, Margaret (Powys County Council)", ("Margaret Pugh", "Powys County Council")),
        ("Shah, Amina - Leeds City Council", ("Amina Shah", "Leeds City Council")),
        ("YES Pugh, Cllr Margaret, Powys County Council", ("Cllr Margaret Pugh", "Powys County Council")),
        ("Smith-Jones, Anne-Marie\nKirklees", ("Anne-Marie Smith-Jones", "Kirklees")),
        ("O'Brien, Sinéad from Belfast City Council", ("Sinéad O'Brien", "Belfast City Council")),
        ("PUGH, MARGARET, POWYS COUNTY COUNCIL", ("MARGARET PUGH", "POWYS COUNTY COUNCIL")),
        ("Leeds City Council, Amina Shah", ("Amina Shah", "Leeds City Council")),
        ("Leeds City Council - Amina Shah", ("Amina Shah", "Leeds City Council")),
        ("Pugh, M., Powys County Council", ("M. Pugh", "Powys County Council")),
        ("Cllr Khan, Amina, Bradford Council", ("Cllr Amina Khan", "Bradford Council")),
        ("van der Berg, Anna, Leeds City Council", ("Anna van der Berg", "Leeds City Council")),
        ("Thomas, James, Powys CC", None),
        ("Leeds City Council, Amina", None),
        ("Pugh, Margaret", None),
        ("YES Shah, Amina thanks", None),
        ("Shah, Amina.", None),
        ("Amina, Leeds", ("Amina", "Leeds")),
        ("Tom, Marie Curie", ("Tom", "Marie Curie")),
        ("Tom, Dick and Harry's Cafe", ("Tom", "Dick and Harry's Cafe")),
        ("Amina Shah, John Lewis", ("Amina Shah", "John Lewis")),
        ("Amina Shah, Margaret Carey Foundation", ("Amina Shah", "Margaret Carey Foundation")),
        ("Charity Okafor, Leeds Mind", ("Charity Okafor", "Leeds Mind")),
    ],
)
def test_turned_round(words: str, told: tuple[str, str] | None) -> None:
    assert name_and_organisation(words) == told


@pytest.mark.parametrize(
    "words",
    [
        "Tom Field and Amina Shah, Leeds City Council",
        "Tom Field & Amina Shah, Leeds City Council",
        "Tom Field + Amina Shah, Leeds City Council",
        "YES Tom and Amina from Leeds City Council",
        "Tom Field, Amina Shah, Leeds City Council",
        "Tom Field, Amina Shah and Jo Reed, Leeds City Council",
        "Tom Field, Leeds and Amina Shah, Bradford",
        "Mr & Mrs Smith, Otley Town Council",
        "Siân Hughes a Rhys Owen, Cyngor Gwynedd",
        "me and my colleague Jo want to join, Leeds City Council",
        "Tom Field (and Amina Shah), Leeds",
        "Tom Field, Leeds City Council. Amina Shah, Leeds City Council",
        "Tom Field\nAmina Shah\nLeeds City Council",
        "Tom Field plus one, Leeds City Council",
    ],
)
def test_of_two_people_neither_joins_unasked(words: str) -> None:
    assert name_and_organisation(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "Please sign up my colleague Tom Field, Leeds City Council",
        "Can you add Tom Field, Leeds City Council",
        "Please add Tom Field, Leeds City Council",
        "This is for my mum Jean Smith, Age UK Leeds",
        "Jean's daughter here, mum passed away",
        "On behalf of Tom Field, Leeds City Council",
        "My friend Tom Field wants in, Leeds City Council",
        "Tom Field's PA, Leeds City Council",
        "wrong person, this is Jean's old number",
        "stop, who gave you this number",
        "My husband has died, please leave us alone",
    ],
)
def test_nobody_is_joined_by_another(words: str) -> None:
    assert name_and_organisation(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "Amina Shah\nPolicy Officer\nLeeds City Council\n0113 222 4444",
        "Amina Shah, Leeds City Council. 07700900456",
        "Amina Shah, Leeds City Council, my number is 07700 900456",
        "Amina Shah, Leeds City Council +44 7700 900456",
        "Amina Shah, Leeds City Council, amina@leeds.gov.uk",
        "Amina Shah, Leeds City Council, sent from my iPhone",
        "Amina Shah, Leeds City Council\nSent from Outlook for Android",
        "Hi its Amina Shah here from Leeds City Council x",
        "Amina Shah from Leeds City Council, friend gave me this number",
    ],
)
def test_a_number_or_a_phone_s_own_words_are_no_organisation(words: str) -> None:
    assert name_and_organisation(words) == ("Amina Shah", "Leeds City Council")


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("Amina Shah, Barking and Dagenham", "Barking and Dagenham"),
        ("Amina Shah from Bath and North East Somerset Council", "Bath and North East Somerset Council"),
        ("Amina Shah, Studio 3 Arts", "Studio 3 Arts"),
        ("Amina Shah, 42nd Street", "42nd Street"),
        ("Amina Shah, 1625 Independent People", "1625 Independent People"),
        ("Amina Shah, XL Wales", "XL Wales"),
    ],
)
def test_an_organisation_keeps_its_and_and_its_numbers(words: str, where: str) -> None:
    assert name_and_organisation(words) == ("Amina Shah", where)


@pytest.mark.parametrize(
    "words",
    [
        "Mohammed A Khan, Leeds City Council",
        "mohammed a khan, Leeds City Council",
        "Joy Friend, Leeds City Council",
        "My Nguyen, Leeds City Council",
        "Nguyen Hai, Leeds City Council",
        "Tom O Leary, Leeds City Council",
        "Wong, Leeds City Council",
    ],
)
def test_a_name_of_one_stays_whole(words: str) -> None:
    assert name_and_organisation(words) == (words.partition(",")[0], "Leeds City Council")


@pytest.mark.parametrize(
    "where",
    ["Marie Curie, Bradford", "Isabel Hospice, Herts", "Elizabeth House, Leeds", "St John Ambulance, Leeds"],
)
def test_a_body_called_as_people_are_is_one(where: str) -> None:
    assert name_and_organisation(f"Tom Field, {where}") == ("Tom Field", where)


@pytest.mark.parametrize(
    "where",
    [
        "Hope not Hate",
        "Hope for Justice",
        "We Are With You",
        "My Sisters' House",
        "Can Do Kids",
        "Let Me Play, Leeds",
        "Angus",
        "Amber Valley. Thanks for the invite",
        "Roy Castle, Liverpool",
        "Anthony Nolan, London",
        "Simon Community, Glasgow",
        "Charlotte Street, London",
        "Ruth Jones & Co Solicitors, Leeds",
        "James Reed and Sons, Leeds",
    ],
)
def test_a_body_called_as_a_sentence_or_a_person_begins_is_one(where: str) -> None:
    assert name_and_organisation(f"Tom Field, {where}") == ("Tom Field", where.partition(". ")[0])


@pytest.mark.parametrize(
    "words",
    [
        "Tom Field, hope this is ok",
        "Tom Field, Hope This Is OK?",
        "TOM FIELD, HOPE THIS IS OK",
        "Tom Field, My bad",
        "Tom Field, We met last year",
        "Tom Field, How does it work",
        "Samaritans, Amina Shah",
        "Adur, Amina Shah",
    ],
)
def test_without_an_organisation_they_are_asked_back(words: str) -> None:
    assert name_and_organisation(words) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Pat Council, Leeds City Council", ("Pat Council", "Leeds City Council")),
        ("Hope Trust, Trussell Trust", ("Hope Trust", "Trussell Trust")),
        ("Mark Hope, Hope Church", ("Mark Hope", "Hope Church")),
        ("Cllr Amina Shah - clerk, Otley Town Council", ("Cllr Amina Shah", "Otley Town Council")),
    ],
)
def test_somebody_called_as_bodies_are(words: str, told: tuple[str, str]) -> None:
    assert name_and_organisation(words) == told


BEFORE_A_COMMA = [
    "Amina Shah - {}",
    "Amina Shah at {}",
    "Amina Shah ({})",
    "my name is Amina Shah and I work for {}",
]


@pytest.mark.parametrize("said", [*BEFORE_A_COMMA, "Amina Shah, {}", "Amina Shah from {}", "Shah, Amina, {}"])
def test_every_council_is_one_organisation(said: str) -> None:
    names = {" ".join(name.split()) for one in councils.every() for name in (*one.official, *one.short)}
    told = {name: name_and_organisation(said.format(name)) for name in names}
    assert {name: who for name, who in told.items() if who != ("Amina Shah", name)} == {}
