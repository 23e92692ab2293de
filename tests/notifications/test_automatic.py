import pytest

from notifications.automatic import is_automatic, is_certainly


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Subject": "Automatic reply: Did you talk with Tom?"},
        {"Content-Type": "text/calendar; method=REPLY"},
        {"Return-Path": "<>"},
    ],
    ids=str,
)
def test_what_a_machine_wrote_is_known(headers):
    assert is_automatic(headers)


def test_what_a_person_wrote_is_not_taken_for_a_machines():
    assert not is_automatic({"Subject": "Re: Did you talk with Tom?", "Auto-Submitted": "no"})


@pytest.mark.parametrize(
    "subject",
    [
        "Auto reply: Did", "Automatische Antwort: Did", "Réponse automatique : Did",
        "Odpowiedź automatyczna: Did you talk", "Ymateb awtomatig: Did you talk", "Read: Did you talk",
        "Accepted: Conversation with Amina", "Reaction: Did you talk", "[Ticket #2026] Did you talk",
        "Freagra uathoibríoch: Did you talk", "Ateb awtomatig: Did", "Undelivered Mail Returned to Sender",
    ],
)  # fmt: skip
def test_a_machines_subject_is_known(subject):
    assert is_automatic({"subject": subject})


@pytest.mark.parametrize("sender", ["", "<>"])
def test_whoever_names_no_sender_wants_no_answer(sender):
    assert is_automatic({"subject": "Re: Did you talk"}, "I am away.", sender)


@pytest.mark.parametrize(
    "text",
    [
        "Diolch am eich e-bost. Rwyf allan o'r swyddfa tan 4 Ionawr.",
        "Dw i ar wyliau tan ddydd Llun.",
        "Thank you for your message. Our office is closed for Christmas until 2 January.",
        "I am on annual leave until Monday.",
        "This is a receipt for the mail you sent.",
        "Thank you for your email. I am currently out of the office and will return on Monday.",
        "Diolch am eich e-bost. Rwyf ar wyliau.\n\nThank you for your email. I am on annual leave.",
        "I have now left Leeds City Council. Please contact Jo Bloggs.",
        "** AUTOMATED RESPONSE ** Thank you for contacting me.",
        "Thank you for contacting me. I receive a high volume of emails and answer as soon as I can.",
        "Thank you for your email. If you are a constituent, please give your full name and address.",
    ],
)
def test_what_machines_say_is_known_without_a_header(text):
    assert is_automatic({"subject": "Re: Did you talk"}, text, "tom@kirklees.example")


@pytest.mark.parametrize(
    "text",
    [
        "I am away from my desk more, and learn more.",
        "Leave room for rain.",
        "Our office is closed on Fridays and it works.",
    ],
)
def test_a_learning_is_no_absence(text):
    assert not is_automatic({"subject": "Re: Did you talk"}, text, "tom@kirklees.example")


@pytest.mark.parametrize(
    "text",
    [
        "STOP\n\nI am on annual leave until Monday",
        "I'm on leave until 9 June, so please skip me this month.",
        "I am on maternity leave from May. Please take me off your list.",
        "I am on leave until 4 January, but we met before that.",
        "Met.\n\nThis mailbox is not monitored at weekends",
        "Sorry for the delay, I was on leave. We met on Tuesday.",
    ],
)
def test_whoever_is_away_and_answers_us_is_heard(text):
    assert not is_automatic({"subject": "Re: Did you talk"}, text, "tom@kirklees.example")


@pytest.mark.parametrize(
    "headers",
    [
        {"Subject": "Re: Did you talk", "Auto-Submitted": "auto-replied"},
        {"Subject": "Automatic reply: Did you talk"},
        {"Subject": "Out of office: Re: Did you talk"},
        {"Subject": "Read: Did you talk"},
    ],
    ids=str,
)
def test_what_only_programs_write_is_certain(headers):
    assert is_certainly(headers, "tom@kirklees.example")


@pytest.mark.parametrize(
    "subject", ["Re: Did you talk", "Away until May: please wait for me", "Absence in June"]
)
def test_a_person_may_write_of_an_absence(subject):
    assert not is_certainly({"Subject": subject, "Auto-Submitted": "no"}, "tom@kirklees.example")


@pytest.mark.parametrize(
    "text", ["The poem was read on the bus by schoolchildren.", "It was displayed on one page by the lift."]
)
def test_what_is_read_on_something_is_no_receipt(text):
    assert not is_automatic({"subject": "Re: Did you talk"}, text, "tom@kirklees.example")


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for contacting Kirklees Council. We aim to respond within 10 working days.",
        "Thank you for your email.\n\nYour message is important to us and we will get back to you shortly.",
        "Diolch am eich e-bost.\n\nThank you for your enquiry. One of our advisers will be in touch shortly.",
        "Your email has been received and will be dealt with.",
        "Tom Field (tom@kirklees.example) has sent you a protected message.\n\nRead the message",
        "You have received an encrypted message from tom@kirklees.example",
        "To have your message delivered, please click the link below to verify that you are a person.",
    ],
)
def test_what_a_mailbox_of_many_or_a_gateway_says_is_no_learning(text):
    assert is_automatic({"subject": "Re: Did you talk"}, text, "tom@kirklees.example")


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for your email. We met on Tuesday and learned that they answer within 10 minutes.",
        "They reply within 5 working days to everybody, and we do not.",
        "A resident had sent us a protected message and nobody could open it: use plain email.",
    ],
)
def test_what_somebody_learned_of_answering_is_one(text):
    assert not is_automatic({"subject": "Re: Did you talk"}, text, "tom@kirklees.example")


@pytest.mark.parametrize("header", [{"List-ID": "<team.charity.example>"}, {"Precedence": "list"}], ids=str)
def test_what_comes_by_a_group_s_mailbox_may_be_a_person_s(header):
    headers = {"Subject": "Re: Did you talk", **header}
    assert (is_automatic(headers, "We met."), is_certainly(headers, "team@charity.example")) == (True, False)


def test_a_letter_called_back_by_outlook_is_no_answer():
    assert is_certainly({"Subject": "Recall: Re: Did you talk"}, "tom@kirklees.example")
