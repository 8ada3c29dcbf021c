"""What `cdk bootstrap` leaves in an account: `cdk deploy` looks for it."""

from __future__ import annotations

from .cloudformation.provider import client
from .settings import ACCOUNT

_QUALIFIER = "hnb659fds"
_VERSION = "30"


def bootstrap(regions: list[str]) -> None:
    """The bucket of assets and the version of the bootstrap stack. Roles can be assumed without being there."""
    for region in regions:
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client("s3", region).create_bucket(Bucket=f"cdk-{_QUALIFIER}-assets-{ACCOUNT}-{region}", **place)
        client("ssm", region).put_parameter(Name=f"/cdk-bootstrap/{_QUALIFIER}/version", Value=_VERSION, Type="String")
