"""AWS::Logs::* and AWS::CloudWatch::*: what is seen."""

from __future__ import annotations

from ..cloudformation.provider import Context, Made, Provider, client
from ..settings import ACCOUNT
from .api_resource import ApiResource, Parameters, Passive, register


class _LogGroup(Provider):
    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get("LogGroupName") or context.name(512)
        key = {"kmsKeyId": properties["KmsKeyId"]} if "KmsKeyId" in properties else {}
        client("logs", context.region).create_log_group(logGroupName=name, **key)
        self._keep(context, name, properties)
        return Made(name, {"Arn": f"arn:aws:logs:{context.region}:{ACCOUNT}:log-group:{name}:*"})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        self._keep(context, physical_id, after)
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("logs", context.region).delete_log_group(logGroupName=physical_id)

    @staticmethod
    def _keep(context: Context, name: str, properties: Parameters) -> None:
        if "RetentionInDays" in properties:
            wanted = {"logGroupName": name, "retentionInDays": properties["RetentionInDays"]}
            context.call("logs", "PutRetentionPolicy", wanted)


class _Alarm(Provider):
    def __init__(self, action: str) -> None:
        self._action = action

    def create(self, context: Context, properties: Parameters) -> Made:
        name = properties.get("AlarmName") or context.name(255)
        context.call("cloudwatch", self._action, {**properties, "AlarmName": name})
        return Made(name, {"Arn": f"arn:aws:cloudwatch:{context.region}:{ACCOUNT}:alarm:{name}"})

    def update(self, context: Context, physical_id: str, before: Parameters, after: Parameters) -> Made | None:
        context.call("cloudwatch", self._action, {**after, "AlarmName": physical_id})
        return None

    def delete(self, context: Context, physical_id: str, properties: Parameters) -> None:
        client("cloudwatch", context.region).delete_alarms(AlarmNames=[physical_id])


register("AWS::Logs::LogGroup", _LogGroup())
register(
    "AWS::Logs::MetricFilter",
    ApiResource(
        "logs",
        "PutMetricFilter",
        "filterName",
        "DeleteMetricFilter",
        lambda physical_id, properties: {"logGroupName": properties["LogGroupName"], "filterName": physical_id},
        renamed={"FilterName": "filterName"},
        name=("filterName", 512),
        update_action="PutMetricFilter",
        update_with=lambda physical_id, wanted: {**wanted, "filterName": physical_id},
    ),
)
register("AWS::Logs::ResourcePolicy", Passive())
register("AWS::Logs::QueryDefinition", Passive(attributes={"QueryDefinitionId": "{id}"}))
register("AWS::CloudWatch::Alarm", _Alarm("PutMetricAlarm"))
register(
    "AWS::CloudWatch::CompositeAlarm", Passive(attributes={"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{id}"})
)
register(
    "AWS::CloudWatch::Dashboard",
    ApiResource(
        "cloudwatch",
        "PutDashboard",
        "DashboardName",
        "DeleteDashboards",
        lambda physical_id, _: {"DashboardNames": [physical_id]},
        name=("DashboardName", 255),
        update_action="PutDashboard",
        update_with=lambda physical_id, wanted: {**wanted, "DashboardName": physical_id},
    ),
)
