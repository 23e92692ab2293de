"""Rules judged by our own figures."""

from datetime import date, timedelta

import pytest

from tests.support.consenting import FOURS, THREES, Consent
from tests.support.world import World
from web.forms.evaluations import FIGURES
from web.models import AgendaItem, Figure, Purpose
from web.services.agreements import agenda, agreements, measuring
from web.services.agreements.agreements import ChangeWanted
from web.services.evidence.findings import RoundEvidence

PAIRS = (20, 5, 12)  # of which five had met before, and twelve cross organisations
DAY = date(2026, 12, 1)


def a_round(number: int, *, met: int = 10, introduced: int = 40, answered: int = 30) -> RoundEvidence:
    return RoundEvidence(
        number, DAY + timedelta(days=number), DAY, runs=False, introduced=introduced, answered=answered,
        met=met, days={3: 4, 9: 4, 10: 1},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "value"),
    [(Figure.MET, 25), (Figure.ANSWERED, 75), (Figure.REPEATS, 25), (Figure.CROSSING, 60), (Figure.DAYS, 9)],
)
def test_each_figure_is_counted(figure: Figure, value: int) -> None:
    assert measuring.measure(figure, a_round(1), PAIRS).value == value


@pytest.mark.parametrize(
    ("figure", "within", "beyond"),
    [
        (Figure.MET, 25, 26),
        (Figure.ANSWERED, 75, 76),
        (Figure.REPEATS, 25, 24),
        (Figure.CROSSING, 60, 61),
        (Figure.DAYS, 9, 8),
    ],
)
def test_each_figure_has_a_side_on_which_it_is_missed(figure: Figure, within: int, beyond: int) -> None:
    measured = measuring.measure(figure, a_round(1), PAIRS)
    assert (measured.misses(figure, within), measured.misses(figure, beyond)) == (False, True)


def test_when_nobody_met_half_never_had() -> None:
    nobody = RoundEvidence(1, DAY, DAY, runs=False, introduced=40)
    assert measuring.measure(Figure.DAYS, nobody, PAIRS).misses(Figure.DAYS, 180)


def test_a_form_offers_every_figure() -> None:
    assert {choice.value for choice in FIGURES} == {"", *(figure.value for figure in Figure)}


@pytest.fixture
def consent(world: World) -> Consent:
    """How we match is judged by half of everyone meeting."""
    made = Consent.among(world, 6)
    judged = ChangeWanted(THREES.subject, THREES.driver, THREES.settings, figure=Figure.MET.value, bound=50)
    made.open(judged)
    made.later(days=7)
    return made


def judge(consent: Consent, *rounds: RoundEvidence) -> list[AgendaItem]:
    """What is on the agenda after rounds that began when the version was in force."""
    with consent.world.write() as session:
        programme = consent.world.programme(session)
        version = agreements.about(session, programme, THREES.subject).version
        moved = [
            RoundEvidence(**vars(one) | {"sent_on": version.adopted_on + timedelta(days=one.number)})
            for one in rounds
        ]
        measuring.judge(session, programme.id, moved, now=consent.world.now)
        return list(agenda.waiting(session, programme))


def test_missed_in_two_rounds_running_it_is_on_the_agenda_with_the_figures(consent: Consent) -> None:
    words = [one.words for one in judge(consent, a_round(2), a_round(3, met=19))]
    assert words == [
        "It has not worked if fewer than 50% of everyone introduced met: 25% in round 2 and 48% in round 3."
    ]


def test_one_round_is_not_enough(consent: Consent) -> None:
    assert judge(consent, a_round(2, met=30), a_round(3)) == []


def test_a_good_round_between_two_begins_anew(consent: Consent) -> None:
    assert judge(consent, a_round(2), a_round(3, met=30), a_round(4)) == []


def test_small_rounds_say_nothing(consent: Consent) -> None:
    assert judge(consent, a_round(2, met=1, introduced=19), a_round(3, met=1, introduced=19)) == []


def test_rounds_from_before_the_version_say_nothing(consent: Consent) -> None:
    assert judge(consent, a_round(-2), a_round(-1), a_round(2)) == []


def test_looking_again_adds_nothing(consent: Consent) -> None:
    judge(consent, a_round(2), a_round(3))
    assert len(judge(consent, a_round(2), a_round(3))) == 1


def test_it_is_on_the_agenda_once_until_it_is_decided(consent: Consent) -> None:
    judge(consent, a_round(2), a_round(3))
    assert len(judge(consent, a_round(2), a_round(3), a_round(4), a_round(5))) == 1


def test_no_round_counts_twice(consent: Consent) -> None:
    """Round 3 has been counted: after a decision, rounds 4 and 5 are needed."""
    item = judge(consent, a_round(2), a_round(3))[0]
    with consent.world.write() as session:
        item = agenda.one(session, consent.world.programme(session), item.id)
        agenda.decline(session, item, "it was August", by="an organiser", now=consent.world.now)
    again = judge(consent, a_round(2), a_round(3), a_round(4))
    assert (again, len(judge(consent, a_round(2), a_round(3), a_round(4), a_round(5)))) == ([], 1)


def test_another_version_is_judged_by_what_it_says(consent: Consent) -> None:
    consent.propose(FOURS, urgent=True)
    assert judge(consent, a_round(2), a_round(3)) == []


@pytest.mark.usefixtures("both_databases")
def test_the_worker_judges_rounds_that_are_over(world: World) -> None:
    """Nobody of twenty met in two rounds: an organiser had written that half should."""
    people = world.join_many(20)
    world.organiser().open("/organise/councils/settings/matching").press(
        "Change how we match", driver="Pairs cancel.", size="3", figure="met", bound="50"
    )
    for _ in range(2):
        world.round()
        door = world.door(Purpose.CHECK_IN, people[0], world.group_of(people[0]))
        world.visitor().open(f"{door}?answer=could-not").press("Tell us")
        world.clock.turn(days=60)
        world.worker.sweep()
    with world.read() as session:
        words = [one.words for one in agenda.waiting(session, world.programme(session))]
    assert ["0% in round 1 and 0% in round 2" in one for one in words] == [True]


@pytest.mark.parametrize("bound", ["", "0", "101", "half", "-5"])
def test_a_figure_needs_a_number(world: World, bound: str) -> None:
    form = world.organiser().open("/organise/councils/settings/matching")
    page = form.press("Change how we match", driver="Pairs cancel.", size="3", figure="met", bound=bound)
    assert page.mistakes == ["Enter a number from 1 to 100"]


def test_the_log_says_when_a_rule_has_not_worked(consent: Consent) -> None:
    page = consent.world.visitor().open("/p/councils/agreements")
    assert "It has not worked if fewer than 50% of everyone introduced met." in page.text
