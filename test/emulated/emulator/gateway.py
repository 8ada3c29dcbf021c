"""The door of the emulator: names and logs every call, injects faults, and passes the rest on to moto."""

from __future__ import annotations

import io
import json
import re
import threading
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from .callers import Caller, access_key, caller_of
from .calls import CALLS, Call
from .faults import FAULTS, Fault, error_body

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]

# Signing names, as the service reference for policies has them too; the rest is signed by its own name.
_SERVICES = {"states": "states", "monitoring": "cloudwatch"}
_INVOKE = re.compile(r"/functions/[^/]+(:[^/]+)*/invocations$")


class Holds:
    """Who waits for an answer that never comes."""

    def __init__(self) -> None:
        self._waiting: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def hold(self, key: str) -> None:
        """Waits until the caller is given up."""
        with self._lock:
            released = self._waiting.setdefault(key, threading.Event())
        released.wait(timeout=30)

    def holds(self, key: str) -> bool:
        """Whether the owner of an access key waits in vain."""
        with self._lock:
            return key in self._waiting

    def release(self, key: str) -> None:
        """Gives the owner of an access key up."""
        with self._lock:
            released = self._waiting.pop(key, None)
        if released is not None:
            released.set()


HOLDS = Holds()


class Gateway:
    """A WSGI application around another one."""

    def __init__(self, moto: Wsgi, control: Wsgi) -> None:
        self._moto = moto
        self._control = control

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_emulator/"):
            return self._control(environ, start_response)
        key = access_key(environ.get("HTTP_AUTHORIZATION", ""))
        caller = caller_of(key)
        call = _begin(environ, caller)
        if call is None:
            return self._moto(environ, start_response)
        fault = FAULTS.take(caller, call.service, call.action)
        if fault is not None:
            call.injected = True
            return _inject(fault, call, key, start_response)
        return self._pass_on(environ, start_response, call)

    def _pass_on(self, environ: dict[str, Any], start_response: Start, call: Call) -> Iterable[bytes]:
        status: list[str] = []
        headers: list[tuple[str, str]] = []

        def started(line: str, given: list[tuple[str, str]], *_: Any) -> Any:
            status.append(line)
            headers.extend(given)

        try:
            body = b"".join(self._moto(environ, started))
        except Exception:  # noqa: BLE001 - moto lets whatever goes wrong in it out
            # Something that moto does not do. SDKs would ask again for half a minute if it were a 500.
            traceback.print_exc()
            call.status, call.error = 400, "NotImplemented"
            text, headers = error_body(call.service, "NotImplemented", f"the emulator does not do {call.action}")
            start_response("400 Bad Request", headers)
            return [text.encode()]
        call.status = int(status[0].split()[0])
        if call.status >= 400:
            call.error = _error_code(headers, body)
        start_response(status[0], headers)
        return [body]


def _begin(environ: dict[str, Any], caller: Caller) -> Call | None:
    """Notes a signed call; everything else is none."""
    scope = re.search(r"Credential=[^/]+/[^/]+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    region, name = scope.group(1), scope.group(2)
    service = _SERVICES.get(name, name)
    if service == "s3":
        action = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        return CALLS.begin(caller, region, service, action, {})
    body = _body(environ)
    return CALLS.begin(caller, region, service, *_action(environ, body))


def _body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _action(environ: dict[str, Any], body: bytes) -> tuple[str, Any]:
    """The name of the action and its parameters."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.split(".")[-1], json.loads(body or b"{}")
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return form.pop("Action", ""), {name: value for name, value in form.items() if name != "TemplateBody"}
    path = environ["PATH_INFO"]
    if _INVOKE.search(path):
        return "Invoke", {"FunctionName": path.split("/functions/")[1].removesuffix("/invocations")}
    return f"{environ['REQUEST_METHOD']} {path}", {}


def _inject(fault: Fault, call: Call, key: str, start_response: Start) -> Iterable[bytes]:
    if fault.never_answers:
        call.error = "no answer"
        HOLDS.hold(key)
        start_response("504 Gateway Timeout", [])
        return [b""]
    body, headers = error_body(call.service, fault.code, fault.message)
    call.status, call.error = fault.status, fault.code
    start_response(f"{fault.status} Injected", headers)
    return [body.encode()]


def _error_code(headers: list[tuple[str, str]], body: bytes) -> str:
    for name, value in headers:
        if name.lower() == "x-amzn-errortype":
            return value
    text = body.decode(errors="replace")
    match = re.search(r"<Code>([^<]+)</Code>", text) or re.search(r'"(?:__type|code|Code)":\s*"([^"]+)"', text)
    return match.group(1).split("#")[-1] if match else "unknown"
