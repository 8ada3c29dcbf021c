"""Stacks and their resources, as the API shows them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from ..clock import CLOCK


@dataclass
class Resource:
    """One resource of a stack, with the properties that it was last given."""

    logical_id: str
    kind: str
    physical_id: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    status: str = "CREATE_IN_PROGRESS"
    reason: str = ""
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    updated: float = field(default_factory=CLOCK.now)


@dataclass
class Definition:
    """What a stack is made of: the template and everything that is given with it."""

    text: str
    template: dict[str, Any]
    parameters: dict[str, str]
    tags: list[dict[str, str]]
    capabilities: list[str]


@dataclass
class Stack:
    """A stack. `definition` is the last one that was deployed, or that is on its way."""

    name: str
    stack_id: str
    region: str
    definition: Definition
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    role: str | None = None
    created: float = field(default_factory=CLOCK.now)
    updated: float | None = None
    deleted: float | None = None
    token: str | None = None

    def become(self, status: str, reason: str = "") -> None:
        """Takes a state, which the API shows from now on."""
        self.status, self.reason = status, reason
        self._note(self.name, self.stack_id, "AWS::CloudFormation::Stack", status, reason)

    def show(self, resource: Resource, status: str, reason: str = "") -> None:
        """Lets a resource take a state."""
        resource.status, resource.reason, resource.updated = status, reason, CLOCK.now()
        self._note(resource.logical_id, resource.physical_id, resource.kind, status, reason)

    def _note(self, logical_id: str, physical_id: str, kind: str, status: str, reason: str) -> None:
        event = {
            "StackId": self.stack_id,
            "EventId": str(uuid4()),
            "StackName": self.name,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": kind,
            "Timestamp": CLOCK.now(),
            "ResourceStatus": status,
            "ResourceStatusReason": reason or None,
            "ClientRequestToken": self.token,
        }
        self.events.append(event)


class Stacks:
    """All stacks of the account, also those that are gone."""

    def __init__(self) -> None:
        self._stacks: dict[str, Stack] = {}
        self._lock = threading.Lock()

    def add(self, stack: Stack) -> None:
        """Adds a stack."""
        with self._lock:
            self._stacks[stack.stack_id] = stack

    def all(self, region: str | None = None) -> list[Stack]:
        """Every stack of a region, or of all."""
        with self._lock:
            return [stack for stack in self._stacks.values() if region in (None, stack.region)]

    def find(self, region: str, name: str) -> Stack | None:
        """A stack by its id, or by its name as long as it is not deleted."""
        for stack in reversed(self.all(region)):
            if stack.stack_id == name or (stack.name == name and stack.deleted is None):
                return stack
        return None


STACKS = Stacks()
