"""AWS::DMS::*: what CloudFormation asks of DMS, and what it waits for."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from ..cloudformation.provider import Context, Made, Provider, ResourceFailed, client
from .api_resource import ApiResource, Parameters, register

# Properties that only the template knows.
_OF_CREATION = ("ResourceIdentifier",)


class _Stateful(Provider):
    """A resource that takes a while: CloudFormation looks until it is there, or gone."""

    create_action = ""
    modify_action = ""
    delete_action = ""
    describe = ""
    listed = ""
    member = ""
    arn = ""
    filter_name = ""
    state = "Status"
    identifier = ""
    longest = 63
    renamed: dict[str, str] = {}
    fixed: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()

    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = dict(properties)
        wanted.setdefault(self.identifier, context.name(self.longest, lower=True))
        answer = context.call("dms", self.create_action, wanted, self.renamed)[self.member]
        arn = answer[self.arn]
        self._stabilize(context, arn)
        return Made(arn, self.attributes(self._look(context, arn) or answer))

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        wanted = {key: value for key, value in after.items() if key not in (*_OF_CREATION, *self.fixed, "Tags")}
        wanted[self.arn] = physical_id
        self.modify(context, wanted)
        self._stabilize(context, physical_id)
        return None

    def modify(self, context: Context, wanted: Parameters) -> None:
        """Asks for the change."""
        context.call("dms", self.modify_action, wanted, self.renamed)

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        try:
            context.call("dms", self.delete_action, {self.arn: physical_id})
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundFault":
                return
            raise
        context.wait(lambda: self._look(context, physical_id) is None)

    def attributes(self, shown: dict[str, Any]) -> dict[str, Any]:
        """The attributes, from what the API shows."""
        return {self.arn: shown[self.arn]}

    def _stabilize(self, context: Context, arn: str) -> None:
        def ready() -> bool:
            shown = self._look(context, arn)
            if shown is None:
                raise ResourceFailed(f"{arn} is gone", arn)
            return shown.get(self.state) in self.ready

        if self.ready:
            context.wait(ready)

    def _look(self, context: Context, arn: str) -> dict[str, Any] | None:
        try:
            found = getattr(client("dms", context.region), self.describe)(
                Filters=[{"Name": self.filter_name, "Values": [arn]}]
            )[self.listed]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundFault":
                return None
            raise
        return found[0] if found else None


class _Instance(_Stateful):
    create_action, modify_action, delete_action = (
        "CreateReplicationInstance",
        "ModifyReplicationInstance",
        "DeleteReplicationInstance",
    )
    describe, listed, member = "describe_replication_instances", "ReplicationInstances", "ReplicationInstance"
    arn, filter_name = "ReplicationInstanceArn", "replication-instance-arn"
    state, identifier = "ReplicationInstanceStatus", "ReplicationInstanceIdentifier"
    ready = ("available",)
    fixed = ("KmsKeyId", "DnsNameServers", "PubliclyAccessible", "ReplicationSubnetGroupIdentifier", "AvailabilityZone")

    def modify(self, context: Context, wanted: Parameters) -> None:
        super().modify(context, {**wanted, "ApplyImmediately": True})

    def attributes(self, shown: dict[str, Any]) -> dict[str, Any]:
        return {
            "Id": shown["ReplicationInstanceArn"],
            "ReplicationInstancePrivateIpAddresses": ",".join(shown["ReplicationInstancePrivateIpAddresses"]),
            "ReplicationInstancePublicIpAddresses": ",".join(shown["ReplicationInstancePublicIpAddresses"]),
        }


class _Endpoint(_Stateful):
    create_action, modify_action, delete_action = "CreateEndpoint", "ModifyEndpoint", "DeleteEndpoint"
    describe, listed, member = "describe_endpoints", "Endpoints", "Endpoint"
    arn, filter_name, identifier, longest = "EndpointArn", "endpoint-arn", "EndpointIdentifier", 255
    fixed = ("KmsKeyId",)

    def attributes(self, shown: dict[str, Any]) -> dict[str, Any]:
        return {"EndpointArn": shown["EndpointArn"], "ExternalId": shown["ExternalId"]}


class _Task(_Stateful):
    create_action, modify_action, delete_action = (
        "CreateReplicationTask",
        "ModifyReplicationTask",
        "DeleteReplicationTask",
    )
    describe, listed, member = "describe_replication_tasks", "ReplicationTasks", "ReplicationTask"
    arn, filter_name = "ReplicationTaskArn", "replication-task-arn"
    identifier, longest = "ReplicationTaskIdentifier", 255
    ready = ("ready", "stopped", "failed")
    fixed = ("SourceEndpointArn", "TargetEndpointArn", "ReplicationInstanceArn", "MigrationType")


class _Config(_Stateful):
    create_action, modify_action, delete_action = (
        "CreateReplicationConfig",
        "ModifyReplicationConfig",
        "DeleteReplicationConfig",
    )
    describe, listed, member = "describe_replications", "Replications", "ReplicationConfig"
    arn, filter_name = "ReplicationConfigArn", "replication-config-arn"
    identifier, longest = "ReplicationConfigIdentifier", 255
    ready = ("created", "stopped", "failed")

    def create(self, context: Context, properties: Parameters) -> Made:
        return super().create(context, _with_documents(properties))

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        return super().update(context, physical_id, _with_documents(before), _with_documents(after))


def _with_documents(properties: Parameters) -> Parameters:
    """The documents of a serverless replication are written as JSON into the template."""
    import json

    documents = ("TableMappings", "ReplicationSettings", "SupplementalSettings")
    return {
        key: json.dumps(value) if key in documents and not isinstance(value, str) else value
        for key, value in properties.items()
    }


register("AWS::DMS::ReplicationInstance", _Instance())
register("AWS::DMS::Endpoint", _Endpoint())
register("AWS::DMS::ReplicationTask", _Task())
register("AWS::DMS::ReplicationConfig", _Config())
register(
    "AWS::DMS::ReplicationSubnetGroup",
    ApiResource(
        "dms",
        "CreateReplicationSubnetGroup",
        "ReplicationSubnetGroup.ReplicationSubnetGroupIdentifier",
        "DeleteReplicationSubnetGroup",
        lambda physical_id, _: {"ReplicationSubnetGroupIdentifier": physical_id},
        name=("ReplicationSubnetGroupIdentifier", 255),
        lower=True,
        update_action="ModifyReplicationSubnetGroup",
        update_with=lambda physical_id, wanted: {
            **{key: value for key, value in wanted.items() if key != "Tags"},
            "ReplicationSubnetGroupIdentifier": physical_id,
        },
    ),
)
register(
    "AWS::DMS::EventSubscription",
    ApiResource(
        "dms",
        "CreateEventSubscription",
        "EventSubscription.CustSubscriptionId",
        "DeleteEventSubscription",
        lambda physical_id, _: {"SubscriptionName": physical_id},
        name=("SubscriptionName", 255),
        update_action="ModifyEventSubscription",
        update_with=lambda physical_id, wanted: {
            **{key: value for key, value in wanted.items() if key not in ("Tags", "SourceIds")},
            "SubscriptionName": physical_id,
        },
    ),
)
register(
    "AWS::DMS::Certificate",
    ApiResource(
        "dms",
        "ImportCertificate",
        "Certificate.CertificateArn",
        "DeleteCertificate",
        lambda physical_id, _: {"CertificateArn": physical_id},
        name=("CertificateIdentifier", 255),
        attributes={"CertificateArn": "Certificate.CertificateArn"},
    ),
)
