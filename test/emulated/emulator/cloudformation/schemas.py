"""The schemas of resource types, as cfn-lint brings them along: what there is, and what replaces a resource."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# In every region the same, for what these tests deploy.
_REGION = "us-east-1"


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "data" / "schemas"


@cache
def _files() -> dict[str, str]:
    files: dict[str, str] = json.loads((_folder() / "providers" / f"{_REGION}.json").read_text())
    return files


@cache
def schema(kind: str) -> dict[str, Any] | None:
    """The schema of a type; nothing if CloudFormation has no such type."""
    file = _files().get(kind)
    if file is None:
        return None
    found: dict[str, Any] = json.loads((_folder() / "resources" / f"{file}.json").read_text())
    return found


def problems(kind: str, properties: dict[str, Any]) -> list[str]:
    """What CloudFormation says of properties before it asks the service."""
    found = schema(kind)
    if found is None:
        return []
    names = set(found["properties"]) - {
        path.split("/")[2] for path in found.get("readOnlyProperties", []) if path.count("/") == 2
    }
    unknown = [f"Encountered unsupported property {name}" for name in sorted(set(properties) - names)]
    missing = [f"Property {name} cannot be empty." for name in found.get("required", []) if name not in properties]
    return unknown + missing


def replaces(kind: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a change of properties needs another resource."""
    found = schema(kind) or {}
    paths = [path.split("/")[2:] for path in found.get("createOnlyProperties", [])]
    return any(_at(before, path) != _at(after, path) for path in paths)


def _at(properties: Any, path: list[str]) -> Any:
    for name in path:
        properties = properties.get(name) if isinstance(properties, dict) else None
    return properties
