"""AWS::SecretsManager::*, AWS::KMS::* and AWS::SSM::*: what is kept, and with which key."""

from __future__ import annotations

import json

from ..cloudformation.provider import Context, Made, Provider, client
from ..settings import ACCOUNT
from .api_resource import ApiResource, Parameters, Passive, register


class _Secret(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        manager = client("secretsmanager", context.region)
        wanted = {"Name": properties.get("Name") or context.name(64)}
        wanted |= {key: properties[key] for key in ("Description", "KmsKeyId", "Tags") if key in properties}
        secret = manager.create_secret(**wanted, SecretString=_text(context, properties))
        return Made(secret["ARN"], {"Id": secret["ARN"]})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        manager = client("secretsmanager", context.region)
        if before.get("GenerateSecretString") != after.get("GenerateSecretString") or "SecretString" in after:
            manager.put_secret_value(SecretId=physical_id, SecretString=_text(context, after))
        manager.update_secret(SecretId=physical_id, Description=after.get("Description", ""))
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("secretsmanager", context.region).delete_secret(SecretId=physical_id, ForceDeleteWithoutRecovery=True)


def _text(context: Context, properties: Parameters) -> str:
    if "GenerateSecretString" not in properties:
        return str(properties.get("SecretString", ""))
    rules = dict(properties["GenerateSecretString"])
    template, key = rules.pop("SecretStringTemplate", None), rules.pop("GenerateStringKey", None)
    password = context.call("secretsmanager", "GetRandomPassword", rules)["RandomPassword"]
    return json.dumps({**json.loads(template), key: password}) if template is not None else password


class _Attachment(Provider):
    """Writes where a database is into its secret."""

    def create(self, context: Context, properties: Parameters) -> Made:
        manager = client("secretsmanager", context.region)
        secret = properties["SecretId"]
        known = json.loads(manager.get_secret_value(SecretId=secret)["SecretString"] or "{}")
        known.update(self._place(context, properties))
        manager.put_secret_value(SecretId=secret, SecretString=json.dumps(known))
        return Made(secret, {"Id": secret})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        return self.create(context, after)

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        return None

    @staticmethod
    def _place(context: Context, properties: Parameters) -> Parameters:
        rds = client("rds", context.region)
        target = properties["TargetId"]
        if properties["TargetType"] == "AWS::RDS::DBInstance":
            found = rds.describe_db_instances(DBInstanceIdentifier=target)["DBInstances"][0]
            end = found["Endpoint"]
            return {
                "engine": found["Engine"],
                "host": end["Address"],
                "port": end["Port"],
                "dbInstanceIdentifier": target,
            }
        if properties["TargetType"] == "AWS::RDS::DBCluster":
            found = rds.describe_db_clusters(DBClusterIdentifier=target)["DBClusters"][0]
            return {
                "engine": found["Engine"],
                "host": found["Endpoint"],
                "port": found["Port"],
                "dbClusterIdentifier": target,
            }
        if properties["TargetType"] == "AWS::Redshift::Cluster":
            redshift = client("redshift", context.region)
            end = redshift.describe_clusters(ClusterIdentifier=target)["Clusters"][0]["Endpoint"]
            return {"engine": "redshift", "host": end["Address"], "port": end["Port"], "dbClusterIdentifier": target}
        raise NotImplementedError(f"the emulator cannot attach a secret to {properties['TargetType']}")


class _Key(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        policy = {"Policy": json.dumps(properties["KeyPolicy"])} if "KeyPolicy" in properties else {}
        key = client("kms", context.region).create_key(**policy)["KeyMetadata"]
        return Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        client("kms", context.region).put_key_policy(
            KeyId=physical_id, PolicyName="default", Policy=json.dumps(after["KeyPolicy"])
        )
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("kms", context.region).schedule_key_deletion(KeyId=physical_id, PendingWindowInDays=7)


register("AWS::SecretsManager::Secret", _Secret())
register("AWS::SecretsManager::SecretTargetAttachment", _Attachment())
register("AWS::SecretsManager::ResourcePolicy", Passive(attributes={"Id": "{id}"}))
register("AWS::KMS::Key", _Key())
register(
    "AWS::KMS::Alias",
    ApiResource(
        "kms",
        "CreateAlias",
        "AliasName",
        "DeleteAlias",
        lambda physical_id, _: {"AliasName": physical_id},
        update_action="UpdateAlias",
    ),
)
register(
    "AWS::SSM::Parameter",
    ApiResource(
        "ssm",
        "PutParameter",
        "Name",
        "DeleteParameter",
        lambda physical_id, _: {"Name": physical_id},
        ignored=("Tags",),
        attributes={"Type": "Type", "Value": "Value"},
        name=("Name", 200),
        update_action="PutParameter",
        update_with=lambda physical_id, wanted: {**wanted, "Name": physical_id, "Overwrite": True},
    ),
)
register("AWS::CDK::Metadata", Passive(identifier=f"cdk-metadata-{ACCOUNT}"))
register("AWS::CloudFormation::WaitConditionHandle", Passive())
