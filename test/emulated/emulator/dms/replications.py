"""DMS Serverless: configurations, and the replication that each of them is."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from ..clock import CLOCK
from .base import DmsBase, answer
from .tasks import check_documents
from .things import Thing, chosen, fault, new_arn, wrong_state

# What a replication goes through from its start until it runs.
_STARTING = (
    "preparing_metadata_resources",
    "testing_connection",
    "fetching_metadata",
    "calculating_capacity",
    "provisioning_capacity",
    "replication_starting",
)
# Neither a task nor a serverless replication works in these states.
AT_REST = ("created", "ready", "stopped", "failed")
_CAPACITIES = (1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384)


class ReplicationConfig(Thing):
    """A configuration. Its state is that of its replication."""

    started: float | None = None
    start_type: str | None = None
    stop_reason: str | None = None
    failures: list[str]


class ReplicationActions(DmsBase):
    """The actions for configurations and replications."""

    def create_replication_config(self) -> ActionResult:
        from .endpoints import Endpoint

        given = self.given
        for member, kind in (("SourceEndpointArn", "source"), ("TargetEndpointArn", "target")):
            endpoint = self.store.get(Endpoint, given[member])
            if endpoint.data["EndpointType"] != kind:
                raise fault("InvalidParameterValueException", f"Endpoint {endpoint.arn} is no {kind} endpoint")
        _check(given)
        arn = new_arn(self.region, "replication-config", given.pop("ResourceIdentifier", None))
        config = ReplicationConfig(arn, given, "created")
        config.failures = []
        self.store.add(config)
        return ActionResult({"ReplicationConfig": _config(config)})

    def describe_replication_configs(self) -> ActionResult:
        names = {"replication-config-arn": "", "replication-config-id": "ReplicationConfigIdentifier"}
        configs = chosen(self.store.of(ReplicationConfig), self.given.get("Filters"), names)
        return ActionResult({"ReplicationConfigs": [_config(config) for config in configs]})

    def modify_replication_config(self) -> ActionResult:
        given = self.given
        config = self._config(given)
        if config.status not in AT_REST:
            raise wrong_state(f"Replication {config.arn} is {config.status}: it cannot be modified")
        _check(given)
        if config.status != "created":
            for member in ("SourceEndpointArn", "TargetEndpointArn", "ReplicationType"):
                if given.get(member, config.data[member]) != config.data[member]:
                    raise wrong_state(f"{member} of {config.arn} is fixed after its first start")
        before = config.data.get("ComputeConfig", {})
        config.data.update(given, ComputeConfig={**before, **given.get("ComputeConfig", {})})
        config.go("modifying", config.status)
        return ActionResult({"ReplicationConfig": _config(config)})

    def delete_replication_config(self) -> ActionResult:
        config = self._config(self.given)
        if config.status not in AT_REST:
            raise wrong_state(f"Replication {config.arn} is {config.status}: it cannot be deleted")
        config.go("deleting", then=lambda: self.store.remove(config))
        return ActionResult({"ReplicationConfig": _config(config)})

    def describe_replications(self) -> ActionResult:
        names = {
            "replication-config-arn": "",
            "replication-config-id": "ReplicationConfigIdentifier",
            "replication-type": "ReplicationType",
        }
        replications = self.looked_at(ReplicationConfig, names)
        return ActionResult({"Replications": [_replication(config) for config in replications]})

    def start_replication(self) -> ActionResult:
        given = self.given
        config = self._config(given)
        kind = given["StartReplicationType"]
        if config.status not in AT_REST:
            raise wrong_state(f"Replication {config.arn} is {config.status}: it cannot be started")
        if (kind == "start-replication") != (config.started is None):
            raise fault("InvalidParameterCombinationException", f"{kind} is not valid for replication {config.arn}")
        if any(given.get(member) for member in ("CdcStartTime", "CdcStartPosition")):
            raise fault("InvalidParameterCombinationException", "A serverless replication has no custom start point")
        config.started, config.start_type = CLOCK.now(), kind
        config.stop_reason, config.failures = None, []
        config.go("initializing", *_STARTING, "running")
        return ActionResult({"Replication": _replication(config)})

    def stop_replication(self) -> ActionResult:
        config = self._config(self.given)
        if config.status != "running":
            raise wrong_state(f"Replication {config.arn} is {config.status}: only a running one can be stopped")

        def stopped() -> None:
            config.stop_reason = "Stop Reason NORMAL"

        config.go("stopping", "stopped", then=stopped)
        return ActionResult({"Replication": _replication(config)})

    def _config(self, given: dict[str, Any]) -> ReplicationConfig:
        return self.store.get(ReplicationConfig, given.pop("ReplicationConfigArn"))


def _check(given: dict[str, Any]) -> None:
    check_documents(given)
    compute = given.get("ComputeConfig", {})
    for member in ("MaxCapacityUnits", "MinCapacityUnits"):
        if member in compute and compute[member] not in _CAPACITIES:
            raise fault("InvalidParameterValueException", f"{member} is {compute[member]}: use one of {_CAPACITIES}")


def _config(config: ReplicationConfig) -> dict[str, Any]:
    return answer(config.data, ReplicationConfigArn=config.arn)


def _replication(config: ReplicationConfig) -> dict[str, Any]:
    members = ("ReplicationConfigIdentifier", "SourceEndpointArn", "TargetEndpointArn", "ReplicationType")
    return {
        **{member: config.data[member] for member in members},
        "ReplicationConfigArn": config.arn,
        "Status": config.status,
        "StartReplicationType": config.start_type,
        "StopReason": config.stop_reason,
        "FailureMessages": config.failures,
        "ReplicationStats": {"StartDate": config.started} if config.started is not None else {},
        "ReplicationLastStopTime": None,
    }
