"""Custom resources: asks their function, and waits for its answer."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from uuid import uuid4

from ..calls import CALLS
from ..clock import CLOCK
from ..lambdas import ENVIRONMENTS, RESPONSE_HOST
from .provider import Context, Made, Provider, ResourceFailed, client

_PATIENCE_SECONDS = 3600
# No function has run for so long: then nobody is at work on an answer, and time may pass.
_REAL_SECONDS_OF_SILENCE = 8.0


class Answers:
    """The answers that are waited for."""

    def __init__(self) -> None:
        self._waiting: dict[str, threading.Event] = {}
        self._given: dict[str, dict[str, Any]] = {}

    def expect(self, token: str) -> threading.Event:
        """Something to wait for."""
        return self._waiting.setdefault(token, threading.Event())

    def give(self, token: str, answer: dict[str, Any]) -> bool:
        """Takes an answer. Only the first one counts, and only if somebody waits."""
        event = self._waiting.pop(token, None)
        if event is None:
            return False
        self._given[token] = answer
        event.set()
        return True

    def take(self, token: str) -> dict[str, Any] | None:
        """The answer, once. Nobody waits for it any more."""
        self._waiting.pop(token, None)
        return self._given.pop(token, None)


ANSWERS = Answers()


class Refused(ResourceFailed):
    """The function answered that it failed. CloudFormation deletes what it named."""


class CustomResource(Provider):
    """`AWS::CloudFormation::CustomResource` and everything that begins with `Custom::`."""

    def create(self, context: Context, properties: dict[str, Any]) -> Made:
        return self._ask(context, "Create", properties, {})

    def update(self, context: Context, physical_id: str, before: dict[str, Any], after: dict[str, Any]) -> Made:
        more = {"PhysicalResourceId": physical_id, "OldResourceProperties": _as_text(before)}
        return self._ask(context, "Update", after, more)

    def delete(self, context: Context, physical_id: str, properties: dict[str, Any]) -> None:
        self._ask(context, "Delete", properties, {"PhysicalResourceId": physical_id})

    def _ask(self, context: Context, kind: str, properties: dict[str, Any], more: dict[str, Any]) -> Made:
        token = str(uuid4())
        request = {
            "RequestType": kind,
            "RequestId": token,
            "ResponseURL": f"https://{RESPONSE_HOST}/{token}",
            "StackId": context.stack_id,
            "ServiceToken": properties["ServiceToken"],
            "LogicalResourceId": context.logical_id,
            "ResourceType": context.kind,
            "ResourceProperties": _as_text(properties),
            **more,
        }
        patience = int(properties.get("ServiceTimeout", _PATIENCE_SECONDS))
        answered = ANSWERS.expect(token)
        client("lambda", context.region).invoke(
            FunctionName=properties["ServiceToken"], InvocationType="Event", Payload=json.dumps(request)
        )
        _wait(answered, CLOCK.now() + patience)
        answer = ANSWERS.take(token)
        if answer is None:
            raise TimeoutError(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
                f"requestId [{token}]."
            )
        if answer["Status"] != "SUCCESS":
            raise Refused(
                f"Received response status [{answer['Status']}] from custom resource. Message returned: "
                f"{answer.get('Reason')} (RequestId: {token})",
                answer.get("PhysicalResourceId", ""),
            )
        return Made(answer["PhysicalResourceId"], answer.get("Data") or {})


def _wait(answered: threading.Event, until: float) -> None:
    seen, since = CALLS.last_of_functions, time.monotonic()
    while not answered.wait(timeout=0.1):
        if CLOCK.now() > until:
            return
        if ENVIRONMENTS.busy or CALLS.last_of_functions != seen:
            seen, since = CALLS.last_of_functions, time.monotonic()
        elif time.monotonic() - since > _REAL_SECONDS_OF_SILENCE:
            CLOCK.advance_to(until)
            return


def _as_text(value: Any) -> Any:
    """CloudFormation hands every scalar on as text."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)
