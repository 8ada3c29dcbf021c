"""Faults that tests ask for: the n-th call of an action is answered with an error, or not at all."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from html import escape
from typing import Any

from .callers import Caller


@dataclass
class Fault:
    """What the next calls of an action get, after `skip` of them went well."""

    service: str
    action: str
    skip: int = 0
    times: int = 1
    # Without a code there is no answer at all.
    code: str = ""
    message: str = "injected by a test"
    status: int = 400
    # Calls of others go through.
    caller: str = "function"
    # Only while a stack is in this state.
    during: str = ""

    @property
    def never_answers(self) -> bool:
        """Whether the caller waits in vain."""
        return self.code == ""


class Faults:
    """The faults that are to come."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, description: dict[str, Any]) -> None:
        """Adds a fault. An unknown key is an error."""
        with self._lock:
            self._faults.append(Fault(**description))

    def clear(self) -> int:
        """Forgets all of them, and returns how many calls they would still have hit."""
        with self._lock:
            left = sum(fault.times for fault in self._faults)
            self._faults.clear()
            return left

    def take(self, caller: Caller, service: str, action: str) -> Fault | None:
        """The fault for a call."""
        with self._lock:
            for fault in self._faults:
                if (fault.service, fault.action, fault.caller) != (service, action, caller.kind):
                    continue
                if fault.times == 0 or not _applies(fault):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
            return None


def _applies(fault: Fault) -> bool:
    from .cloudformation.stack import STACKS

    return fault.during == "" or any(stack.status == fault.during for stack in STACKS.all())


def error_body(service: str, code: str, message: str) -> tuple[str, list[tuple[str, str]]]:
    """An error in the words of the service's protocol."""
    if service in ("cloudformation", "iam", "sts", "rds", "sns", "ec2", "s3"):
        error = f"<Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        return (
            f"<ErrorResponse><Error>{error}</Error><RequestId>injected</RequestId></ErrorResponse>",
            [("Content-Type", "text/xml")],
        )
    body = json.dumps({"__type": code, "message": message})
    return body, [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]


FAULTS = Faults()
