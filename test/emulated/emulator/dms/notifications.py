"""Event subscriptions and tags."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .base import DmsBase
from .things import Thing, fault


class EventSubscription(Thing):
    """A subscription of events."""


_SOURCES = ("replication-instance", "replication-task")


class NotificationActions(DmsBase):
    """The actions for event subscriptions and tags."""

    def create_event_subscription(self) -> ActionResult:
        given = self.given
        name = given.pop("SubscriptionName")
        _check(given)
        given["CustSubscriptionId"] = name
        subscription = EventSubscription(f"arn:aws:dms:{self.region}::es:{name}", given, "active")
        self.store.add(subscription)
        return ActionResult({"EventSubscription": _subscription(subscription)})

    def modify_event_subscription(self) -> ActionResult:
        given = self.given
        subscription = self._subscription(given.pop("SubscriptionName"))
        _check(given)
        subscription.data.update(given)
        return ActionResult({"EventSubscription": _subscription(subscription)})

    def describe_event_subscriptions(self) -> ActionResult:
        name = self.given.get("SubscriptionName")
        found = [self._subscription(name)] if name else self.store.of(EventSubscription)
        return ActionResult({"EventSubscriptionsList": [_subscription(each) for each in found]})

    def delete_event_subscription(self) -> ActionResult:
        subscription = self._subscription(self.given["SubscriptionName"])
        self.store.remove(subscription)
        return ActionResult({"EventSubscription": _subscription(subscription)})

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"TagList": self.store.any(self.given["ResourceArn"]).tags})

    def add_tags_to_resource(self) -> ActionResult:
        thing = self.store.any(self.given["ResourceArn"])
        new = {tag["Key"]: tag for tag in [*thing.tags, *self.given["Tags"]]}
        thing.tags = list(new.values())
        return ActionResult({})

    def remove_tags_from_resource(self) -> ActionResult:
        thing = self.store.any(self.given["ResourceArn"])
        thing.tags = [tag for tag in thing.tags if tag["Key"] not in self.given["TagKeys"]]
        return ActionResult({})

    def _subscription(self, name: str) -> EventSubscription:
        for subscription in self.store.of(EventSubscription):
            if subscription.data["CustSubscriptionId"] == name:
                return subscription
        raise fault("ResourceNotFoundFault", f"Event subscription {name} not found")


def _check(given: dict[str, Any]) -> None:
    source = given.get("SourceType")
    if source is not None and source not in _SOURCES:
        raise fault("InvalidParameterValueException", f"SourceType is {source}: use one of {', '.join(_SOURCES)}")


def _subscription(subscription: EventSubscription) -> dict[str, Any]:
    data = subscription.data
    return {
        "CustSubscriptionId": data["CustSubscriptionId"],
        "SnsTopicArn": data.get("SnsTopicArn"),
        "SourceType": data.get("SourceType"),
        "EventCategoriesList": data.get("EventCategories", []),
        "SourceIdsList": data.get("SourceIds", []),
        "Enabled": data.get("Enabled", True),
        "Status": subscription.status,
    }
