"""AWS::SNS::*, AWS::SQS::*, AWS::Events::* and AWS::Scheduler::*: who is told."""

from __future__ import annotations

import json

from ..cloudformation.provider import Context, Made, Provider, client
from .api_resource import ApiResource, Parameters, Passive, register


class _Topic(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get("TopicName") or context.name(256)
        names = ("KmsMasterKeyId", "DisplayName")
        attributes = {key: str(properties[key]) for key in names if key in properties}
        arn = client("sns", context.region).create_topic(Name=name, Attributes=attributes)["TopicArn"]
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        for key in ("KmsMasterKeyId", "DisplayName"):
            if key in after:
                client("sns", context.region).set_topic_attributes(
                    TopicArn=physical_id, AttributeName=key, AttributeValue=str(after[key])
                )
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("sns", context.region).delete_topic(TopicArn=physical_id)


class _TopicPolicy(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        for topic in properties["Topics"]:
            client("sns", context.region).set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(properties["PolicyDocument"])
            )
        return Made(context.name(), {"Id": context.logical_id})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        self.create(context, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        return None  # a topic always has one; it goes with the topic


class _Queue(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get("QueueName") or context.name(80)
        sqs = client("sqs", context.region)
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return Made(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("sqs", context.region).delete_queue(QueueUrl=physical_id)


class _Rule(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get("Name") or context.name(64)
        arn = self._put(context, name, properties)
        return Made(name, {"Arn": arn})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        kept = {target["Id"] for target in after.get("Targets", [])}
        surplus = [target["Id"] for target in before.get("Targets", []) if target["Id"] not in kept]
        if surplus:
            client("events", context.region).remove_targets(Rule=physical_id, Ids=surplus)
        self._put(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        events = client("events", context.region)
        targets = [target["Id"] for target in properties.get("Targets", [])]
        if targets:
            events.remove_targets(Rule=physical_id, Ids=targets)
        events.delete_rule(Name=physical_id)

    @staticmethod
    def _put(context: Context, name: str, properties: Parameters) -> str:
        wanted = {key: value for key, value in properties.items() if key not in ("Targets", "Tags")}
        if "EventPattern" in wanted:
            wanted["EventPattern"] = json.dumps(wanted["EventPattern"])
        arn = context.call("events", "PutRule", {**wanted, "Name": name})["RuleArn"]
        if properties.get("Targets"):
            context.call("events", "PutTargets", {"Rule": name, "Targets": properties["Targets"]})
        return str(arn)


register("AWS::SNS::Topic", _Topic())
register("AWS::SNS::TopicPolicy", _TopicPolicy())
register(
    "AWS::SNS::Subscription",
    ApiResource(
        "sns",
        "Subscribe",
        "SubscriptionArn",
        "Unsubscribe",
        lambda physical_id, _: {"SubscriptionArn": physical_id},
        attributes={"Arn": "SubscriptionArn"},
        adjust=lambda _, wanted: {**wanted, "ReturnSubscriptionArn": True},
    ),
)
register("AWS::SQS::Queue", _Queue())
register("AWS::SQS::QueuePolicy", Passive(attributes={"Id": "{id}"}))
register("AWS::Events::Rule", _Rule())
register(
    "AWS::Scheduler::Schedule",
    Passive(attributes={"Arn": "arn:aws:scheduler:{region}:{account}:schedule/default/{id}"}),
)
