"""AWS::DynamoDB::*, AWS::RDS::*, AWS::Redshift::*, AWS::Glue::* and AWS::Athena::*: where data is."""

from __future__ import annotations

from ..cloudformation.provider import Context, Made, Provider, client
from .api_resource import ApiResource, Parameters, Passive, register


class _Database(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        ignored = ("DeleteAutomatedBackups", "AllowMajorVersionUpgrade", "EnablePerformanceInsights")
        wanted = {key: value for key, value in properties.items() if key not in ignored}
        wanted.setdefault("DBInstanceIdentifier", context.name(63, lower=True))
        names = {"VPCSecurityGroups": "VpcSecurityGroupIds"}
        name = context.call("rds", "CreateDBInstance", wanted, names)["DBInstance"]["DBInstanceIdentifier"]
        found = client("rds", context.region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        attributes = {
            "Endpoint.Address": found["Endpoint"]["Address"],
            "Endpoint.Port": str(found["Endpoint"]["Port"]),
            "DBInstanceArn": found["DBInstanceArn"],
            "DbiResourceId": found.get("DbiResourceId", ""),
        }
        return Made(name, attributes)

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        names = ("DBInstanceClass", "AllocatedStorage", "BackupRetentionPeriod", "MultiAZ", "DeletionProtection")
        wanted = {key: after[key] for key in names if key in after}
        context.call("rds", "ModifyDBInstance", {**wanted, "DBInstanceIdentifier": physical_id})
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        if str(properties.get("DeletionProtection", False)).lower() == "true":
            raise RuntimeError("Cannot delete protected DB Instance, please disable deletion protection and try again.")
        client("rds", context.region).delete_db_instance(DBInstanceIdentifier=physical_id, SkipFinalSnapshot=True)


class _Cluster(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = dict(properties)
        wanted.setdefault("DBClusterIdentifier", context.name(63, lower=True))
        found = context.call("rds", "CreateDBCluster", wanted)["DBCluster"]
        attributes = {
            "Endpoint.Address": found["Endpoint"],
            "Endpoint.Port": str(found["Port"]),
            "ReadEndpoint.Address": found["ReaderEndpoint"],
            "DBClusterArn": found["DBClusterArn"],
            "DBClusterResourceId": found.get("DbClusterResourceId", ""),
        }
        return Made(found["DBClusterIdentifier"], attributes)

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("rds", context.region).delete_db_cluster(DBClusterIdentifier=physical_id, SkipFinalSnapshot=True)


class _ParameterGroup(Provider):
    """A parameter group of instances or of clusters."""

    def __init__(self, of: str) -> None:
        self._of = of

    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get(f"{self._of}ParameterGroupName") or context.name(255, lower=True)
        wanted = {
            f"{self._of}ParameterGroupName": name,
            "DBParameterGroupFamily": properties["Family"],
            "Description": properties["Description"],
        }
        context.call("rds", f"Create{self._of}ParameterGroup", wanted)
        self._set(context, name, properties)
        return Made(name, {f"{self._of}ParameterGroupName": name})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        self._set(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        context.call("rds", f"Delete{self._of}ParameterGroup", {f"{self._of}ParameterGroupName": physical_id})

    def _set(self, context: Context, name: str, properties: Parameters) -> None:
        parameters = [
            {"ParameterName": key, "ParameterValue": str(value), "ApplyMethod": "pending-reboot"}
            for key, value in properties.get("Parameters", {}).items()
        ]
        if parameters:
            wanted = {f"{self._of}ParameterGroupName": name, "Parameters": parameters}
            context.call("rds", f"Modify{self._of}ParameterGroup", wanted)


register(
    "AWS::DynamoDB::Table",
    ApiResource(
        "dynamodb",
        "CreateTable",
        "TableDescription.TableName",
        "DeleteTable",
        lambda physical_id, _: {"TableName": physical_id},
        ignored=("PointInTimeRecoverySpecification", "SSESpecification"),
        name=("TableName", 255),
        attributes={"Arn": "TableDescription.TableArn"},
    ),
)
register("AWS::RDS::DBInstance", _Database())
register("AWS::RDS::DBCluster", _Cluster())
register("AWS::RDS::DBParameterGroup", _ParameterGroup("DB"))
register("AWS::RDS::DBClusterParameterGroup", _ParameterGroup("DBCluster"))
register(
    "AWS::RDS::DBSubnetGroup",
    ApiResource(
        "rds",
        "CreateDBSubnetGroup",
        "DBSubnetGroup.DBSubnetGroupName",
        "DeleteDBSubnetGroup",
        lambda physical_id, _: {"DBSubnetGroupName": physical_id},
        name=("DBSubnetGroupName", 255),
        lower=True,
    ),
)
register(
    "AWS::Redshift::ClusterSubnetGroup",
    ApiResource(
        "redshift",
        "CreateClusterSubnetGroup",
        "ClusterSubnetGroup.ClusterSubnetGroupName",
        "DeleteClusterSubnetGroup",
        lambda physical_id, _: {"ClusterSubnetGroupName": physical_id},
        name=("ClusterSubnetGroupName", 255),
        lower=True,
        attributes={"ClusterSubnetGroupName": "ClusterSubnetGroup.ClusterSubnetGroupName"},
    ),
)
register(
    "AWS::Redshift::Cluster",
    ApiResource(
        "redshift",
        "CreateCluster",
        "Cluster.ClusterIdentifier",
        "DeleteCluster",
        lambda physical_id, _: {"ClusterIdentifier": physical_id, "SkipFinalClusterSnapshot": True},
        ignored=("LoggingProperties",),
        name=("ClusterIdentifier", 63),
        lower=True,
        attributes={
            "Endpoint.Address": "Cluster.Endpoint.Address",
            "Endpoint.Port": "Cluster.Endpoint.Port",
            "Id": "Cluster.ClusterIdentifier",
        },
    ),
)
register("AWS::Redshift::ClusterParameterGroup", Passive(attributes={"ParameterGroupName": "{id}"}))
_WORKGROUP = "arn:aws:redshift-serverless:{region}:{account}:workgroup/{id}"
register("AWS::RedshiftServerless::Namespace", Passive(attributes={"Namespace.NamespaceName": "{id}"}))
register(
    "AWS::RedshiftServerless::Workgroup",
    Passive(attributes={"Workgroup.WorkgroupArn": _WORKGROUP, "Workgroup.WorkgroupName": "{id}"}),
)
register(
    "AWS::Glue::Database",
    ApiResource(
        "glue",
        "CreateDatabase",
        "DatabaseInput.Name",
        "DeleteDatabase",
        lambda physical_id, _: {"Name": physical_id},
        adjust=lambda context, wanted: {
            **wanted,
            "DatabaseInput": {"Name": context.name(255, lower=True).replace("-", "_"), **wanted["DatabaseInput"]},
        },
        update_action="UpdateDatabase",
        update_with=lambda physical_id, wanted: {
            **wanted,
            "Name": physical_id,
            "DatabaseInput": {**wanted["DatabaseInput"], "Name": physical_id},
        },
    ),
)
register(
    "AWS::Glue::Table",
    ApiResource(
        "glue",
        "CreateTable",
        "TableInput.Name",
        "DeleteTable",
        lambda physical_id, properties: {"DatabaseName": properties["DatabaseName"], "Name": physical_id},
        update_action="UpdateTable",
    ),
)
register(
    "AWS::Athena::WorkGroup",
    ApiResource(
        "athena",
        "CreateWorkGroup",
        "Name",
        "DeleteWorkGroup",
        lambda physical_id, properties: {
            "WorkGroup": physical_id,
            "RecursiveDeleteOption": str(properties.get("RecursiveDeleteOption", False)).lower() == "true",
        },
        ignored=("RecursiveDeleteOption", "State", "WorkGroupConfiguration"),
        renamed={"WorkGroupConfiguration": "Configuration"},
        name=("Name", 128),
    ),
)
register(
    "AWS::Athena::NamedQuery",
    ApiResource(
        "athena",
        "CreateNamedQuery",
        "NamedQueryId",
        "DeleteNamedQuery",
        lambda physical_id, _: {"NamedQueryId": physical_id},
        name=("Name", 128),
        attributes={"NamedQueryId": "NamedQueryId"},
    ),
)
register("AWS::LakeFormation::PrincipalPermissions", Passive())
