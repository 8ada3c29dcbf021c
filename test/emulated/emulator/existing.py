"""A network that the account had before: its ids are written into templates, so they are given and not made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .cloudformation.provider import client


def create_network(given: dict[str, Any]) -> None:
    """A VPC with subnets in different zones, route tables and security groups."""
    # Loading these takes seconds, and only some tests need them.
    from moto.ec2.models import route_tables, security_groups, subnets, vpcs

    region = given["region"]
    ec2 = client("ec2", region)
    with _identified(vpcs, "random_vpc_id", given["vpc"]):
        ec2.create_vpc(CidrBlock="10.9.0.0/16")
    for index, identifier in enumerate(given.get("subnets", [])):
        zone = f"{region}{'abc'[index % 3]}"
        with _identified(subnets, "random_subnet_id", identifier):
            ec2.create_subnet(VpcId=given["vpc"], CidrBlock=f"10.9.{index}.0/24", AvailabilityZone=zone)
    for identifier in given.get("routeTables", []):
        with _identified(route_tables, "random_route_table_id", identifier):
            ec2.create_route_table(VpcId=given["vpc"])
    for identifier in given.get("securityGroups", []):
        with _identified(security_groups, "random_security_group_id", identifier):
            ec2.create_security_group(GroupName=identifier, Description="was there before", VpcId=given["vpc"])


@contextmanager
def _identified(module: Any, maker: str, identifier: str) -> Iterator[None]:
    """Lets moto take an id instead of making one up."""
    original = getattr(module, maker)
    setattr(module, maker, lambda: identifier)
    try:
        yield
    finally:
        setattr(module, maker, original)
