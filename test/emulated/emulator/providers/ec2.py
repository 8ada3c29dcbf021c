"""AWS::EC2::*: the network."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from ..cloudformation.provider import Context, Made, Provider, client
from .api_resource import ApiResource, Parameters, register


def _tag(context: Context, identifier: str, properties: Parameters) -> None:
    if properties.get("Tags"):
        client("ec2", context.region).create_tags(Resources=[identifier], Tags=properties["Tags"])


class _Vpc(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = {key: value for key, value in properties.items() if key in ("CidrBlock", "InstanceTenancy")}
        vpc = context.call("ec2", "CreateVpc", wanted)["Vpc"]["VpcId"]
        _tag(context, vpc, properties)
        ec2 = client("ec2", context.region)
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in properties:
                ec2.modify_vpc_attribute(VpcId=vpc, **{name: {"Value": str(properties[name]).lower() == "true"}})
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
        attributes = {
            "VpcId": vpc,
            "CidrBlock": properties.get("CidrBlock"),
            "DefaultSecurityGroup": groups[0]["GroupId"],
            "DefaultNetworkAcl": acls[0]["NetworkAclId"],
            "CidrBlockAssociations": [],
            "Ipv6CidrBlocks": [],
        }
        return Made(vpc, attributes)

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        _tag(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("ec2", context.region).delete_vpc(VpcId=physical_id)


class _Subnet(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = {key: value for key, value in properties.items() if key not in ("MapPublicIpOnLaunch", "Tags")}
        subnet = context.call("ec2", "CreateSubnet", wanted)["Subnet"]
        _tag(context, subnet["SubnetId"], properties)
        names = ("SubnetId", "AvailabilityZone", "CidrBlock", "VpcId")
        return Made(
            subnet["SubnetId"], {name: subnet[name] for name in names} | {"NetworkAclAssociationId": "aclassoc-1"}
        )

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        _tag(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("ec2", context.region).delete_subnet(SubnetId=physical_id)


class _SecurityGroup(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        ec2 = client("ec2", context.region)
        group = ec2.create_security_group(
            GroupName=properties.get("GroupName") or context.name(255),
            Description=properties["GroupDescription"],
            **({"VpcId": properties["VpcId"]} if "VpcId" in properties else {}),
        )["GroupId"]
        _tag(context, group, properties)
        if properties.get("SecurityGroupEgress"):
            # A group begins with a rule that lets everything out, unless moto does not know its network.
            made = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
            if made["IpPermissionsEgress"]:
                ec2.revoke_security_group_egress(GroupId=group, IpPermissions=made["IpPermissionsEgress"])
        self._authorize(context, group, properties)
        return Made(group, {"GroupId": group, "Id": group, "VpcId": properties.get("VpcId")})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        ec2 = client("ec2", context.region)
        for direction in ("Ingress", "Egress"):
            for rule in before.get(f"SecurityGroup{direction}", []):
                revoke = getattr(ec2, f"revoke_security_group_{direction.lower()}")
                revoke(GroupId=physical_id, IpPermissions=[_permission(rule)])
        self._authorize(context, physical_id, after)
        _tag(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("ec2", context.region).delete_security_group(GroupId=physical_id)

    @staticmethod
    def _authorize(context: Context, group: str, properties: Parameters) -> None:
        ec2 = client("ec2", context.region)
        for direction in ("Ingress", "Egress"):
            for rule in properties.get(f"SecurityGroup{direction}", []):
                authorize = getattr(ec2, f"authorize_security_group_{direction.lower()}")
                authorize(GroupId=group, IpPermissions=[_permission(rule)])


class _Rule(Provider):
    """A rule of its own."""

    def __init__(self, direction: str) -> None:
        self._direction = direction

    def create(self, context: Context, properties: Parameters) -> Made:
        authorize = getattr(client("ec2", context.region), f"authorize_security_group_{self._direction}")
        answer = authorize(GroupId=properties["GroupId"], IpPermissions=[_permission(properties)])
        rule = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return Made(rule, {"Id": rule})

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        revoke = getattr(client("ec2", context.region), f"revoke_security_group_{self._direction}")
        try:
            revoke(GroupId=properties["GroupId"], SecurityGroupRuleIds=[physical_id])
        except ClientError as error:
            # Deleted with its group: it is gone, as it should be.
            if error.response["Error"]["Code"] != "InvalidGroup.NotFound":
                raise


def _permission(rule: Parameters) -> dict[str, Any]:
    description = {"Description": rule["Description"]} if "Description" in rule else {}
    permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    for port in ("FromPort", "ToPort"):
        if port in rule:
            permission[port] = int(rule[port])
    group = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    prefix = rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId")
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **description}]
    elif "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **description}]
    elif group is not None:
        permission["UserIdGroupPairs"] = [{"GroupId": group, **description}]
    elif prefix is not None:
        permission["PrefixListIds"] = [{"PrefixListId": prefix, **description}]
    return permission


class _VpcEndpoint(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        import json

        wanted = {key: value for key, value in properties.items() if key != "Tags"}
        if isinstance(wanted.get("PolicyDocument"), dict):
            wanted["PolicyDocument"] = json.dumps(wanted["PolicyDocument"])
        endpoint = context.call("ec2", "CreateVpcEndpoint", wanted)["VpcEndpoint"]
        entries = [
            f"{one['HostedZoneId']}:{one['DnsName']}" for one in endpoint.get("DnsEntries", []) if "HostedZoneId" in one
        ]
        attributes = {
            "Id": endpoint["VpcEndpointId"],
            "DnsEntries": entries,
            "NetworkInterfaceIds": endpoint.get("NetworkInterfaceIds", []),
            "CreationTimestamp": "2026-01-01T00:00:00Z",
        }
        return Made(endpoint["VpcEndpointId"], attributes)

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("ec2", context.region).delete_vpc_endpoints(VpcEndpointIds=[physical_id])


class _FlowLog(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        wanted = {key: value for key, value in properties.items() if key not in ("ResourceId", "Tags")}
        wanted["ResourceIds"] = [properties["ResourceId"]]
        answer = context.call("ec2", "CreateFlowLogs", wanted, {"DeliverLogsPermissionArn": "DeliverLogsPermissionArn"})
        if answer.get("Unsuccessful"):
            raise RuntimeError(answer["Unsuccessful"][0]["Error"]["Message"])
        return Made(answer["FlowLogIds"][0], {"Id": answer["FlowLogIds"][0]})

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("ec2", context.region).delete_flow_logs(FlowLogIds=[physical_id])


class _GatewayAttachment(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        context.call("ec2", "AttachInternetGateway", properties)
        return Made(context.name())

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        context.call("ec2", "DetachInternetGateway", properties)


register("AWS::EC2::VPC", _Vpc())
register("AWS::EC2::Subnet", _Subnet())
register("AWS::EC2::SecurityGroup", _SecurityGroup())
register("AWS::EC2::SecurityGroupIngress", _Rule("ingress"))
register("AWS::EC2::SecurityGroupEgress", _Rule("egress"))
register("AWS::EC2::VPCEndpoint", _VpcEndpoint())
register("AWS::EC2::FlowLog", _FlowLog())
register("AWS::EC2::VPCGatewayAttachment", _GatewayAttachment())
register(
    "AWS::EC2::RouteTable",
    ApiResource(
        "ec2",
        "CreateRouteTable",
        "RouteTable.RouteTableId",
        "DeleteRouteTable",
        lambda physical_id, _: {"RouteTableId": physical_id},
        ignored=("Tags",),
        attributes={"RouteTableId": "RouteTable.RouteTableId"},
    ),
)
register(
    "AWS::EC2::SubnetRouteTableAssociation",
    ApiResource(
        "ec2",
        "AssociateRouteTable",
        "AssociationId",
        "DisassociateRouteTable",
        lambda physical_id, _: {"AssociationId": physical_id},
        attributes={"Id": "AssociationId"},
    ),
)
register(
    "AWS::EC2::Route",
    ApiResource(
        "ec2",
        "CreateRoute",
        "RouteTableId",
        "DeleteRoute",
        lambda _, properties: {
            key: value for key, value in properties.items() if key in ("RouteTableId", "DestinationCidrBlock")
        },
        attributes={"CidrBlock": "DestinationCidrBlock"},
    ),
)
register(
    "AWS::EC2::InternetGateway",
    ApiResource(
        "ec2",
        "CreateInternetGateway",
        "InternetGateway.InternetGatewayId",
        "DeleteInternetGateway",
        lambda physical_id, _: {"InternetGatewayId": physical_id},
        ignored=("Tags",),
        attributes={"InternetGatewayId": "InternetGateway.InternetGatewayId"},
    ),
)
register(
    "AWS::EC2::EIP",
    ApiResource(
        "ec2",
        "AllocateAddress",
        "PublicIp",
        "ReleaseAddress",
        lambda physical_id, _: {"PublicIp": physical_id},
        ignored=("Tags",),
        attributes={"AllocationId": "AllocationId", "PublicIp": "PublicIp"},
    ),
)
register(
    "AWS::EC2::NatGateway",
    ApiResource(
        "ec2",
        "CreateNatGateway",
        "NatGateway.NatGatewayId",
        "DeleteNatGateway",
        lambda physical_id, _: {"NatGatewayId": physical_id},
        ignored=("Tags",),
        attributes={"NatGatewayId": "NatGateway.NatGatewayId"},
    ),
)
