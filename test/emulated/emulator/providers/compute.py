"""AWS::Lambda::* and AWS::StepFunctions::*: what really runs."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from ..cloudformation.provider import Context, Made, Provider, client
from .api_resource import ApiResource, Parameters, Passive, register

_CODE = ("S3Bucket", "S3Key", "S3ObjectVersion", "ZipFile")


class _Function(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = {key: value for key, value in properties.items() if key not in ("Tags", "Code")}
        wanted.setdefault("FunctionName", context.name(64))
        wanted["Code"] = _code(properties)
        wanted["Tags"] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        made = context.call("lambda", "CreateFunction", wanted)
        return Made(made["FunctionName"], {"Arn": made["FunctionArn"]})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        if before["Code"] != after["Code"]:
            context.call("lambda", "UpdateFunctionCode", {**_code(after), "FunctionName": physical_id})
        fixed = ("Code", "Tags", "Architectures", "ReservedConcurrentExecutions")
        wanted = {key: value for key, value in after.items() if key not in fixed}
        wanted["FunctionName"] = physical_id
        wanted.setdefault("Environment", {"Variables": {}})
        context.call("lambda", "UpdateFunctionConfiguration", wanted)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("lambda", context.region).delete_function(FunctionName=physical_id)


def _code(properties: Parameters) -> dict[str, Any]:
    code = {key: value for key, value in properties["Code"].items() if key in _CODE}
    if "ZipFile" not in code:
        return code
    # In a template it is the text of the one file that there is.
    ending = "py" if properties.get("Runtime", "").startswith("python") else "js"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"index.{ending}", code["ZipFile"])
    return {"ZipFile": packed.getvalue()}


class _StateMachine(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = _machine(properties)
        wanted.setdefault("name", context.name(80))
        arn = context.call("stepfunctions", "CreateStateMachine", wanted)["stateMachineArn"]
        return Made(arn, {"Arn": arn, "Name": wanted["name"], "StateMachineRevisionId": "1"})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        wanted = {key: value for key, value in _machine(after).items() if key not in ("name", "type")}
        context.call("stepfunctions", "UpdateStateMachine", {**wanted, "stateMachineArn": physical_id})
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("stepfunctions", context.region).delete_state_machine(stateMachineArn=physical_id)


def _machine(properties: Parameters) -> Parameters:
    names = {"StateMachineName": "name", "DefinitionString": "definition", "StateMachineType": "type"}
    given = {names.get(key, key): value for key, value in properties.items() if key != "Tags"}
    for name, value in given.pop("DefinitionSubstitutions", {}).items():
        given["definition"] = given["definition"].replace(f"${{{name}}}", str(value))
    return given


register("AWS::Lambda::Function", _Function())
register(
    "AWS::Lambda::Permission",
    ApiResource(
        "lambda",
        "AddPermission",
        "StatementId",
        "RemovePermission",
        lambda physical_id, properties: {"FunctionName": properties["FunctionName"], "StatementId": physical_id},
        name=("StatementId", 100),
    ),
)
register(
    "AWS::Lambda::Version",
    ApiResource(
        "lambda",
        "PublishVersion",
        "FunctionArn",
        "DeleteFunction",
        lambda physical_id, _: {"FunctionName": physical_id},
        attributes={"FunctionArn": "FunctionArn", "Version": "Version"},
    ),
)
# Nothing here sends events to functions by itself.
register("AWS::Lambda::EventSourceMapping", Passive())
register("AWS::Lambda::EventInvokeConfig", Passive())
register("AWS::StepFunctions::StateMachine", _StateMachine())
