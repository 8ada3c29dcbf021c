"""AWS::IAM::*: roles and policies, for real, so that what a role may do can be looked up."""

from __future__ import annotations

import json
from typing import Any

from ..cloudformation.provider import Context, Made, Provider, client
from .api_resource import Parameters, register


class _Role(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        iam = client("iam", context.region)
        wanted = {key: value for key, value in properties.items() if key not in ("ManagedPolicyArns", "Policies")}
        wanted.setdefault("RoleName", context.name(64))
        wanted["AssumeRolePolicyDocument"] = json.dumps(properties["AssumeRolePolicyDocument"])
        role = context.call("iam", "CreateRole", wanted)["Role"]
        for arn in properties.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
        self._put(context, role["RoleName"], properties)
        return Made(role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        iam = client("iam", context.region)
        iam.update_assume_role_policy(
            RoleName=physical_id, PolicyDocument=json.dumps(after["AssumeRolePolicyDocument"])
        )
        old, new = set(before.get("ManagedPolicyArns", [])), set(after.get("ManagedPolicyArns", []))
        for arn in sorted(new - old):
            iam.attach_role_policy(RoleName=physical_id, PolicyArn=arn)
        for arn in sorted(old - new):
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=arn)
        kept = {policy["PolicyName"] for policy in after.get("Policies", [])}
        for policy in before.get("Policies", []):
            if policy["PolicyName"] not in kept:
                iam.delete_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"])
        self._put(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        iam = client("iam", context.region)
        for arn in properties.get("ManagedPolicyArns", []):
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=arn)
        for policy in properties.get("Policies", []):
            iam.delete_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"])
        iam.delete_role(RoleName=physical_id)

    @staticmethod
    def _put(context: Context, role: str, properties: Parameters) -> None:
        for policy in properties.get("Policies", []):
            client("iam", context.region).put_role_policy(
                RoleName=role, PolicyName=policy["PolicyName"], PolicyDocument=json.dumps(policy["PolicyDocument"])
            )


class _Policy(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        for role in properties.get("Roles", []):
            self._put(context, role, properties)
        return Made(context.name(), {"Id": properties["PolicyName"]})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        for role in after.get("Roles", []):
            self._put(context, role, after)
        renamed = before["PolicyName"] != after["PolicyName"]
        for role in before.get("Roles", []):
            if renamed or role not in after.get("Roles", []):
                client("iam", context.region).delete_role_policy(RoleName=role, PolicyName=before["PolicyName"])
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        for role in properties.get("Roles", []):
            client("iam", context.region).delete_role_policy(RoleName=role, PolicyName=properties["PolicyName"])

    @staticmethod
    def _put(context: Context, role: str, properties: Parameters) -> None:
        client("iam", context.region).put_role_policy(
            RoleName=role,
            PolicyName=properties["PolicyName"],
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
        )


class _ManagedPolicy(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        iam = client("iam", context.region)
        arn = iam.create_policy(
            PolicyName=properties.get("ManagedPolicyName") or context.name(128),
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
        )["Policy"]["Arn"]
        for role in properties.get("Roles", []):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return Made(arn, {"PolicyArn": arn})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        iam = client("iam", context.region)
        old: list[dict[str, Any]] = iam.list_policy_versions(PolicyArn=physical_id)["Versions"]
        iam.create_policy_version(
            PolicyArn=physical_id, PolicyDocument=json.dumps(after["PolicyDocument"]), SetAsDefault=True
        )
        for version in old:
            iam.delete_policy_version(PolicyArn=physical_id, VersionId=version["VersionId"])
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        iam = client("iam", context.region)
        for role in properties.get("Roles", []):
            iam.detach_role_policy(RoleName=role, PolicyArn=physical_id)
        iam.delete_policy(PolicyArn=physical_id)


register("AWS::IAM::Role", _Role())
register("AWS::IAM::Policy", _Policy())
register("AWS::IAM::ManagedPolicy", _ManagedPolicy())
