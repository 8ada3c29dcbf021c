"""What makes, changes and deletes the resources of a type."""

from __future__ import annotations

import re
import secrets
import string
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config

from ..callers import CLOUDFORMATION_KEY
from ..clock import CLOCK
from ..settings import SETTINGS
from ..shapes import from_template

_CLIENTS: dict[tuple[str, str], Any] = {}
_LOCK = threading.Lock()


def client(service: str, region: str) -> Any:
    """A client that calls the emulator, as CloudFormation."""
    with _LOCK:
        key = (service, region)
        if key not in _CLIENTS:
            _CLIENTS[key] = boto3.client(
                service,
                region_name=region,
                endpoint_url=SETTINGS.url,
                aws_access_key_id=CLOUDFORMATION_KEY,
                aws_secret_access_key="secret",
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return _CLIENTS[key]


class ResourceFailed(Exception):
    """A resource that failed after it was made."""

    def __init__(self, message: str, physical_id: str) -> None:
        super().__init__(message)
        self.physical_id = physical_id


@dataclass
class Made:
    """What `Ref` and `Fn::GetAtt` of a resource give."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Context:
    """Where a resource is."""

    region: str
    stack_id: str
    stack_name: str
    logical_id: str
    kind: str

    def call(self, service: str, action: str, properties: dict[str, Any], renamed: dict[str, str] | None = None) -> Any:
        """Calls an action with properties of a template, which are checked and converted."""
        parameters = from_template(service, action, properties, renamed)
        return getattr(client(service, self.region), xform_name(action))(**parameters)

    def name(self, longest: int = 63, lower: bool = False) -> str:
        """A name for a resource that was given none."""
        letters = string.ascii_lowercase + string.digits
        end = "".join(secrets.choice(letters) for _ in range(12))
        start = re.sub("-+", "-", f"{self.stack_name}-{self.logical_id}")[: longest - 13].strip("-")
        name = f"{start}-{end}"
        return name.lower() if lower else name

    def wait(self, ready: Callable[[], bool]) -> None:
        """Looks until something is ready, for an hour at most."""
        until = CLOCK.now() + 3600
        while not ready():
            if CLOCK.now() > until:
                raise TimeoutError(f"{self.logical_id} did not stabilize")
            CLOCK.sleep(5)


class Provider(ABC):
    """The life of the resources of one type."""

    @abstractmethod
    def create(self, context: Context, properties: dict[str, Any]) -> Made:
        """Makes a resource."""

    def update(self, context: Context, physical_id: str, before: dict[str, Any], after: dict[str, Any]) -> Made | None:
        """Changes a resource in place. Nothing means that id and attributes stay."""
        raise NotImplementedError(f"the emulator cannot update {context.kind} in place")

    @abstractmethod
    def delete(self, context: Context, physical_id: str, properties: dict[str, Any]) -> None:
        """Deletes a resource."""


PROVIDERS: dict[str, Provider] = {}
