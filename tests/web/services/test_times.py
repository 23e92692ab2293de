"""When half an hour may begin."""

from datetime import time

import pytest

from web.models import Block
from web.services.times import HOURS, STARTS, shared_hours

MORNINGS, EVENINGS = [Block.MORNINGS.value], [Block.EVENINGS.value]


@pytest.mark.parametrize("group", [[], [[], []]])
def test_who_has_not_said_is_free_in_office_hours(group: list[list[str]]) -> None:
    assert shared_hours(group) == HOURS


def test_who_has_not_said_goes_along_with_who_has() -> None:
    assert shared_hours([[], EVENINGS]) == STARTS[Block.EVENINGS]


def test_everybody_s_wish_counts() -> None:
    assert shared_hours([MORNINGS + EVENINGS, EVENINGS, [*EVENINGS, Block.LUNCHTIMES.value]]) == (
        time(18),
        time(19),
        time(20),
    )


def test_two_who_share_no_part_of_the_week_share_no_hour() -> None:
    assert shared_hours([MORNINGS, EVENINGS]) == ()
