"""How often rounds begin is agreed: the first rhythm at once, another one by consent."""

from datetime import date, time

import pytest

from tests.support.consenting import Consent
from tests.support.world import World
from web.models import How, Region, Rhythm, Schedule, Subject
from web.services.agreements import agreements
from web.services.agreements.agreements import ChangeWanted
from web.services.common import agreed_settings, programmes
from web.services.programmes import programme_settings
from web.services.programmes.programme_settings import SchedulePlan
from web.services.rounds import moved_days


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 6)


def switch_on(consent: Consent, rhythm: Rhythm = Rhythm.WEEKLY) -> None:
    by_dates = rhythm is Rhythm.DATES
    first, on = (None, [date(2026, 12, 8)]) if by_dates else (date(2026, 12, 8), [])
    plan = SchedulePlan(rhythm, first, on, time(9), Region.ENGLAND_AND_WALES, [], automatic=False)
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        programme_settings.switch_on(session, programme, plan, by="an organiser", now=consent.world.now)


def switch_off(consent: Consent) -> None:
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        programme_settings.switch_off(session, programme, by="an organiser", now=consent.world.now)


def agreed(consent: Consent) -> str:
    with consent.world.read() as session:
        return agreed_settings.rhythm(session, consent.world.programme(session))


def kept(consent: Consent) -> Schedule:
    with consent.world.read() as session:
        return session.get_one(Schedule, consent.world.programme(session).id)


def propose(consent: Consent, rhythm: Rhythm) -> int:
    with consent.world.read() as session:
        programme = consent.world.programme(session)
        days = agreements.about(session, programme, Subject.DAYS).version.settings
    return consent.open(ChangeWanted(Subject.DAYS, "A week is short.", days | {"rhythm": rhythm.value}))


def test_a_first_rhythm_is_a_version_at_once(consent: Consent) -> None:
    switch_on(consent)
    assert (agreed(consent), consent.version(Subject.DAYS)) == ("weekly", 2)


@pytest.mark.parametrize("rhythm", [Rhythm.FORTNIGHTLY, Rhythm.DATES])
def test_another_one_is_not_switched_on(consent: Consent, rhythm: Rhythm) -> None:
    switch_on(consent)
    with pytest.raises(programmes.BadSettings, match="is agreed"):
        switch_on(consent, rhythm)


def test_off_and_on_again_is_no_way_around_it(consent: Consent) -> None:
    switch_on(consent)
    switch_off(consent)
    with pytest.raises(programmes.BadSettings, match="is agreed"):
        switch_on(consent, Rhythm.FORTNIGHTLY)


def test_the_same_one_is_switched_on_at_once(consent: Consent) -> None:
    switch_on(consent)
    switch_off(consent)
    switch_on(consent)
    assert consent.version(Subject.DAYS) == 2


def test_people_are_asked_about_another(consent: Consent) -> None:
    switch_on(consent)
    assert consent.state(propose(consent, Rhythm.FORTNIGHTLY)) == "open"


@pytest.mark.usefixtures("both_databases")
def test_adopted_the_schedule_goes_by_it(consent: Consent) -> None:
    switch_on(consent)
    propose(consent, Rhythm.FORTNIGHTLY)
    consent.later(days=7)
    assert (agreed(consent), kept(consent).rhythm) == ("fortnightly", Rhythm.FORTNIGHTLY)


def test_the_round_that_is_next_keeps_its_day(consent: Consent) -> None:
    switch_on(consent)
    propose(consent, Rhythm.MONTHLY)
    consent.later(days=6)
    consent.later(days=1)
    with consent.world.read() as session:
        assert consent.world.programme(session).next_round_on == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("moved", "agreed", "then"),
    [
        ([date(2026, 12, 10)], Rhythm.FORTNIGHTLY, date(2026, 12, 22)),
        ([date(2026, 12, 4)], Rhythm.FORTNIGHTLY, date(2026, 12, 22)),
        ([date(2026, 12, 4), date(2026, 12, 3)], Rhythm.MONTHLY, date(2027, 1, 12)),
        ([date(2026, 12, 17)], Rhythm.MONTHLY, date(2027, 1, 19)),
    ],
)
def test_a_round_moved_once_moves_no_other(
    consent: Consent, moved: list[date], agreed: Rhythm, then: date
) -> None:
    """The rhythm's weekday is the one that people know: a Tuesday."""
    switch_on(consent)
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        for on in moved:
            programme_settings.move_next_round(session, programme, on, by="a test", now=consent.world.now)
        days = agreements.about(session, programme, Subject.DAYS).version.settings
        wanted = ChangeWanted(Subject.DAYS, "", days | {"rhythm": agreed.value})
        agreements.put_in_force(session, programme, wanted, How.AT_ONCE, by="a test", now=consent.world.now)
    with consent.world.read() as session:
        plan = session.get_one(Schedule, 1)
        assert moved_days.following(session, plan, moved[-1]) == then


def test_days_of_their_own_begin_with_the_next(consent: Consent) -> None:
    switch_on(consent)
    propose(consent, Rhythm.DATES)
    consent.later(days=7)
    assert kept(consent).dates == ["2026-12-08"]


def test_a_schedule_that_is_off_stays_off(consent: Consent) -> None:
    switch_on(consent)
    switch_off(consent)
    propose(consent, Rhythm.FORTNIGHTLY)
    consent.later(days=7)
    with consent.world.read() as session:
        assert session.get(Schedule, consent.world.programme(session).id) is None


def test_a_small_programme_changes_it_at_once(world: World) -> None:
    consent = Consent.among(world, 4)
    switch_on(consent)
    switch_on(consent, Rhythm.FORTNIGHTLY)
    assert agreed(consent) == "fortnightly"


def test_the_log_says_how_often(consent: Consent) -> None:
    switch_on(consent)
    assert "Rounds begin: every week" in consent.world.visitor().open("/p/councils/agreements").text


def test_the_proposal_says_what_would_change(consent: Consent) -> None:
    switch_on(consent)
    number = propose(consent, Rhythm.FORTNIGHTLY)
    page = consent.world.visitor().open(f"/p/councils/agreements/{number}")
    assert "Rounds begin: every two weeks, instead of every week" in page.text


def test_an_organiser_proposes_it_beside_the_days(consent: Consent) -> None:
    switch_on(consent)
    form = consent.world.organiser().open("/organise/councils/settings/days")
    page = form.press("Save these days", rhythm="fortnightly", driver="A week is short.")
    assert "Rounds begin: every two weeks, instead of every week" in page.text


def test_the_form_of_the_schedule_says_where(consent: Consent) -> None:
    switch_on(consent)
    form = consent.world.organiser().open("/organise/councils/schedule/edit")
    page = form.press("Switch this schedule on", rhythm="fortnightly")
    assert page.mistakes == [
        "How often rounds begin is agreed. Propose another rhythm under “Days of a round”"
    ]
