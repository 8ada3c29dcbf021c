"""What moto does otherwise here. Each change names what would go wrong without it."""

from __future__ import annotations

import copy
import json
import threading
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from moto.awslambda.models import LambdaFunction
from moto.core.config import default_user_config
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from .clock import CLOCK
from .lambdas import ENVIRONMENTS, FunctionSpec, unpacked


def apply() -> None:
    """Changes moto. Once, before it serves anything."""
    # State machines are otherwise only stored.
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    # Waits of state machines take as long as they say.
    retrier_decl.time = SimpleNamespace(sleep=CLOCK.sleep)
    wait_function.WaitFunction._wait_interval = _wait_interval
    # Executions without a name are all called None, and the second one exists already.
    StepFunctionsParserBackend.start_execution = _start_execution
    # Every execution takes a deep copy of its machine with all earlier executions, whose threads cannot be copied.
    StateMachine.__deepcopy__ = _without_executions
    # Functions otherwise run in Docker.
    LambdaFunction.invoke = _invoke


def _wait_interval(_self: Any, env: Any, wait_seconds: int) -> None:
    if env.is_running():
        CLOCK.sleep(wait_seconds)


_moto_start_execution = StepFunctionsParserBackend.start_execution


def _start_execution(self: Any, arn: str, name: str | None = None, given: str | None = None, *rest: Any) -> Any:
    return _moto_start_execution(self, arn, name or str(uuid4()), given, *rest)


def _without_executions(self: StateMachine, _memo: Any) -> StateMachine:
    copied = copy.copy(self)
    copied.executions = []
    return copied


def spec_of(function: LambdaFunction) -> FunctionSpec:
    """The function as a process needs it."""
    return FunctionSpec(
        arn=function.function_arn,
        name=function.function_name,
        role=function.role,
        region=function.region,
        handler=function.handler,
        timeout=int(function.timeout),
        memory=int(function.memory_size),
        code=unpacked(function.code_bytes),
        environment=tuple(sorted((function.environment_vars or {}).items())),
    )


def _invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> str:
    event = json.loads(body) if body else {}
    if request_headers.get("X-Amz-Invocation-Type") == "Event":
        threading.Thread(target=ENVIRONMENTS.invoke, args=(spec_of(self), event), daemon=True).start()
        return ""
    answer = ENVIRONMENTS.invoke(spec_of(self), event)
    if "error" in answer:
        response_headers["x-amz-function-error"] = "Unhandled"
        return json.dumps(answer["error"])
    return json.dumps(answer["result"])
