"""What tests may do that nobody can do to AWS: look at the log of calls, inject faults, let tasks fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from .calls import CALLS
from .cloudformation.custom import ANSWERS
from .cloudformation.provider import client
from .cloudformation.stack import STACKS
from .dms.replications import ReplicationConfig
from .dms.store import STORES
from .dms.tasks import ReplicationTask
from .existing import create_network
from .faults import FAULTS


def control(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers a request to `/_emulator/…` with JSON."""
    path = environ["PATH_INFO"].removeprefix("/_emulator/")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    given = json.loads(body) if body else {}
    query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    if path.startswith("answer/"):
        taken = ANSWERS.give(path.removeprefix("answer/"), given)
        return _answer(start_response, 200 if taken else 404, {})
    action = _ACTIONS.get((environ["REQUEST_METHOD"], path))
    if action is None:
        return _answer(start_response, 404, {"message": f"there is no {path}"})
    return _answer(start_response, 200, action(given, query))


def _answer(start_response: Callable[..., Any], status: int, body: Any) -> Iterable[bytes]:
    start_response(f"{status} Emulator", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


def _calls(_given: Any, query: dict[str, str]) -> Any:
    return CALLS.to_json(int(query.get("after", "0")))


def _add_fault(given: Any, _query: dict[str, str]) -> Any:
    FAULTS.add(given)
    return {}


def _clear_faults(_given: Any, _query: dict[str, str]) -> Any:
    return {"left": FAULTS.clear()}


def _set_task(given: Any, _query: dict[str, str]) -> Any:
    """Lets a task take a state by itself, as when its load is over or it fails."""
    store = STORES[given["region"]]
    task = store.get(ReplicationTask, given["arn"])
    with store.lock:
        task.go(given["status"])
        task.stop_reason, task.failure = given.get("stopReason"), given.get("failure")
    return {}


def _set_replication(given: Any, _query: dict[str, str]) -> Any:
    """The same for a serverless replication."""
    store = STORES[given["region"]]
    config = store.get(ReplicationConfig, given["arn"])
    with store.lock:
        config.go(given["status"])
        config.stop_reason, config.failures = given.get("stopReason"), given.get("failures", [])
    return {}


def _set_reachable(given: Any, _query: dict[str, str]) -> Any:
    """Lets tests of the connection to an endpoint fail, or succeed again."""
    unreachable = STORES[given["region"]].unreachable
    if given.get("failure") is None:
        unreachable.pop(given["arn"], None)
    else:
        unreachable[given["arn"]] = given["failure"]
    return {}


def _create_network(given: Any, _query: dict[str, str]) -> Any:
    create_network(given)
    return {}


def _policies(_given: Any, query: dict[str, str]) -> Any:
    """Every policy of a role, and who may assume it."""
    iam = client("iam", "us-east-1")
    name = query["role"].rsplit("/", 1)[-1]
    inline = [
        iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"]
        for each in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    attached = []
    for each in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        policy = iam.get_policy(PolicyArn=each["PolicyArn"])["Policy"]
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        attached.append(version["PolicyVersion"]["Document"])
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    return {"policies": [*inline, *attached], "trust": trust}


def _remains(_given: Any, _query: dict[str, str]) -> Any:
    """Every physical resource that a stack has, or that it left behind on purpose."""
    return [
        {
            "stack": stack.name,
            "logicalId": each.logical_id,
            "type": each.kind,
            "id": each.physical_id,
            "status": each.status,
        }
        for stack in STACKS.all()
        for each in stack.resources.values()
        if each.status != "DELETE_COMPLETE"
    ]


_ACTIONS: dict[tuple[str, str], Callable[[Any, dict[str, str]], Any]] = {
    ("GET", "health"): lambda _given, _query: {"ready": True},
    ("GET", "calls"): _calls,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "tasks"): _set_task,
    ("POST", "replications"): _set_replication,
    ("POST", "endpoints"): _set_reachable,
    ("GET", "remains"): _remains,
    ("POST", "network"): _create_network,
    ("GET", "policies"): _policies,
}
