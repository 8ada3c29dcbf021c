"""Time that jumps over waits: whoever waits ten seconds is back at once, ten seconds later."""

from __future__ import annotations

import threading
import time


class Clock:
    """The time of the emulated account, shared by the engine, the state machines and the functions."""

    # What a wait really takes. It is not nothing, so that threads which do not wait get their turn.
    REAL_SECONDS_PER_WAIT = 0.01

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._ahead

    def sleep(self, seconds: float) -> None:
        """Waits. Those who wait at the same time do not wait for each other's time."""
        until = self.now() + seconds
        time.sleep(min(max(seconds, 0.0), self.REAL_SECONDS_PER_WAIT))
        self.advance_to(until)

    def advance_to(self, moment: float) -> None:
        """Goes on to a moment, unless it is over."""
        with self._lock:
            self._ahead = max(self._ahead, moment - time.time())


CLOCK = Clock()
