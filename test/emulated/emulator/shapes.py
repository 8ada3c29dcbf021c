"""Checks and converts parameters by the models of AWS's own SDK."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape
from botocore.validate import ParamValidator

_SESSION = botocore.session.Session()


class BadParameters(Exception):
    """What is wrong with parameters, all of it."""


@cache
def operation(service: str, name: str) -> OperationModel:
    """The model of an action."""
    return _SESSION.get_service_model(service).operation_model(name)


def check(service: str, name: str, parameters: dict[str, Any]) -> None:
    """Refuses what the service would refuse at sight: missing, unknown and mistyped members, and wrong enums."""
    shape = operation(service, name).input_shape
    report = ParamValidator().validate(parameters, shape)
    problems = [report.generate_report()] if report.has_errors() else []
    problems.extend(_wrong_enums(shape, parameters, name))
    if problems:
        raise BadParameters("; ".join(problems).replace("\n", " "))


def _wrong_enums(shape: Shape | None, value: Any, path: str) -> list[str]:
    if shape is None or value is None:
        return []
    if shape.type_name == "structure":
        found = [(shape.members.get(name), name, item) for name, item in value.items()]
        return [problem for member, name, item in found for problem in _wrong_enums(member, item, f"{path}.{name}")]
    if shape.type_name == "list":
        return [problem for item in value for problem in _wrong_enums(shape.member, item, path)]
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        return [f"{path} is {value!r}: it must be one of {', '.join(shape.enum)}"]
    return []


def from_template(
    service: str, name: str, properties: dict[str, Any], renamed: dict[str, str] | None = None
) -> dict[str, Any]:
    """Properties of a template as parameters of an action: the same names in another case, scalars in their type."""
    names = renamed or {}
    shape = operation(service, name).input_shape
    given = {names.get(key, key): value for key, value in properties.items()}
    converted: dict[str, Any] = _converted(shape, given, name)
    check(service, name, converted)
    return converted


def _converted(shape: Shape | None, value: Any, path: str) -> Any:
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {member.lower(): member for member in shape.members}
        result = {}
        for key, item in value.items():
            member = members.get(key.lower())
            if member is None:
                raise BadParameters(f"{path} has no member {key}")
            result[member] = _converted(shape.members[member], item, f"{path}.{key}")
        return result
    if shape.type_name == "list" and isinstance(value, list):
        return [_converted(shape.member, item, path) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _converted(shape.value, item, path) for key, item in value.items()}
    return _scalar(shape.type_name, value)


def _scalar(kind: str, value: Any) -> Any:
    """CloudFormation takes numbers and booleans as text as well, and the other way round."""
    if kind in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if kind in ("integer", "long") and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind in ("float", "double") and isinstance(value, (int, str)) and not isinstance(value, bool):
        return float(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    if kind == "string" and isinstance(value, (int, float)):
        return str(value)
    return value
