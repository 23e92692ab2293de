"""Of whom a list says that they want nothing of it any more."""

import pytest

from web.services.imports import standings


def is_no_more(heading: str, cell: str) -> bool:
    return any(column.is_no_more(cell) for column in standings.columns([heading], set()))


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Status", "Left May 2026"),
        ("Status", "Left the council"),
        ("Status", "No longer at Leeds"),
        ("Status", "Dropped out"),
        ("Status", "Do not contact"),
        ("Subscription status", "Unsubscribed"),
        ("Opted out", "Yes"),
        ("Opted out?", "Yes - by email"),
        ("Opt-out", "x"),
        ("Unsubscribed", "TRUE"),
        ("Unsubscribe date", "2026-05-01"),
        ("Do not contact", "Y"),
        ("Don't email", "✓"),
        ("Date left", "12 May 2026"),
        ("Active?", "No"),
        ("Still in?", "N"),
        ("Subscribed", "FALSE"),
        ("Happy to take part?", "No"),
        ("Would you like to take part in Unmentoring?", "No thanks"),
        ("Happy to be contacted", "no"),
        ("I consent to my details being used for this scheme", "No"),
        ("Will you be joining the scheme?", "No"),
        ("Sign me up!", "No"),
        ("RSVP", "No"),
        ("Response", "Declined"),
        ("Please tick if you would like to join", "FALSE"),
        ("Happy to take part?", "Not at the moment"),
        ("Happy to take part?", "not this year, sorry"),
        ("Interested?", "Sorry, I can’t"),
        ("Would you like to take part?", "I'm afraid not"),
        ("Would you like to take part?", "I don't think so"),
        ("Would you like to take part?", "I would rather not"),
        ("Would you like to take part?", "Unable to"),
        ("Can we email you?", "No"),
        ("Attending", "Not attending"),
        ("standing", "left"),
        ("standing", "suspended"),
        ("Status", "Leaver"),
        ("Status", "Resigned 3 May"),
        ("Status", "Ex-member"),
        ("Membership", "Lapsed"),
        ("Leaving date", "31/03/2026"),
        ("Excluded", "Yes"),
        ("Remove?", "x"),
        ("DNC", "Y"),
        ("GDPR consent", "No"),
        ("Include in matching", "N"),
        ("Current member?", "No"),
        ("email_opt_out", "1"),
        ("HasOptedOutOfEmail", "TRUE"),
    ],
)
def test_who_wants_no_more_of_it_is_known(heading: str, cell: str) -> None:
    assert is_no_more(heading, cell)


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Status", "Active"),
        ("Status", "Left message 3 May"),
        ("Status", ""),
        ("Opted out", "No"),
        ("Opted out", ""),
        ("Do not contact", "0"),
        ("Active?", "Yes"),
        ("Still in?", ""),
        ("Would you like to take part?", "No preference"),
        ("Would you like to take part?", "Not sure"),
        ("I consent to my details being shared with my partner", "No"),
        ("Date of joining", "0"),
        ("Response ID", "0"),
        ("Response", "Tentative"),
        ("Would you like to take part?", "Not a problem"),
        ("Would you like to take part?", "Don't mind"),
        ("Would you like to take part?", "Can't wait"),
        ("Would you like to take part?", "No objections"),
        ("Would you like to take part?", "Sorry I am late, yes please"),
        ("Happy to be in a three?", "No"),
        ("May we share your email?", "No"),
        ("Are you happy to give your mobile number?", "No"),
        ("Have you taken part before?", "No"),
        ("Happy to be contacted by phone?", "No"),
        ("Why would you like to take part?", "No idea"),
        ("Newsletter opt-in", "No"),
        ("Notes", "Left"),
        ("Active travel lead", "No"),
        ("Attending the launch event?", "No"),
        ("standing", "active"),
        ("Status", "Former councillor"),
        ("Status", "Retired"),
        ("Membership number", "1204"),
        ("Marketing consent", "No"),
        ("Include my photo?", "No"),
    ],
)
def test_what_asks_or_says_something_else_leaves_nobody_out(heading: str, cell: str) -> None:
    assert not is_no_more(heading, cell)


def test_a_column_that_is_something_else_already_says_nothing_of_it() -> None:
    assert standings.columns(["Status"], {0}) == []


@pytest.mark.parametrize(
    "cell", ["Paused", "On hold", "on maternity leave", "Maternity leave", "Paused until May"]
)
def test_a_break_is_a_rest_and_no_end(cell: str) -> None:
    assert (standings.is_rest(cell), is_no_more("Status", cell)) == (True, False)


@pytest.mark.parametrize("cell", ["", "Active", "On the board", "Leave Campaign", "Left"])
def test_what_is_no_break_is_no_rest(cell: str) -> None:
    assert not standings.is_rest(cell)
