"""Pages of the installation that belong to no programme."""

from datetime import date

import pytest

from notifications import words
from tests.support.world import World, fresh_app
from web.services.people import joining
from web.settings import Settings


@pytest.mark.parametrize("sender", ["hello@unm.example", "Unmentoring, Leeds <hello@unm.example>"])
def test_whoever_finds_a_hole_is_told_whom_to_write_to(settings: Settings, sender: str):
    app = fresh_app(Settings(**settings.model_dump() | {"mail_from": sender}))
    told = app.test_client().get("/.well-known/security.txt").text.splitlines()
    assert told[0] == "Contact: mailto:hello@unm.example"


def test_the_privacy_notice_says_which_wording_people_agree_to(world: World) -> None:
    wording = words.full_day(date.fromisoformat(joining.WORDINGS["privacy notice"]))
    assert f"Wording of {wording}." in world.visitor().open("/privacy").text
