"""What the functions of a template come down to for a stack, and what is behind the names of secrets."""

from __future__ import annotations

import json
import re
from typing import Any

from ..settings import ACCOUNT
from .provider import client
from .stack import STACKS, Definition, Stack
from .template import Resolver, TemplateError

_DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):([^}]+)\}\}")


def resolver_for(stack: Stack, definition: Definition) -> Resolver:
    """Works out the functions of a template for a stack as it is at this moment."""
    region = stack.region
    values = {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": stack.stack_id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::NotificationARNs": [],
        **definition.parameters,
    }

    def reference(name: str) -> str | None:
        resource = stack.resources.get(name)
        return resource.physical_id if resource is not None else None

    def attribute(name: str, wanted: str) -> Any:
        resource = stack.resources.get(name)
        if resource is None or wanted not in resource.attributes:
            what = f"resource {name} does not support attribute type {wanted}"
            raise TemplateError(f"Template error: {what} in Fn::GetAtt")
        return resource.attributes[wanted]

    def imported(name: str) -> str:
        for other in STACKS.all(region):
            for output in other.outputs.values():
                if output["ExportName"] == name and other.deleted is None:
                    return str(output["OutputValue"])
        raise TemplateError(f"No export named {name} found.")

    zones = [f"{region}{letter}" for letter in "abc"]
    return Resolver(
        definition.template, values, reference=reference, attribute=attribute, imported=imported, zones=zones
    )


def with_secrets(region: str, value: Any) -> Any:
    """Properties with the values of secrets and parameters that they name. Nobody but the service gets to see these."""
    if isinstance(value, dict):
        return {key: with_secrets(region, item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_secrets(region, item) for item in value]
    if isinstance(value, str):
        return _DYNAMIC.sub(lambda match: _dynamic(region, *match.groups()), value)
    return value


def _dynamic(region: str, service: str, rest: str) -> str:
    if service != "secretsmanager":
        name = rest.split(":")[0]
        return str(client("ssm", region).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    secret, _, key = rest.partition(":SecretString:")
    text = client("secretsmanager", region).get_secret_value(SecretId=secret)["SecretString"]
    member = key.split(":")[0]
    return str(json.loads(text)[member]) if member else str(text)
