"""Pages of the installation that belong to no programme."""

import pytest

from tests.support.world import fresh_app
from web.settings import Settings


@pytest.mark.parametrize("sender", ["hello@unm.example", "Unmentoring, Leeds <hello@unm.example>"])
def test_whoever_finds_a_hole_is_told_whom_to_write_to(settings: Settings, sender: str):
    app = fresh_app(Settings(**settings.model_dump() | {"mail_from": sender}))
    told = app.test_client().get("/.well-known/security.txt").text.splitlines()
    assert told[0] == "Contact: mailto:hello@unm.example"
