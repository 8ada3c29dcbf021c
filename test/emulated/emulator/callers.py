"""Who makes a call: every caller has an access key of its own."""

from __future__ import annotations

import re
import secrets
import string
import threading
from dataclasses import dataclass

CLOUDFORMATION_KEY = "AKIACLOUDFORMATION00"
# The interpreter of state machines calls with this one.
STATE_MACHINE_KEY = "ak"


@dataclass(frozen=True)
class Caller:
    """`kind` is `function`, `cloudformation`, `states` or `user`; the rest is known of functions only."""

    kind: str
    function: str = ""
    role: str = ""


_USER = Caller("user")
_KNOWN: dict[str, Caller] = {
    CLOUDFORMATION_KEY: Caller("cloudformation"),
    STATE_MACHINE_KEY: Caller("states"),
}
_LOCK = threading.Lock()


def key_for_function(function: str, role: str) -> str:
    """A new access key, as a role's temporary ones look."""
    key = "ASIA" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(16))
    with _LOCK:
        _KNOWN[key] = Caller("function", function, role)
    return key


def access_key(authorization: str) -> str:
    """The access key of a signed request."""
    match = re.search(r"Credential=([^/]+)/", authorization)
    return match.group(1) if match else ""


def caller_of(key: str) -> Caller:
    """Whose key it is: everybody else is a user."""
    with _LOCK:
        return _KNOWN.get(key, _USER)
