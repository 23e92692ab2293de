"""Who and where, as people text it."""

import pytest

from web.services.incoming.named_by_text import name_and_organisation

AMINA = ("Amina Yusuf", "Leeds City Council")


@pytest.mark.parametrize(
    "words",
    [
        "YES Amina Yusuf, Leeds City Council",
        "Yes please, Amina Yusuf, Leeds City Council",
        "Yes please Amina Yusuf, Leeds City Council.",
        "YES PLS! Amina Yusuf, Leeds City Council",
        "Hi, Amina Yusuf, Leeds City Council",
        "Hello, yes. I'm Amina Yusuf, from Leeds City Council",
        "Yes my name is Amina Yusuf, I work for Leeds City Council",
        "Yes Amina Yusuf from Leeds City Council",
        "Yes Amina Yusuf of Leeds City Council",
        "Yes this is Amina Yusuf at Leeds City Council",
        "Yes. My name is Amina Yusuf and I work for Leeds City Council",
        "YES Amina Yusuf @ Leeds City Council",
        "YES Amina Yusuf / Leeds City Council",
        "Yes Amina Yusuf (Leeds City Council)",
        "Name: Amina Yusuf Organisation: Leeds City Council",
        "YES Amina Yusuf, she/her, Leeds City Council",
        "YES Amina Yusuf (she/her), Leeds City Council",
        "Yes, Amina Yusuf - Leeds City Council",
        "Yes\nAmina Yusuf\nLeeds City Council\nThanks",
        "Name: Amina Yusuf\nOrganisation: Leeds City Council",
        "Yes (Amina Yusuf, Leeds City Council)",
        "Yes \N{SMILING FACE WITH SMILING EYES} “Amina Yusuf, Leeds City Council” \N{THUMBS UP SIGN}",
        "Ie, Amina Yusuf, Leeds City Council, diolch",
        "Ydw, Amina Yusuf, Leeds City Council",
        "Iawn, diolch. Amina Yusuf, Leeds City Council",
    ],
)
def test_what_is_said_around_a_name_is_no_part_of_it(words: str) -> None:
    assert name_and_organisation(words) == AMINA


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Yestyn Jones, Gwynedd, Wales.", ("Yestyn Jones", "Gwynedd, Wales")),
        ("Will Smith, Mind (Leeds)", ("Will Smith", "Mind (Leeds)")),
        ("I Smith, Mind", ("I Smith", "Mind")),
        ("Can Yılmaz, Mind", ("Can Yılmaz", "Mind")),
        ("No Moo-hyun, Mind", ("No Moo-hyun", "Mind")),
    ],
)
def test_names_stay_whole(words: str, told: tuple[str, str]) -> None:
    assert name_and_organisation(words) == told


@pytest.mark.parametrize(
    "words",
    [
        "yes",
        "Amina Yusuf",
        "Amina Yusuf, N/A",
        "Amina Yusuf, none.",
        "Amina Yusuf Leeds City Council",
        "yes ,",
        "Yes, please",
        "OK, thanks",
        "Hi, yes please",
        "Sounds good, thanks",
        "Yes see you at Leeds",
        "Yes Mum of two",
        "I am out of the office",
        "I'd love to, thanks",
        "Yes, when does it start?",
        "Yes. I'm not sure, can I ask a question?",
        "Yes, but I am away, so later",
        "Not now, maybe later",
        "Sorry, I don't have one, is that ok?",
        "A\u202emina, Leeds",
        "x" * 81 + ", Leeds",
    ],
)
def test_what_says_no_name_or_no_organisation_is_none(words: str) -> None:
    assert name_and_organisation(words) is None
