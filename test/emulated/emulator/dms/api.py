"""All actions of DMS."""

from __future__ import annotations

from .connections import ConnectionActions
from .endpoints import EndpointActions
from .instances import InstanceActions
from .notifications import NotificationActions
from .replications import ReplicationActions
from .tasks import TaskActions


class DmsApi(
    InstanceActions,
    EndpointActions,
    ConnectionActions,
    TaskActions,
    ReplicationActions,
    NotificationActions,
):
    """What moto dispatches requests to. An action that is not here is answered with an error."""
