"""AWS::S3::*: buckets, which are deleted only when they are empty."""

from __future__ import annotations

import json

from ..cloudformation.provider import Context, Made, Provider, client
from .api_resource import Parameters, register


class _Bucket(Provider):
    """A bucket. How it is encrypted, kept and logged is remembered with its properties."""

    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get("BucketName") or context.name(63, lower=True)
        place = {} if context.region == "us-east-1" else {"LocationConstraint": context.region}
        more = {"CreateBucketConfiguration": place} if place else {}
        s3 = client("s3", context.region)
        s3.create_bucket(Bucket=name, **more)
        status = properties.get("VersioningConfiguration", {}).get("Status")
        if status is not None:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
        domain = f"{name}.s3.amazonaws.com"
        attributes = {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": domain,
            "RegionalDomainName": f"{name}.s3.{context.region}.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{context.region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website.{context.region}.amazonaws.com",
        }
        return Made(name, attributes)

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        status = after.get("VersioningConfiguration", {}).get("Status", "Suspended")
        if before.get("VersioningConfiguration") != after.get("VersioningConfiguration"):
            client("s3", context.region).put_bucket_versioning(
                Bucket=physical_id, VersioningConfiguration={"Status": status}
            )
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("s3", context.region).delete_bucket(Bucket=physical_id)


class _BucketPolicy(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        self._put(context, properties)
        return Made(properties["Bucket"])

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        self._put(context, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("s3", context.region).delete_bucket_policy(Bucket=properties["Bucket"])

    @staticmethod
    def _put(context: Context, properties: Parameters) -> None:
        client("s3", context.region).put_bucket_policy(
            Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"])
        )


register("AWS::S3::Bucket", _Bucket())
register("AWS::S3::BucketPolicy", _BucketPolicy())
