"""Connections from an instance to an endpoint, and their tests."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .base import DmsBase
from .things import Thing, chosen, wrong_state


class Connection(Thing):
    """A connection that was tested at least once."""

    failure: str | None = None


def connection_arn(instance: str, endpoint: str) -> str:
    """Connections have no ARN: this is what the store knows them by."""
    return f"{instance}->{endpoint}"


class ConnectionActions(DmsBase):
    """The actions for connections."""

    def test_connection(self) -> ActionResult:
        from .endpoints import Endpoint
        from .instances import ReplicationInstance

        given = self.given
        instance = self.store.get(ReplicationInstance, given["ReplicationInstanceArn"])
        endpoint = self.store.get(Endpoint, given["EndpointArn"])
        if instance.status != "available":
            raise wrong_state(f"Replication Instance {instance.arn} is {instance.status}: it has to be available")
        connection = self._connection(instance.arn, endpoint.arn)
        if connection.status == "testing":
            raise wrong_state(f"The connection from {instance.arn} to {endpoint.arn} is already being tested")
        failure = self.store.unreachable.get(endpoint.arn)
        connection.failure = None

        def tested() -> None:
            connection.failure = failure

        connection.go("testing", "successful" if failure is None else "failed", then=tested)
        return ActionResult({"Connection": _connection(connection)})

    def describe_connections(self) -> ActionResult:
        names = {"endpoint-arn": "EndpointArn", "replication-instance-arn": "ReplicationInstanceArn"}
        connections = chosen(self.store.of(Connection), self.given.get("Filters"), names)
        for connection in connections:
            connection.look()
        return ActionResult({"Connections": [_connection(connection) for connection in connections]})

    def delete_connection(self) -> ActionResult:
        given = self.given
        arn = connection_arn(given["ReplicationInstanceArn"], given["EndpointArn"])
        connection = self.store.get(Connection, arn)
        self.store.remove(connection)
        return ActionResult({"Connection": {**_connection(connection), "Status": "deleting"}})

    def _connection(self, instance: str, endpoint: str) -> Connection:
        arn = connection_arn(instance, endpoint)
        for connection in self.store.of(Connection):
            if connection.arn == arn:
                return connection
        connection = Connection(arn, {"ReplicationInstanceArn": instance, "EndpointArn": endpoint}, "new")
        self.store.add(connection)
        return connection


def _connection(connection: Connection) -> dict[str, Any]:
    return {**connection.data, "Status": connection.status, "LastFailureMessage": connection.failure}
