"""Templates: conditions, what depends on what, and what their functions come down to."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

import yaml

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
_LITERAL = re.compile(r"\$\{!([^}]*)\}")
# Not a value: the property that has it is left out.
NO_VALUE = object()


class TemplateError(Exception):
    """What CloudFormation says of a template that it cannot work with."""


def parse(text: str) -> dict[str, Any]:
    """A template, written as JSON or as YAML without short forms."""
    try:
        template = json.loads(text)
    except ValueError:
        template = yaml.safe_load(text)
    if not isinstance(template, dict) or not template.get("Resources"):
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    return template


def references(node: Any) -> set[str]:
    """Every name that a piece of template refers to."""
    if isinstance(node, list):
        return {name for item in node for name in references(item)}
    if not isinstance(node, dict):
        return set()
    if len(node) == 1:
        ((key, value),) = node.items()
        if key == "Ref":
            return {value}
        if key == "Fn::GetAtt":
            return {value.split(".")[0] if isinstance(value, str) else value[0]}
        if key == "Fn::Sub":
            text, given = (value, {}) if isinstance(value, str) else value
            names = {name.split(".")[0].strip() for name in _PLACEHOLDER.findall(text)} - set(given)
            return names | references(given)
    return {name for item in node.values() for name in references(item)}


def order_of(resources: dict[str, Any]) -> list[str]:
    """Resources in an order in which each comes after all it depends on: the template's own, wherever it may choose."""
    needs = {name: needs_of(name, entry, resources) for name, entry in resources.items()}
    done: list[str] = []
    while len(done) < len(needs):
        ready = [name for name, needed in needs.items() if name not in done and needed <= set(done)]
        if not ready:
            circle = ", ".join(sorted(set(needs) - set(done)))
            raise TemplateError(f"Circular dependency between resources: [{circle}]")
        done.append(ready[0])
    return done


def needs_of(name: str, entry: dict[str, Any], resources: dict[str, Any]) -> set[str]:
    """The other resources that one has to wait for."""
    explicit = entry.get("DependsOn", [])
    named = set([explicit] if isinstance(explicit, str) else explicit)
    unknown = named - set(resources)
    if unknown:
        raise TemplateError(f"Template format error: Unresolved resource dependencies {sorted(unknown)} of {name}")
    return (named | references(entry.get("Properties", {}))) & set(resources)


class Resolver:
    """Works out the functions of a template."""

    def __init__(
        self,
        template: dict[str, Any],
        values: dict[str, Any],
        *,
        reference: Callable[[str], str | None],
        attribute: Callable[[str, str], Any],
        imported: Callable[[str], str],
        zones: list[str],
    ) -> None:
        self._template = template
        self._values = values
        self._reference = reference
        self._attribute = attribute
        self._imported = imported
        self._zones = zones

    def condition(self, name: str) -> bool:
        """Whether a condition holds."""
        conditions = self._template.get("Conditions", {})
        if name not in conditions:
            raise TemplateError(f"Template format error: Unresolved condition {name}")
        return bool(self.resolve(conditions[name]))

    def resolve(self, node: Any) -> Any:
        """The value of a piece of template."""
        if isinstance(node, list):
            return [item for item in (self.resolve(each) for each in node) if item is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((key, value),) = node.items()
            if key == "Ref":
                return self._ref(value)
            if key == "Condition" and isinstance(value, str):
                return self.condition(value)
            function = _FUNCTIONS.get(key)
            if function is not None:
                return function(self, value)
            if key.startswith("Fn::"):
                raise TemplateError(f"the emulator does not know the function {key}")
        resolved = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not NO_VALUE}

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._values:
            return self._values[name]
        value = self._reference(name)
        if value is None:
            raise TemplateError(f"Template format error: Unresolved resource dependencies [{name}]")
        return value

    def _get_att(self, value: Any) -> Any:
        name, attribute = value.split(".", 1) if isinstance(value, str) else value
        return self._attribute(name, self.resolve(attribute))

    def _sub(self, value: Any) -> str:
        text, given = (value, {}) if isinstance(value, str) else value
        known = self.resolve(given)

        def put(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name in known:
                return str(known[name])
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _LITERAL.sub(r"${\1}", _PLACEHOLDER.sub(put, text))

    def _join(self, value: Any) -> str:
        separator, items = value
        return str(separator).join(_text(item) for item in self.resolve(items))

    def _select(self, value: Any) -> Any:
        index, items = self.resolve(value)
        return items[int(index)]

    def _split(self, value: Any) -> list[str]:
        separator, text = self.resolve(value)
        return list(text.split(separator))

    def _find_in_map(self, value: Any) -> Any:
        name, first, second = self.resolve(value[:3])
        entry = self._template.get("Mappings", {}).get(name, {}).get(first, {})
        if second in entry:
            return entry[second]
        if len(value) > 3:
            return self.resolve(value[3]["DefaultValue"])
        raise TemplateError(f"Template error: Unable to get mapping for {name}::{first}::{second}")

    def _if(self, value: Any) -> Any:
        return self.resolve(value[1] if self.condition(value[0]) else value[2])

    def _cidr(self, value: Any) -> list[str]:
        block, count, bits = self.resolve(value)
        networks = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits))
        return [str(network) for network, _ in zip(networks, range(int(count)), strict=False)]

    def _get_azs(self, _value: Any) -> list[str]:
        return self._zones

    def _import(self, value: Any) -> str:
        return self._imported(self.resolve(value))

    def _base64(self, value: Any) -> str:
        return base64.b64encode(_text(self.resolve(value)).encode()).decode()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_FUNCTIONS: dict[str, Callable[[Resolver, Any], Any]] = {
    "Fn::GetAtt": Resolver._get_att,
    "Fn::Sub": Resolver._sub,
    "Fn::Join": Resolver._join,
    "Fn::Select": Resolver._select,
    "Fn::Split": Resolver._split,
    "Fn::FindInMap": Resolver._find_in_map,
    "Fn::If": Resolver._if,
    "Fn::Cidr": Resolver._cidr,
    "Fn::GetAZs": Resolver._get_azs,
    "Fn::ImportValue": Resolver._import,
    "Fn::Base64": Resolver._base64,
    "Fn::Equals": lambda self, value: _text(self.resolve(value[0])) == _text(self.resolve(value[1])),
    "Fn::And": lambda self, value: all(self.resolve(item) for item in value),
    "Fn::Or": lambda self, value: any(self.resolve(item) for item in value),
    "Fn::Not": lambda self, value: not self.resolve(value[0]),
}
