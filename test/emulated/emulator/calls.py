"""The log of calls, for tests to look at."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from .callers import Caller
from .clock import CLOCK


@dataclass
class Call:
    """One call of an AWS API. `status` is 0 while it has no answer."""

    number: int
    caller: Caller
    region: str
    service: str
    action: str
    parameters: Any
    at: float = field(default_factory=CLOCK.now)
    status: int = 0
    error: str = ""
    injected: bool = False


class CallLog:
    """Every call since the last reset, in the order in which they came in."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._next = 1
        self._last_of_functions = 0
        self._lock = threading.Lock()

    def begin(self, caller: Caller, region: str, service: str, action: str, parameters: Any) -> Call:
        """Notes a call that has no answer yet."""
        with self._lock:
            call = Call(self._next, caller, region, service, action, parameters)
            self._next += 1
            self._calls.append(call)
            if caller.kind in ("function", "states"):
                self._last_of_functions = call.number
            return call

    @property
    def last_of_functions(self) -> int:
        """The number of the last call of a function or a state machine: it tells whether they are at work."""
        return self._last_of_functions

    def to_json(self, after: int = 0) -> list[dict[str, Any]]:
        """The calls after a number."""
        with self._lock:
            return [asdict(call) for call in self._calls if call.number > after]


CALLS = CallLog()
