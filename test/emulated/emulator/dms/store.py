"""What a region of DMS has."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TypeVar

from .things import Thing, fault

T = TypeVar("T", bound=Thing)


class Store:
    """All resources of one region, by their ARN."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._things: dict[str, Thing] = {}
        # Endpoints to which no connection succeeds, and what their test says.
        self.unreachable: dict[str, str] = {}

    def add(self, thing: Thing) -> None:
        """Adds a resource. Identifiers are unique among those of its kind."""
        identifier = identifier_of(thing)
        for other in self.of(type(thing)):
            if other.arn == thing.arn or (identifier is not None and identifier_of(other) == identifier):
                raise fault("ResourceAlreadyExistsFault", f"{type(thing).__name__} {identifier} already exists")
        self._things[thing.arn] = thing

    def remove(self, thing: Thing) -> None:
        """Takes a resource away."""
        self._things.pop(thing.arn, None)

    def of(self, kind: type[T]) -> list[T]:
        """Every resource of a kind, in the order of their creation."""
        return [thing for thing in self._things.values() if isinstance(thing, kind)]

    def get(self, kind: type[T], arn: str) -> T:
        """The resource with an ARN."""
        thing = self._things.get(arn)
        if not isinstance(thing, kind):
            raise fault("ResourceNotFoundFault", f"{kind.__name__} {arn} not found")
        return thing

    def any(self, arn: str) -> Thing:
        """The resource with an ARN, whatever it is."""
        return self.get(Thing, arn)


def identifier_of(thing: Thing) -> str | None:
    """The name that its owner gave it."""
    for member in thing.data:
        if member == f"{type(thing).__name__}Identifier" or member == "CustSubscriptionId":
            return str(thing.data[member])
    return None


STORES: dict[str, Store] = defaultdict(Store)
