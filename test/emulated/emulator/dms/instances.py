"""Replication instances and their subnet groups."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .base import DmsBase, answer
from .tasks import BUSY, ReplicationTask
from .things import Thing, chosen, fault, new_arn, wrong_state


class ReplicationInstance(Thing):
    """The compute of tasks."""


class ReplicationSubnetGroup(Thing):
    """Where instances are."""


class InstanceActions(DmsBase):
    """The actions for instances and subnet groups."""

    def create_replication_subnet_group(self) -> ActionResult:
        given = self.given
        name = given["ReplicationSubnetGroupIdentifier"].lower()
        subnets = given.pop("SubnetIds")
        if len(set(subnets)) < 2:
            raise fault(
                "ReplicationSubnetGroupDoesNotCoverEnoughAZs",
                "The replication subnet group needs subnets in at least two Availability Zones",
            )
        given.update(ReplicationSubnetGroupIdentifier=name, Subnets=[{"SubnetIdentifier": each} for each in subnets])
        group = ReplicationSubnetGroup(f"arn:aws:dms:{self.region}::subgrp:{name}", given, "Complete")
        self.store.add(group)
        return ActionResult({"ReplicationSubnetGroup": _group(group)})

    def modify_replication_subnet_group(self) -> ActionResult:
        given = self.given
        group = self._group(given["ReplicationSubnetGroupIdentifier"])
        subnets = given.pop("SubnetIds")
        group.data.update(given, Subnets=[{"SubnetIdentifier": each} for each in subnets])
        return ActionResult({"ReplicationSubnetGroup": _group(group)})

    def describe_replication_subnet_groups(self) -> ActionResult:
        names = {"replication-subnet-group-id": "ReplicationSubnetGroupIdentifier"}
        groups = chosen(self.store.of(ReplicationSubnetGroup), self.given.get("Filters"), names)
        return ActionResult({"ReplicationSubnetGroups": [_group(group) for group in groups]})

    def delete_replication_subnet_group(self) -> ActionResult:
        group = self._group(self.given["ReplicationSubnetGroupIdentifier"])
        name = group.data["ReplicationSubnetGroupIdentifier"]
        if any(one.data.get("ReplicationSubnetGroupIdentifier") == name for one in self.store.of(ReplicationInstance)):
            raise wrong_state(f"Cannot delete the subnet group {name} because at least one instance is still using it")
        self.store.remove(group)
        return ActionResult({})

    def create_replication_instance(self) -> ActionResult:
        given = self.given
        given["ReplicationInstanceIdentifier"] = given["ReplicationInstanceIdentifier"].lower()
        group = given.get("ReplicationSubnetGroupIdentifier")
        if group is not None:
            self._group(group)
        arn = new_arn(self.region, "rep", given.pop("ResourceIdentifier", None))
        given.setdefault("PubliclyAccessible", True)
        given.setdefault("EngineVersion", "3.6.1")
        given.setdefault("MultiAZ", False)
        given.setdefault("AllocatedStorage", 50)
        instance = ReplicationInstance(arn, given, "creating")
        self.store.add(instance)
        instance.go("creating", "available")
        return ActionResult({"ReplicationInstance": _instance(instance)})

    def describe_replication_instances(self) -> ActionResult:
        names = {
            "replication-instance-arn": "",
            "replication-instance-id": "ReplicationInstanceIdentifier",
            "replication-instance-class": "ReplicationInstanceClass",
        }
        instances = self.looked_at(ReplicationInstance, names)
        return ActionResult({"ReplicationInstances": [_instance(instance) for instance in instances]})

    def modify_replication_instance(self) -> ActionResult:
        given = self.given
        instance = self.store.get(ReplicationInstance, given.pop("ReplicationInstanceArn"))
        self._refuse_while_busy(instance, "modified")
        if instance.status != "available":
            raise wrong_state(f"Replication Instance {instance.arn} is {instance.status}: it cannot be modified")
        given.pop("ApplyImmediately", None)
        instance.data.update(given)
        instance.go("modifying", "available")
        return ActionResult({"ReplicationInstance": _instance(instance)})

    def delete_replication_instance(self) -> ActionResult:
        instance = self.store.get(ReplicationInstance, self.given["ReplicationInstanceArn"])
        if self._tasks_on(instance):
            raise wrong_state(f"Replication Instance {instance.arn} has tasks: stop and delete them first")
        instance.go("deleting", then=lambda: self.store.remove(instance))
        return ActionResult({"ReplicationInstance": _instance(instance)})

    def _refuse_while_busy(self, instance: ReplicationInstance, what: str) -> None:
        for task in self._tasks_on(instance):
            if task.status in BUSY:
                raise wrong_state(
                    f"Replication Instance {instance.arn} cannot be {what} while {task.arn} is {task.status}"
                )

    def _tasks_on(self, instance: ReplicationInstance) -> list[ReplicationTask]:
        return [task for task in self.store.of(ReplicationTask) if task.data["ReplicationInstanceArn"] == instance.arn]

    def _group(self, name: str) -> ReplicationSubnetGroup:
        for group in self.store.of(ReplicationSubnetGroup):
            if group.data["ReplicationSubnetGroupIdentifier"] == name.lower():
                return group
        raise fault("ResourceNotFoundFault", f"Replication Subnet Group {name} not found")


def _group(group: ReplicationSubnetGroup) -> dict[str, Any]:
    return {**group.data, "SubnetGroupStatus": group.status}


def _instance(instance: ReplicationInstance) -> dict[str, Any]:
    data = {key: value for key, value in instance.data.items() if key != "ReplicationSubnetGroupIdentifier"}
    return answer(
        data,
        ReplicationInstanceArn=instance.arn,
        ReplicationInstanceStatus=instance.status,
        ReplicationInstancePrivateIpAddresses=["10.0.0.10"],
        ReplicationInstancePublicIpAddresses=[],
    )
