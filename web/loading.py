"""Loading our code: half a million objects that are all there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000  # objects: some megabytes


@contextmanager
def all_to_stay() -> Iterator[None]:
    """Nothing is looked through for garbage while code is loaded, nor what was loaded ever after, and what is
    made later more seldom.

    Looking was a fifth of what a command needs to start, and a full collection of a server's stopped all who
    wait for a tenth of a second. A round of thousands is made of young objects that are in no ring: looking
    through them was a quarter of the time in which it was sent.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()
