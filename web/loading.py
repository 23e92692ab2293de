"""Loading our code: half a million objects that are all there to stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_to_stay() -> Iterator[None]:
    """Nothing is looked through for garbage while code is loaded, nor what was loaded ever after.

    Looking was a fifth of what a command needs to start, and a full collection of a server's costs less.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
