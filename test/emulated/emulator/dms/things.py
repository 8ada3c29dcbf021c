"""What the resources of DMS have in common: an ARN, a state that changes while one looks, tags."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import ApiError
from ..settings import ACCOUNT

# How often one has to look before a state changes. At least twice: whoever does not wait is found out.
LOOKS = 2


def fault(code: str, message: str) -> ApiError:
    """A fault of the API."""
    return ApiError(code, message)


def wrong_state(message: str) -> ApiError:
    """The fault that says: not now."""
    return fault("InvalidResourceStateFault", message)


def new_arn(region: str, kind: str, resource_identifier: str | None) -> str:
    """An ARN as DMS makes them. Whoever gives an identifier chooses its end."""
    letters = string.ascii_uppercase + "234567"
    end = resource_identifier or "".join(secrets.choice(letters) for _ in range(26))
    return f"arn:aws:dms:{region}:{ACCOUNT}:{kind}:{end}"


class Thing:
    """A resource. `data` is what the API shows of it, apart from its state."""

    def __init__(self, arn: str, data: dict[str, Any], status: str) -> None:
        self.arn = arn
        self.tags: list[dict[str, str]] = data.pop("Tags", [])
        self.data = data
        self.status = status
        self._ahead: list[str] = []
        self._looks = 0
        self._then: Callable[[], None] | None = None

    def go(self, status: str, *later: str, then: Callable[[], None] | None = None) -> None:
        """Takes a state at once and others later, each after a few looks."""
        self.status = status
        self._ahead = list(later)
        self._looks = LOOKS
        self._then = then

    def look(self) -> None:
        """Time goes on while one looks."""
        if not self._ahead and self._then is None:
            return
        self._looks -= 1
        if self._looks > 0:
            return
        self._looks = LOOKS
        if self._ahead:
            self.status = self._ahead.pop(0)
        if not self._ahead and self._then is not None:
            then, self._then = self._then, None
            then()


T = TypeVar("T", bound=Thing)


def chosen(things: list[T], filters: list[dict[str, Any]] | None, names: dict[str, str]) -> list[T]:
    """The things that match every filter. `names` tells what member a filter compares; an empty one is the ARN."""
    result = things
    for entry in filters or []:
        member = names.get(entry["Name"])
        if member is None:
            raise fault("InvalidParameterValueException", f"Invalid filter name {entry['Name']}")
        wanted = entry["Values"]
        result = [thing for thing in result if (thing.arn if member == "" else thing.data.get(member)) in wanted]
    return result
