"""Replication tasks: what may be done to them in which state."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult

from ..clock import CLOCK
from .base import DmsBase, answer
from .things import Thing, fault, new_arn, wrong_state

# In these states a task works with its endpoints and its instance, or is about to.
BUSY = ("creating", "starting", "running", "stopping", "modifying", "moving", "testing", "deleting")
_AT_REST = ("ready", "stopped", "failed")


class ReplicationTask(Thing):
    """A task. It has a start time from its first start on."""

    started: float | None = None
    started_afresh: float | None = None
    stop_reason: str | None = None
    failure: str | None = None


class TaskActions(DmsBase):
    """The actions for tasks."""

    def create_replication_task(self) -> ActionResult:
        from .endpoints import Endpoint
        from .instances import ReplicationInstance

        given = self.given
        instance = self.store.get(ReplicationInstance, given["ReplicationInstanceArn"])
        if instance.status != "available":
            raise wrong_state(f"Replication Instance {instance.arn} is {instance.status}: it has to be available")
        for member, kind in (("SourceEndpointArn", "source"), ("TargetEndpointArn", "target")):
            endpoint = self.store.get(Endpoint, given[member])
            if endpoint.data["EndpointType"] != kind:
                raise fault("InvalidParameterValueException", f"Endpoint {endpoint.arn} is no {kind} endpoint")
        check_documents(given)
        given.pop("TaskData", None)
        task = ReplicationTask(new_arn(self.region, "task", given.pop("ResourceIdentifier", None)), given, "creating")
        self.store.add(task)
        task.go("creating", "ready")
        return ActionResult({"ReplicationTask": _task(task)})

    def describe_replication_tasks(self) -> ActionResult:
        names = {
            "replication-task-arn": "",
            "replication-task-id": "ReplicationTaskIdentifier",
            "migration-type": "MigrationType",
            "replication-instance-arn": "ReplicationInstanceArn",
        }
        hidden = ("ReplicationTaskSettings",) if self.given.get("WithoutSettings") else ()
        tasks = [_task(task) for task in self.looked_at(ReplicationTask, names)]
        shown = [{key: value for key, value in task.items() if key not in hidden} for task in tasks]
        return ActionResult({"ReplicationTasks": shown})

    def start_replication_task(self) -> ActionResult:
        given = self.given
        task = self._task(given)
        kind = given["StartReplicationTaskType"]
        if task.status not in _AT_REST:
            raise wrong_state(f"Replication Task {task.arn} cannot be started: it is {task.status}")
        if kind == "start-replication" and task.started is not None:
            raise _wrong_start("START_REPLICATION, valid only for tasks running for the first time")
        if kind != "start-replication" and task.started is None:
            raise _wrong_start(f"{kind.upper()}, valid only for tasks that ran before")
        if kind == "reload-target" and task.data["MigrationType"] == "cdc":
            raise _wrong_start("RELOAD_TARGET, not valid for tasks that move changes only")
        self._refuse_untested(task)
        task.started = CLOCK.now()
        if kind != "resume-processing":
            task.started_afresh = task.started
        task.stop_reason = task.failure = None
        task.go("starting", "running")
        return ActionResult({"ReplicationTask": _task(task)})

    def stop_replication_task(self) -> ActionResult:
        task = self._task(self.given)
        if task.status != "running":
            raise wrong_state(f"Replication Task {task.arn} is {task.status}: only a running task can be stopped")

        def stopped() -> None:
            task.stop_reason = "Stop Reason NORMAL"

        task.go("stopping", "stopped", then=stopped)
        return ActionResult({"ReplicationTask": _task(task)})

    def modify_replication_task(self) -> ActionResult:
        given = self.given
        task = self._task(given)
        if task.status not in _AT_REST:
            raise wrong_state(
                "Replication Task, excluding logging severity task settings, cannot be modified while it is "
                f"{task.status} state"
            )
        if given.get("MigrationType", task.data["MigrationType"]) != task.data["MigrationType"]:
            raise fault("InvalidParameterCombinationException", "The migration type of a task cannot be changed")
        check_documents(given)
        given.pop("TaskData", None)
        task.data.update(given)
        task.go("modifying", task.status)
        return ActionResult({"ReplicationTask": _task(task)})

    def delete_replication_task(self) -> ActionResult:
        task = self._task(self.given)
        if task.status not in (*_AT_REST, "failed-move"):
            raise wrong_state(f"Replication Task {task.arn} cannot be deleted: it is {task.status}")
        task.go("deleting", then=lambda: self.store.remove(task))
        return ActionResult({"ReplicationTask": _task(task)})

    def _task(self, given: dict[str, Any]) -> ReplicationTask:
        return self.store.get(ReplicationTask, given.pop("ReplicationTaskArn"))

    def _refuse_untested(self, task: ReplicationTask) -> None:
        from .connections import Connection, connection_arn

        instance = task.data["ReplicationInstanceArn"]
        for member in ("SourceEndpointArn", "TargetEndpointArn"):
            endpoint = task.data[member]
            found = [one for one in self.store.of(Connection) if one.arn == connection_arn(instance, endpoint)]
            if not found or found[0].status != "successful":
                raise wrong_state(
                    f"Test connection for replication instance {instance} and endpoint {endpoint} should be successful "
                    "for starting the replication task"
                )


def _wrong_start(why: str) -> Exception:
    return fault("InvalidParameterCombinationException", f"Start Type : {why}")


def check_documents(given: dict[str, Any]) -> None:
    """Refuses table mappings and settings that are not what DMS reads."""
    for member, name in (("TableMappings", "table mapping"), ("ReplicationTaskSettings", "task settings")):
        if member not in given:
            continue
        try:
            document = json.loads(given[member])
        except ValueError as error:
            raise fault("InvalidParameterValueException", f"Invalid {name} JSON: {error}") from error
        if member == "TableMappings" and not document.get("rules"):
            raise fault("InvalidParameterValueException", "Invalid table mapping JSON: there are no rules")
        if "CloudWatchLogGroup" in json.dumps(document):
            raise fault("InvalidParameterValueException", "Invalid task settings JSON: CloudWatchLogGroup is read-only")


def _task(task: ReplicationTask) -> dict[str, Any]:
    statistics: dict[str, Any] = {"FullLoadProgressPercent": 0, "TablesLoaded": 0}
    if task.started is not None:
        statistics.update(StartDate=task.started, FreshStartDate=task.started_afresh)
    return answer(
        task.data,
        ReplicationTaskArn=task.arn,
        Status=task.status,
        StopReason=task.stop_reason,
        LastFailureMessage=task.failure,
        ReplicationTaskStats=statistics,
    )
