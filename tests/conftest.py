"""What every test may ask for. README.md beside this file says which test goes where."""

import gc

import structlog
from hypothesis import settings

from web import logs

pytest_plugins = [
    "tests.support.kinds", "tests.support.costs", "tests.support.databases", "tests.support.world",
]  # fmt: skip


def pytest_configure() -> None:
    """Errors are said as the service says them. structlog's own way paints every frame with its locals,
    which takes seconds an error.
    """
    structlog.configure(processors=[*logs.SAID_WITH_EACH, *logs.AS_LINE])
    # On a machine with much else to do a quarter of a second tells nothing of an example.
    settings.register_profile("by no clock", deadline=None)
    settings.load_profile("by no clock")


def pytest_collection_finish() -> None:
    """Ten thousand tests and all they import stay: who looks for garbage need not look through them."""
    gc.collect()
    gc.freeze()
