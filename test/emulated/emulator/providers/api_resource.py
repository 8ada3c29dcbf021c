"""Resource types that are one action to create, and one to delete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jmespath

from ..cloudformation.provider import PROVIDERS, Context, Made, Provider

Parameters = dict[str, Any]


@dataclass
class ApiResource(Provider):
    """A resource whose properties are the parameters of an action, in other case or under other names."""

    service: str
    create_action: str
    # Where the answer, or else the request, has the physical id.
    identified_by: str
    delete_action: str
    delete_with: Callable[[str, Parameters], Parameters]
    renamed: dict[str, str] = field(default_factory=dict)
    # Properties that the action does not take, and that no behaviour here depends on.
    ignored: tuple[str, ...] = ()
    # The attributes, by where the answer has them.
    attributes: dict[str, str] = field(default_factory=dict)
    # The property that gets a name if it has none, and how long that may be.
    name: tuple[str, int] | None = None
    lower: bool = False
    adjust: Callable[[Context, Parameters], Parameters] | None = None
    # What updates it: an action that takes the same properties, and what else it needs.
    update_action: str | None = None
    update_with: Callable[[str, Parameters], Parameters] | None = None

    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = self._wanted(context, properties)
        if self.name is not None and self.name[0] not in wanted:
            wanted[self.name[0]] = context.name(self.name[1], self.lower)
        answer = context.call(self.service, self.create_action, wanted, self.renamed)
        named = {self.renamed.get(key, key): value for key, value in wanted.items()}
        found = jmespath.search(self.identified_by, answer) or jmespath.search(self.identified_by, named)
        attributes = {name: self._attribute(where, answer, named) for name, where in self.attributes.items()}
        return Made(str(found), attributes)

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        if self.update_action is None:
            return super().update(context, physical_id, before, after)
        wanted = self._wanted(context, after)
        if self.update_with is not None:
            wanted = self.update_with(physical_id, wanted)
        context.call(self.service, self.update_action, wanted, self.renamed)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        context.call(self.service, self.delete_action, self.delete_with(physical_id, properties))

    def _wanted(self, context: Context, properties: Parameters) -> Parameters:
        wanted = {key: value for key, value in properties.items() if key not in self.ignored}
        return self.adjust(context, wanted) if self.adjust is not None else wanted

    @staticmethod
    def _attribute(where: str, answer: Any, named: Parameters) -> Any:
        found = jmespath.search(where, answer)
        return found if found is not None else jmespath.search(where, named)


@dataclass
class Passive(Provider):
    """A resource that nothing here asks about: it is remembered with its properties, and that is all."""

    # The attributes, with `{id}`, `{region}` and `{account}` in them.
    attributes: dict[str, str] = field(default_factory=dict)
    identifier: str = "{name}"
    longest: int = 63

    def create(self, context: Context, properties: Parameters) -> Made:
        from ..settings import ACCOUNT

        values = {"region": context.region, "account": ACCOUNT, "name": context.name(self.longest)}
        identifier = self.identifier.format(**values)
        return Made(identifier, {name: text.format(id=identifier, **values) for name, text in self.attributes.items()})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        return None


def register(kind: str, provider: Provider) -> None:
    """Adds a type."""
    PROVIDERS[kind] = provider
