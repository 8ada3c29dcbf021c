"""Endpoints and certificates."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .base import DmsBase, answer
from .connections import Connection
from .replications import AT_REST, ReplicationConfig
from .tasks import ReplicationTask
from .things import Thing, chosen, fault, new_arn, wrong_state


class Endpoint(Thing):
    """A source or a target."""


class Certificate(Thing):
    """A certificate of an endpoint."""


class EndpointActions(DmsBase):
    """The actions for endpoints and certificates."""

    def create_endpoint(self) -> ActionResult:
        given = self.given
        given["EndpointIdentifier"] = given["EndpointIdentifier"].lower()
        self._check(given, given["EngineName"])
        endpoint = Endpoint(new_arn(self.region, "endpoint", given.pop("ResourceIdentifier", None)), given, "active")
        self.store.add(endpoint)
        return ActionResult({"Endpoint": _endpoint(endpoint)})

    def describe_endpoints(self) -> ActionResult:
        names = {
            "endpoint-arn": "",
            "endpoint-id": "EndpointIdentifier",
            "endpoint-type": "EndpointType",
            "engine-name": "EngineName",
        }
        return ActionResult({"Endpoints": [_endpoint(each) for each in self.looked_at(Endpoint, names)]})

    def modify_endpoint(self) -> ActionResult:
        given = self.given
        endpoint = self.store.get(Endpoint, given.pop("EndpointArn"))
        for user in [*self._tasks_with(endpoint), *self._replications_with(endpoint)]:
            if user.status not in AT_REST:
                raise wrong_state(f"Endpoint {endpoint.arn} cannot be modified while {user.arn} is {user.status}")
        exact = given.pop("ExactSettings", False)
        self._check(given, given.get("EngineName", endpoint.data["EngineName"]))
        for member, value in given.items():
            before = endpoint.data.get(member)
            merges = isinstance(value, dict) and isinstance(before, dict) and not exact
            endpoint.data[member] = {**before, **value} if merges and before is not None else value
        endpoint.status = "active"
        return ActionResult({"Endpoint": _endpoint(endpoint)})

    def delete_endpoint(self) -> ActionResult:
        endpoint = self.store.get(Endpoint, self.given["EndpointArn"])
        if self._tasks_with(endpoint) or self._replications_with(endpoint):
            raise wrong_state(f"Endpoint {endpoint.arn} is part of one or more ReplicationTasks")
        for connection in self.store.of(Connection):
            if connection.data["EndpointArn"] == endpoint.arn:
                self.store.remove(connection)
        endpoint.go("deleting", then=lambda: self.store.remove(endpoint))
        return ActionResult({"Endpoint": _endpoint(endpoint)})

    def import_certificate(self) -> ActionResult:
        given = self.given
        if "CertificatePem" not in given and "CertificateWallet" not in given:
            raise fault("InvalidCertificateFault", "A certificate needs CertificatePem or CertificateWallet")
        certificate = Certificate(new_arn(self.region, "cert", None), given, "imported")
        self.store.add(certificate)
        return ActionResult({"Certificate": answer(given, CertificateArn=certificate.arn)})

    def describe_certificates(self) -> ActionResult:
        names = {"certificate-arn": "", "certificate-id": "CertificateIdentifier"}
        found = chosen(self.store.of(Certificate), self.given.get("Filters"), names)
        return ActionResult({"Certificates": [answer(each.data, CertificateArn=each.arn) for each in found]})

    def delete_certificate(self) -> ActionResult:
        certificate = self.store.get(Certificate, self.given["CertificateArn"])
        if any(each.data.get("CertificateArn") == certificate.arn for each in self.store.of(Endpoint)):
            raise wrong_state(f"Certificate {certificate.arn} is used by an endpoint")
        self.store.remove(certificate)
        return ActionResult({"Certificate": answer(certificate.data, CertificateArn=certificate.arn)})

    def _check(self, given: dict[str, Any], engine: str) -> None:
        if engine not in _ENGINES:
            raise fault("InvalidParameterValueException", f"Unsupported engine {engine}: use {', '.join(_ENGINES)}")
        if "CertificateArn" in given:
            self.store.get(Certificate, given["CertificateArn"])
        if engine == "s3" and not given.get("S3Settings", {"ServiceAccessRoleArn": 1}).get("ServiceAccessRoleArn"):
            raise fault("InvalidParameterValueException", "S3Settings.ServiceAccessRoleArn is missing")

    def _tasks_with(self, endpoint: Endpoint) -> list[ReplicationTask]:
        ends = ("SourceEndpointArn", "TargetEndpointArn")
        return [each for each in self.store.of(ReplicationTask) if endpoint.arn in [each.data[end] for end in ends]]

    def _replications_with(self, endpoint: Endpoint) -> list[ReplicationConfig]:
        ends = ("SourceEndpointArn", "TargetEndpointArn")
        return [each for each in self.store.of(ReplicationConfig) if endpoint.arn in [each.data[end] for end in ends]]


_ENGINES = (
    "mysql",
    "oracle",
    "postgres",
    "mariadb",
    "aurora",
    "aurora-postgresql",
    "opensearch",
    "redshift",
    "redshift-serverless",
    "s3",
    "db2",
    "db2-zos",
    "azuredb",
    "sybase",
    "dynamodb",
    "mongodb",
    "kinesis",
    "kafka",
    "elasticsearch",
    "docdb",
    "sqlserver",
    "neptune",
    "babelfish",
    "redis",
    "aurora-serverless",
    "aurora-postgresql-serverless",
    "gcp-mysql",
    "azure-sql-managed-instance",
)


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    external = endpoint.arn.rsplit(":", 1)[-1].lower()
    return answer(endpoint.data, EndpointArn=endpoint.arn, Status=endpoint.status, ExternalId=external)
