import pytest

from notifications.quotations import of_html, own_words

MAILS = {
    "gmail": "We met.\n\nOn Tue, 1 Dec 2026 at 09:00, Unmentoring <r@in.example> wrote:\n\n> Hello\n",
    "folded": "We met.\n\nOn Tue, 1 Dec 2026 at 09:00, Unmentoring\n<r.1.x@in.example> wrote:\n\n> Hello\n",
    "outlook": "We met.\r\n\r\n____________________________\r\nFrom: Unmentoring <x@y>\r\n",
    "old outlook": "We met.\n\n-----Original Message-----\nFrom: Unmentoring\n",
    "signature": "We met.\n-- \nAmina Shah\nLeeds City Council\n",
    "phone": "We met.\n\nSent from my iPhone\n\n> On 1 Dec 2026, at 09:00, Unmentoring wrote:\n",
    "quoted first": "> Did you talk with Tom?\n\nWe met.\n",
}


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_quotes_and_signatures_are_dropped(mail):
    assert own_words(mail) == "We met."


def test_a_learning_of_several_paragraphs_is_kept_whole():
    said = "We met.\n\nOn Mondays they share vans.\nFrom now on we will too."
    assert own_words(said) == said


def test_a_mail_of_html_alone_is_read():
    mail = "<div>We met &amp; talked.<br>Vans!</div><div class='x'></div><blockquote>Hello</blockquote>"
    assert of_html(mail) == "We met & talked.\nVans!"


def test_cells_of_a_table_are_not_run_together():
    cells = "<table><tr><td>Met.</td><td>We share vans.</td></tr></table>"
    assert of_html(cells) == "Met.\nWe share vans."


def test_scripts_in_a_mail_are_no_words():
    assert of_html("<script>alert(1)</script><p>Hi</p>") == "Hi"


WORDS = "We share a bin lorry now."
FROM_US = "Councils <r.12@in.example.org>"
DRESSED = {
    "a French no-break blank": f"{WORDS}\n\nLe mar. 15 déc. 2026 à 09:00, {FROM_US} a écrit\u00a0:\n\n> A\n",
    "French Outlook": f"{WORDS}\n\nDe : {FROM_US}\nEnvoyé : mardi 15 décembre\n\nHello\n",
    "three lines": f"{WORDS}\n\nOn Tue, 15 Dec 2026 at 09:00, Us <\nr.12@in.example.org>\nwrote:\n\n> A\n",
    "a date and an address": f"{WORDS}\n\n2026-12-15 9:00 GMT+00:00 {FROM_US}:\n\n> Did you talk?\n",
    "Windows Mail": f"{WORDS}\n\nSent from Mail for Windows\n\nFrom: Councils\nSent: 15 December 2026\n",
    "BT": f"{WORDS}\n\nSent from the all new BT Email app\n",
    "a French phone": f"{WORDS}\n\nEnvoyé de mon iPhone\n",
    "a gateway's box on top": f"{'-' * 40}\nThis message is marked OFFICIAL\n{'-' * 40}\n\n{WORDS}",
    "a marking on top": f"OFFICIAL\n\n{WORDS}",
    "a warning on top": f"CAUTION: This email came from outside the council.\n\n{WORDS}",
    "below the quotation": f"On Tue, 15 Dec 2026, Councils wrote:\n> Did you?\n> Answer.\n\n{WORDS}\n",
    "with a signature": f"{WORDS}\n\nKind regards,\nTom Field\nKirklees Council\n01484 221000\n",
    "with a Welsh one": f"{WORDS}\n\nCofion gorau\nSiân Llŷn\n",
    "with a name": f"{WORDS}\n\nTom Field\nKirklees Council",
    "with small print": f"{WORDS}\n\nTom\n\nThis email and any attachments are confidential.",
}


@pytest.mark.parametrize("mail", DRESSED.values(), ids=DRESSED)
def test_only_what_its_writer_wrote_is_left(mail):
    assert own_words(mail) == WORDS


@pytest.mark.parametrize(
    "said",
    [
        "From: Kirklees we learned that tenants answer texts.\nWe will try it.",
        "On her first day the new chief wrote:\nask the crews. We will copy that.",
        "Sent from my desk, which is rarer now: share desks with the library.",
        "Thanks\n\nThat was a good hour. Their depot is open on Sundays.",
        "Best: the depot opens on Sundays.",
    ],
)
def test_a_sentence_that_looks_like_a_header_or_a_closing_stays(said):
    assert own_words(said) == said


def test_where_nobody_can_tell_which_words_are_whose_none_are_kept():
    assert own_words(f"From: {FROM_US}\nSent: 15 December 2026\n\nHello Tom\n\nWe share a bin lorry.") == ""


OUTLOOK = (
    '<html xmlns:o="urn:x"><head><style>p {{margin:0}}</style></head><body><div class="WordSection1">'
    f'<p class="MsoNormal">{WORDS}<o:p></o:p></p><div style="border-top:solid #E1E1E1 1.0pt">'
    "<p><b>{From}:</b> Councils &lt;r@in.example&gt;<br>"
    "<b>{Sent}:</b> 15 December 2026</p></div><p>Hello Tom</p></div></body></html>"
)


@pytest.mark.parametrize(("sender", "sent"), [("From", "Sent"), ("Von", "Gesendet"), ("De", "Envoyé")])
def test_a_mail_that_outlook_wrote_as_html_alone_is_read(sender, sent):
    assert own_words(of_html(OUTLOOK.format(From=sender, Sent=sent))) == WORDS


@pytest.mark.parametrize(
    "mark", ['id="Signature"', 'class="gmail_signature"', 'class="moz-signature"', 'class="gmail_quote"']
)
def test_what_a_mail_program_marks_as_not_its_writers_is_left_out(mark):
    assert of_html(f"<div>{WORDS}</div><div {mark}><p>Tom Field</p><p>Manager</p></div>") == WORDS


OUR_ADDRESS = "r.4711.abcdefghijklmnopqrstuvwxyz@in.example.org"
US = f"Councils <{OUR_ADDRESS}>"
# In languages and programs whose words for it we do not know.
INTRODUCED = {
    "Irish": f"Ó: {US}\nSeolta: 15 Nollaig 2026 09:00\nChuig: Sam\n\nHello Sam\n",
    "Irish Gmail": f"Ar Máirt 15 Noll 2026 ag 09:00, scríobh {US}:\n\n> Hello\n",
    "folded": f"Ar Máirt 15 Noll 2026 ag 09:00, scríobh Councils\n<{OUR_ADDRESS}>:\n\n> Hello\n",
    "Welsh": f"O: {US}\nAnfonwyd: 15 Rhagfyr 2026 09:00\nAt: Sam\n\nHello Sam\n",
    "Romanian": f"În mar., 15 dec. 2026 la 09:00, {US} a scris:\n\n> Hello\n",
    "Hungarian": f"{US} ezt írta (időpont: 2026. dec. 15., K, 9:00):\n\n> Hello\n",
    "Arabic": f"في الثلاثاء، 15 ديسمبر 2026 09:00 {US} كتب:\n\n> Hello\n",
    "Ukrainian": f"вт, 15 груд. 2026 р. о 09:00 {US} пише:\n\n> Hello\n",
    "Tuta": f"15 Dec 2026, 09:00 by {OUR_ADDRESS}:\n\n> Hello\n",
    "GMX": f"Gesendet: Dienstag, 15. Dezember 2026 um 09:00 Uhr\nVon: {US}\nAn: sam@x\nHello Sam\n",
    "T-Online": f"-----Original-Nachricht-----\nBetreff: Did you\nVon: {US}\n\nHello Sam\n",
    "GroupWise": f">>> {US} 15/12/2026 09:00 >>>\nHello Sam\n",
}


@pytest.mark.parametrize("quotation", INTRODUCED.values(), ids=INTRODUCED)
def test_a_quotation_of_ours_is_known_in_any_language_by_our_address(quotation):
    assert own_words(f"{WORDS}\n\n{quotation}") == WORDS


# What mail programs quote is the From of our letters. Sources: what each writes in the interface's language.
FROM_US_ALL = "Councils Unmentoring <hello@example.org>"
INTRODUCED_BY_FROM = {
    "Russian Gmail": f"вт, 15 дек. 2026 г. в 09:00, {FROM_US_ALL}:",
    "Ukrainian Gmail": f"вт, 15 груд. 2026 р. о 09:00 {FROM_US_ALL} пише:",
    "Chinese Gmail": f"{FROM_US_ALL} 于2026年12月15日周二 09:00写道：",
    "Chinese Gmail, folded": "Councils via Service\n<hello@example.org> 于2026年12月15日周二 09:00写道：",
    "Japanese Gmail": f"2026年12月15日(火) 9:00 {FROM_US_ALL}:",
    "Turkish Gmail": f"{FROM_US_ALL}, 15 Ara 2026 Sal, 09:00 tarihinde şunu yazdı:",
    "Hungarian Gmail": f"{FROM_US_ALL} ezt írta (időpont: 2026. dec. 15., K, 9:00):",
    "Romanian Gmail": f"mar., 15 dec. 2026 la 09:00, {FROM_US_ALL} a scris:",
    "Lithuanian Gmail": f"2026-12-15, an, 09:00 {FROM_US_ALL} rašė:",
    "Irish Gmail": f"Dé Máirt 15 Noll 2026 ag 09:00, scríobh {FROM_US_ALL}:",
    "Arabic Gmail": f"في الثلاثاء، 15 ديسمبر 2026 في 9:00 ص تمت كتابة ما يلي بواسطة {FROM_US_ALL}:",
    "Urdu Gmail": "بروز منگل، 15 دسمبر 2026 کو 9:00 AM بجے Councils <\nhello@example.org> نے لکھا:",
    "Polish Apple Mail": f"Wiadomość napisana przez {FROM_US_ALL} w dniu 15.12.2026, o godz. 09:00:",
    "broken inside its date": f"On Tue, Dec 15, 2026 at\n9:00 AM {FROM_US_ALL} wrote:",
    "German Android": "Councils <\nhello@example.org> schrieb am Di., 15. Dez. 2026, 09:00:",
    "Tuta": "15 Dec 2026, 09:00 by hello@example.org:",
    "Czech Outlook": f"Od: {FROM_US_ALL}\nOdesláno: úterý 15. prosince 2026 9:00\nKomu: Sam\nPředmět: x",
    "Romanian Outlook": f"De la: {FROM_US_ALL}\nTrimis: marți, 15 decembrie 2026 09:00\nCătre: Sam",
    "Irish Outlook": f"Ó: {FROM_US_ALL}\nSeolta: 15 Nollaig 2026 09:00\nChuig: Sam\nÁbhar: x",
    "Welsh Outlook": f"O: {FROM_US_ALL}\nAnfonwyd: 15 Rhagfyr 2026 09:00\nI: Sam\nPwnc: x",
    "Chinese Outlook": f"发件人: {FROM_US_ALL}\n发送时间: 2026年12月15日 9:00\n收件人: Sam\n主题: x",
    "GMX": "Gesendet: 15. Dezember 2026 um 09:00 Uhr\nVon: Us <hello@example.org>\nAn: sam@x.org",
    "T-Online": "-----Original-Nachricht-----\nBetreff: x\nDatum: 2026-12-15T09:00\nVon: Us <h@x.org>",
}


@pytest.mark.parametrize("quoted", ["Hello Sam", "> Hello Sam\n> Did you talk?"])
@pytest.mark.parametrize("introduction", INTRODUCED_BY_FROM.values(), ids=INTRODUCED_BY_FROM)
def test_a_quotation_of_ours_is_known_in_any_language_by_our_from(introduction, quoted):
    assert own_words(f"{WORDS}\n\n{introduction}\n\n{quoted}\n") == WORDS


@pytest.mark.parametrize(
    "introduction",
    [
        f"On Tue, 15 Dec 2026 at 09:00, {FROM_US_ALL} wrote:",
        f"{FROM_US_ALL} schrieb am Di., 15. Dez. 2026, 09:00:",
    ],
)
@pytest.mark.parametrize("said", ["Met", "We met at 3"])
def test_words_right_above_a_quotation_are_no_part_of_its_first_line(said, introduction):
    assert own_words(f"{said}\n{introduction}\n> Hello\n") == said


@pytest.mark.parametrize(
    "said",
    [
        "In 2025 we rang crews@leeds.example, and learned:\nthey answer.",
        "Where: Leeds\nWho: crews@leeds.example\nSince: 2024, and it works",
        "At 10:30 we rang Priya. What she told us:\nask the crews.",
    ],
)
def test_moments_and_addresses_in_what_somebody_writes_begin_no_quotation(said):
    assert own_words(said) == said


SIGNED = [
    "Sam Hill\nPronouns: he/him\nHead of Waste",
    "Cllr Sam Hill MBE\nI work flexibly, so please reply when it suits you.",
    "Sam\n\nLeeds City Council accepts no liability for the content of this email.",
    "Sam x",
    "Sam Hill\nLeeds City Council\n\nTo unsubscribe from our newsletters click here",
    "Sam Hill, Head of Waste\n2-4 Waterloo Place | Edinburgh | EH1 3EG",
    "Insp 1234 Sam Hill\nRing 101, in an emergency 999",
    "Hill, Sam (Leeds)\nWinner of Council of the Year 2026",
    "Take care,\nSam",
    "Cofion cynnes / Kind regards\n\nSam Hill\nPennaeth Gwastraff / Head of Waste",
    "Yn gywir,\nSam",
    "Le gach dea-ghuí,\nSam Hill",
    "Sent from Edison Mail",
    "Classification: OFFICIAL",
]


@pytest.mark.parametrize("below", SIGNED)
@pytest.mark.parametrize("writer", ["Sam Hill", "HILL, Sam (Leeds City Council)"])
def test_a_signature_begins_with_the_name_of_who_wrote(below, writer):
    assert own_words(f"{WORDS}\n\n{below}\n\nOn 15/12/2026 09:00, Councils wrote:\n> Hello", writer) == WORDS


@pytest.mark.parametrize(
    "said",
    [
        "Hello,\n\nSam Hill, Leeds\n\nPlease take me off your list",
        "Sam Hill here. We met.\nTheir depot opens on Sundays.",
        "We asked what to call it.\nSam Hill Lane was where we began, and now it has a name.",
    ],
)
def test_a_name_above_what_is_said_or_within_it_ends_nothing(said):
    assert own_words(said, "Sam Hill") == said


@pytest.mark.parametrize(
    "line", ["hi\nSam", "Sent from A.A.A.A.A.A.A.A.x!", "best best best best x", "Date: x", "Sam Hill"]
)
def test_a_long_mail_of_one_line_is_read_in_no_time(line):
    assert len(own_words(f"{line}\n" * 5_000, "Sam Hill" + " " * 900)) <= 50_000


@pytest.mark.parametrize(
    "postscript", ["PS please take me off your list.", "P.S. Skip me next time", "PS: I left."]
)
def test_a_postscript_below_a_signature_is_said_too(postscript):
    said = f"Met.\n\nKind regards\nSam Hill\n\n{postscript}\n\nLeeds City Council"
    assert own_words(said, "Sam Hill") == f"Met.\n\n{postscript}"


@pytest.mark.parametrize("line", ["PS Gill", "PS 1234 Sam Gill", "PSNI", "P S Gill"])
def test_a_sergeant_is_no_postscript(line):
    assert own_words(f"Met.\n\nKind regards\n{line}\nLeeds") == "Met."


@pytest.mark.parametrize(
    "banner",
    [
        "Classification: OFFICIAL",
        "Sensitivity: Internal",
        "Information Classification: CONTROLLED",
        "This email has been classified as: NOT PROTECTIVELY MARKED",
        "OFFICIAL: Kirklees",
        "WARNING This email originated from outside the council",
        "Caution: external email.",
        "This email originated from outside the organisation.",
        "Do not click links or open attachments unless you know the sender.",
    ],
)
@pytest.mark.parametrize("said", ["Met", "STOP"])
def test_a_gateways_line_is_no_words_of_whoever_writes(banner, said):
    assert (own_words(f"{banner}\n\n{said}"), own_words(f"{said}\n\n{banner}")[: len(said)]) == (said, said)


@pytest.mark.parametrize(
    "said",
    [
        "Official figures show less waste.\nWe will copy that.",
        "Caution is needed with shared vans, she said.\nWe will see.",
        "Warning signs by the lift helped them.\nWe copy it.",
        "The best idea came from outside the council.\nWe ask more people now.",
        "Don’t click links, they tell all staff.\nWe will too.",
    ],
)
def test_a_sentence_on_top_that_only_begins_like_a_gateways_line_stays(said):
    assert own_words(said) == said


@pytest.mark.parametrize("word", ["Met.", "Stop", "STOP", "Skip"])
@pytest.mark.parametrize("above", ["Dear Sir/Madam,", "Hi all,", "It was a good hour."])
def test_a_word_in_a_paragraph_of_its_own_is_no_name(above, word):
    assert own_words(f"{above}\n\n{word}") == f"{above}\n\n{word}"
