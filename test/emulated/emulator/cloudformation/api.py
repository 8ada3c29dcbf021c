"""The API of CloudFormation, as far as `cdk deploy` and handlers use it."""

from __future__ import annotations

import re
import threading
import traceback
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult, BaseResponse

from ..clock import CLOCK
from ..errors import ApiError
from ..settings import ACCOUNT
from .engine import Engine, provider_of
from .provider import client
from .stack import STACKS, Definition, Resource, Stack
from .template import TemplateError, order_of, parse


class CloudFormationApi(BaseResponse):
    """What moto dispatches requests to. Operations go on after their request was answered."""

    PROTOCOL_PARSER_MAP_TYPE = dict

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    # ---- operations ----

    def create_stack(self) -> ActionResult:
        name = self.params["StackName"]
        if STACKS.find(self.region, name) is not None:
            raise ApiError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack_id = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{name}/{uuid4()}"
        stack = Stack(name, stack_id, self.region, self._definition(None))
        STACKS.add(stack)
        self._begin(stack, "CREATE_IN_PROGRESS")
        rolls_back = not self.params.get("DisableRollback", False) and self.params.get("OnFailure") != "DO_NOTHING"
        _run(stack, lambda: Engine(stack).create(rolls_back))
        return ActionResult({"StackId": stack_id})

    def update_stack(self) -> ActionResult:
        stack = self._stack()
        if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            raise _invalid(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
        definition = self._definition(stack.definition)
        before = stack.definition
        if (definition.template, definition.parameters, definition.tags) == (
            before.template,
            before.parameters,
            before.tags,
        ):
            raise _invalid("No updates are to be performed.")
        stack.updated = CLOCK.now()
        self._begin(stack, "UPDATE_IN_PROGRESS")
        _run(stack, lambda: Engine(stack).update(definition))
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> ActionResult:
        stack = STACKS.find(self.region, self.params["StackName"])
        if stack is None or stack.deleted is not None:
            return ActionResult({})
        if stack.status.endswith("_IN_PROGRESS"):
            raise _invalid(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
        self._begin(stack, "DELETE_IN_PROGRESS")

        def delete() -> None:
            Engine(stack).delete()
            if stack.status == "DELETE_COMPLETE":
                stack.deleted = CLOCK.now()

        _run(stack, delete)
        return ActionResult({})

    # ---- questions ----

    def describe_stacks(self) -> ActionResult:
        name = self.params.get("StackName")
        stacks = [self._stack()] if name else [stack for stack in STACKS.all(self.region) if stack.deleted is None]
        return ActionResult({"Stacks": [_stack(stack) for stack in stacks]})

    def describe_stack_events(self) -> ActionResult:
        return ActionResult({"StackEvents": list(reversed(self._stack().events))})

    def describe_stack_resource(self) -> ActionResult:
        stack = self._stack()
        name = self.params["LogicalResourceId"]
        resource = stack.resources.get(name)
        if resource is None:
            raise _invalid(f"Resource {name} does not exist for stack {stack.name}")
        detail = {**_resource(resource, "LastUpdatedTimestamp"), "StackName": stack.name, "StackId": stack.stack_id}
        return ActionResult({"StackResourceDetail": detail})

    def describe_stack_resources(self) -> ActionResult:
        stack = self._stack()
        shown = [
            {**_resource(resource, "Timestamp"), "StackName": stack.name, "StackId": stack.stack_id}
            for resource in stack.resources.values()
        ]
        return ActionResult({"StackResources": shown})

    def list_stack_resources(self) -> ActionResult:
        resources = self._stack().resources.values()
        return ActionResult({"StackResourceSummaries": [_resource(each, "LastUpdatedTimestamp") for each in resources]})

    def list_stacks(self) -> ActionResult:
        return ActionResult({"StackSummaries": [_stack(stack) for stack in STACKS.all(self.region)]})

    def list_exports(self) -> ActionResult:
        exports = [
            {"ExportingStackId": stack.stack_id, "Name": output["ExportName"], "Value": output["OutputValue"]}
            for stack in STACKS.all(self.region)
            for output in stack.outputs.values()
            if output["ExportName"] is not None and stack.deleted is None
        ]
        return ActionResult({"Exports": exports})

    def get_template(self) -> ActionResult:
        return ActionResult(
            {"TemplateBody": self._stack().definition.text, "StagesAvailable": ["Original", "Processed"]}
        )

    # ---- help ----

    def _stack(self) -> Stack:
        name = self.params["StackName"]
        stack = STACKS.find(self.region, name)
        if stack is None:
            raise _invalid(f"Stack with id {name} does not exist")
        return stack

    def _begin(self, stack: Stack, status: str) -> None:
        stack.token = self.params.get("ClientRequestToken")
        stack.become(status, "User Initiated")

    def _definition(self, before: Definition | None) -> Definition:
        """What the request says of the stack; all that CloudFormation refuses at sight is refused here."""
        text = self._text(before)
        try:
            template = parse(text)
            kinds = {entry["Type"] for entry in template["Resources"].values()}
            unknown = sorted(kind for kind in kinds if provider_of(kind) is None)
            if unknown:
                raise TemplateError(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
            order_of(template["Resources"])
        except TemplateError as error:
            raise _invalid(str(error)) from error
        return Definition(
            text,
            template,
            self._parameters(template, before),
            self.params.get("Tags") or (before.tags if before else []),
            self.params.get("Capabilities") or [],
        )

    def _text(self, before: Definition | None) -> str:
        if self.params.get("TemplateBody"):
            return str(self.params["TemplateBody"])
        url = self.params.get("TemplateURL")
        if not url:
            if before is not None and self.params.get("UsePreviousTemplate"):
                return before.text
            raise _invalid("Either TemplateBody or TemplateURL is needed")
        at_host = re.match(r"https?://([^./]+)\.s3[^/]*/(.+)$", url)
        in_path = re.match(r"https?://[^/]+/([^/]+)/(.+)$", url)
        match = at_host or in_path
        assert match is not None
        found = client("s3", self.region).get_object(Bucket=match.group(1), Key=match.group(2))
        return str(found["Body"].read().decode())

    def _parameters(self, template: dict[str, Any], before: Definition | None) -> dict[str, str]:
        given = {entry["ParameterKey"]: entry for entry in self.params.get("Parameters") or []}
        values: dict[str, str] = {}
        for name, declared in template.get("Parameters", {}).items():
            entry = given.get(name, {})
            if entry.get("UsePreviousValue") and before is not None:
                values[name] = before.parameters[name]
                continue
            value = entry.get("ParameterValue", declared.get("Default"))
            if value is None:
                raise _invalid(f"Parameters: [{name}] must have values")
            values[name] = self._stored(str(value)) if declared["Type"].startswith("AWS::SSM::") else str(value)
        return values

    def _stored(self, name: str) -> str:
        return str(client("ssm", self.region).get_parameter(Name=name)["Parameter"]["Value"])


def _run(stack: Stack, operation: Callable[[], None]) -> None:
    """Runs an operation. One that the emulator stumbles over must not be waited for for ever."""

    def run() -> None:
        try:
            operation()
        except Exception as error:  # noqa: BLE001
            traceback.print_exc()
            failed = re.sub(r"(_COMPLETE_CLEANUP)?_IN_PROGRESS$", "_FAILED", stack.status)
            stack.become(failed, f"the emulator stumbled: {error!r}")

    threading.Thread(target=run, daemon=True, name=f"stack {stack.name}").start()


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationError", message)


def _stack(stack: Stack) -> dict[str, Any]:
    definition = stack.definition
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "Description": definition.template.get("Description"),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in definition.parameters.items()],
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "Capabilities": definition.capabilities,
        "Outputs": list(stack.outputs.values()),
        "Tags": definition.tags,
        "EnableTerminationProtection": False,
    }


def _resource(resource: Resource, time: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.kind,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason or None,
        time: resource.updated,
    }
