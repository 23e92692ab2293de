"""How many messages a worker takes in hand at a time.

Whatever a worker that dies has in hand waits for the end of its lease. So of messages that travel alone it
takes as many as go out in a few seconds; those that share one call it takes together, they go out at once.
"""

from datetime import timedelta

A_FEW = 10  # messages, also from a provider that is slow
A_FEW_SECONDS = timedelta(seconds=3)
QUICKER = 2  # times as many as before, at most: one lucky moment tells little


class ClaimSize:
    """What one worker has learned of how fast its messages go out. `portion` is how many it takes."""

    def __init__(self) -> None:
        self.portion = A_FEW

    def learn(self, sent: int, took: timedelta) -> None:
        """So many went out in so long."""
        if sent:
            fit = sent * A_FEW_SECONDS // took if took else sent * QUICKER
            self.portion = max(A_FEW, min(fit, self.portion * QUICKER))
