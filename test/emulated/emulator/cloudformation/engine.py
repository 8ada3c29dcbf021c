"""Creates, updates, rolls back and deletes stacks, in the order of CloudFormation."""

from __future__ import annotations

import copy
import traceback
from dataclasses import replace
from typing import Any

from . import schemas
from .custom import CustomResource
from .provider import PROVIDERS, Context, Made, Provider, ResourceFailed
from .stack import Definition, Resource, Stack
from .template import Resolver, TemplateError, needs_of, order_of
from .values import resolver_for, with_secrets

_CUSTOM = CustomResource()
_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def is_custom(kind: str) -> bool:
    """Whether a function makes the resources of a type."""
    return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"


def provider_of(kind: str) -> Provider | None:
    """What makes the resources of a type; nothing if the emulator cannot."""
    return _CUSTOM if is_custom(kind) else PROVIDERS.get(kind)


class Engine:
    """One operation on one stack."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    # ---- operations ----

    def create(self, roll_back: bool) -> None:
        """Makes everything. What was made is deleted again if something fails."""
        stack = self._stack
        for name in self._order(stack.definition):
            failure = self._create(name, self._resolver(stack.definition))
            if failure is None:
                continue
            if not roll_back:
                stack.become("CREATE_FAILED", f"The following resource(s) failed to create: [{name}]. ")
                return
            reason = f"The following resource(s) failed to create: [{name}]. Rollback requested by user."
            stack.become("ROLLBACK_IN_PROGRESS", reason)
            failed = self._delete_all(list(reversed(self._order(stack.definition))), created_now=True)
            stack.become("ROLLBACK_FAILED" if failed else "ROLLBACK_COMPLETE", failed)
            return
        self._finish("CREATE_COMPLETE", stack.definition)

    def update(self, definition: Definition) -> None:
        """Changes what differs. If something fails, all that was reached is put back."""
        stack = self._stack
        before = stack.definition
        resources = copy.deepcopy(stack.resources)
        stack.definition = definition
        replaced: dict[str, Resource] = {}
        reached: set[str] = set()
        for name in self._order(definition):
            failure = self._bring_up(name, definition, reached, replaced)
            if failure is not None:
                reason = f"The following resource(s) failed to update: [{name}]. "
                self._roll_back(before, definition, resources, reached, replaced, reason)
                return
        stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        kept = set(self._order(definition))
        for name in reversed(self._order(before)):
            if name in replaced:
                self._clean_up(replaced[name], replaced[name].replace_policy)
            elif name not in kept and name in stack.resources:
                self._clean_up(stack.resources[name], stack.resources[name].deletion_policy)
                del stack.resources[name]
        self._finish("UPDATE_COMPLETE", definition)

    def delete(self) -> None:
        """Deletes everything, unless its policy keeps it."""
        failed = self._delete_all(list(reversed(self._order(self._stack.definition))))
        if failed:
            self._stack.become("DELETE_FAILED", failed)
            return
        self._stack.become("DELETE_COMPLETE")

    # ---- steps ----

    def _bring_up(
        self, name: str, definition: Definition, reached: set[str], replaced: dict[str, Resource]
    ) -> str | None:
        """Brings one resource to its definition. Returns why that failed."""
        resolver = self._resolver(definition)
        resource = self._stack.resources.get(name)
        if resource is None:
            reached.add(name)
            return self._create(name, resolver)
        entry = definition.template["Resources"][name]
        resource.deletion_policy = entry.get("DeletionPolicy", "Delete")
        resource.replace_policy = entry.get("UpdateReplacePolicy", "Delete")
        try:
            properties = resolver.resolve(entry.get("Properties", {}))
            if entry["Type"] != resource.kind:
                raise TemplateError(f"Update of resource type is not permitted: {name} is {resource.kind}")
        except Exception as error:  # noqa: BLE001 - whatever goes wrong fails the resource
            return self._failed(resource, "UPDATE_FAILED", error)
        if properties == resource.properties:
            return None
        reached.add(name)
        if not is_custom(resource.kind) and schemas.replaces(resource.kind, resource.properties, properties):
            replaced[name] = copy.copy(resource)
            self._stack.show(resource, "UPDATE_IN_PROGRESS", _REPLACING)
            fresh = replace(resource, physical_id="")
            self._stack.resources[name] = fresh
            failure = self._make(fresh, properties, "UPDATE")
            if failure is not None and fresh.physical_id == "":
                # Nothing was made: what was there is still what there is.
                self._stack.resources[name] = replaced.pop(name)
                self._stack.resources[name].status = "UPDATE_FAILED"
            return failure
        self._stack.show(resource, "UPDATE_IN_PROGRESS")
        old = copy.copy(resource)
        failure = self._change(resource, properties)
        if resource.physical_id != old.physical_id:
            replaced[name] = old
        return failure

    def _roll_back(
        self,
        before: Definition,
        failed: Definition,
        resources: dict[str, Resource],
        reached: set[str],
        replaced: dict[str, Resource],
        reason: str,
    ) -> None:
        """Puts back what was reached, in the order of the old template; then deletes what the update made."""
        stack = self._stack
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        surplus: dict[str, Resource] = {}
        for name in self._order(before):
            if name not in reached or name not in resources:
                continue
            resource = stack.resources[name]
            if name in replaced and not is_custom(resource.kind):
                surplus[name] = resource
                stack.resources[name] = replaced[name]
                stack.show(stack.resources[name], "UPDATE_COMPLETE")
                continue
            stack.show(resource, "UPDATE_IN_PROGRESS")
            old = copy.copy(resource)
            properties = self._resolver(before).resolve(before.template["Resources"][name].get("Properties", {}))
            failure = self._change(resource, properties)
            if failure is not None:
                stack.become("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{name}]. ")
                return
            if resource.physical_id != old.physical_id:
                surplus[name] = old
        stack.become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for name in reversed(self._order(failed)):
            if name in surplus:
                self._clean_up(surplus[name], "Delete")
            elif name not in resources and name in stack.resources:
                self._clean_up(stack.resources.pop(name), "Delete")
        stack.definition = before
        for name, resource in stack.resources.items():
            resource.deletion_policy = resources[name].deletion_policy
            resource.replace_policy = resources[name].replace_policy
        self._finish("UPDATE_ROLLBACK_COMPLETE", before)

    def _create(self, name: str, resolver: Resolver) -> str | None:
        entry = self._stack.definition.template["Resources"][name]
        resource = Resource(
            name,
            entry["Type"],
            deletion_policy=entry.get("DeletionPolicy", "Delete"),
            replace_policy=entry.get("UpdateReplacePolicy", "Delete"),
        )
        self._stack.resources[name] = resource
        self._stack.show(resource, "CREATE_IN_PROGRESS")
        try:
            properties = resolver.resolve(entry.get("Properties", {}))
        except Exception as error:  # noqa: BLE001
            return self._failed(resource, "CREATE_FAILED", error)
        return self._make(resource, properties, "CREATE")

    def _make(self, resource: Resource, properties: dict[str, Any], what: str) -> str | None:
        """Makes the physical resource."""
        try:
            self._check(resource.kind, properties)
            made = self._provider(resource).create(
                self._context(resource), with_secrets(self._stack.region, properties)
            )
        except Exception as error:  # noqa: BLE001
            if isinstance(error, ResourceFailed):
                resource.physical_id, resource.properties = error.physical_id, properties
            return self._failed(resource, f"{what}_FAILED", error)
        resource.physical_id, resource.attributes, resource.properties = made.physical_id, made.attributes, properties
        self._stack.show(resource, f"{what}_COMPLETE")
        return None

    def _change(self, resource: Resource, properties: dict[str, Any]) -> str | None:
        """Changes the physical resource in place. A custom resource may become another one by it."""
        before = resource.properties
        # What was tried last is what a rollback comes from, whether it worked or not.
        resource.properties = properties
        try:
            self._check(resource.kind, properties)
            made: Made | None = self._provider(resource).update(
                self._context(resource),
                resource.physical_id,
                with_secrets(self._stack.region, before),
                with_secrets(self._stack.region, properties),
            )
        except Exception as error:  # noqa: BLE001
            return self._failed(resource, "UPDATE_FAILED", error)
        if made is not None:
            resource.physical_id, resource.attributes = made.physical_id, made.attributes
        self._stack.show(resource, "UPDATE_COMPLETE")
        return None

    def _clean_up(self, resource: Resource, policy: str) -> None:
        """Deletes what is not needed any more. The operation has succeeded, whatever comes of it."""
        self._delete(copy.copy(resource), policy)

    def _delete_all(self, names: list[str], created_now: bool = False) -> str:
        """Deletes resources one after another. Returns which of them could not be deleted."""
        failed: list[str] = []
        # What something needs that could not be deleted, directly or not, stays.
        needed: set[str] = set()
        for name in names:
            resource = self._stack.resources.get(name)
            if resource is None or resource.status == "DELETE_COMPLETE":
                continue
            if name in needed:
                needed |= self._needs(name)
                continue
            policy = resource.deletion_policy
            if created_now and policy == "RetainExceptOnCreate":
                policy = "Delete"
            if self._delete(resource, policy) is not None:
                failed.append(name)
                needed |= self._needs(name)
        return f"The following resource(s) failed to delete: [{', '.join(failed)}]. " if failed else ""

    def _needs(self, name: str) -> set[str]:
        resources = self._stack.definition.template["Resources"]
        return needs_of(name, resources[name], resources)

    def _delete(self, resource: Resource, policy: str) -> str | None:
        if policy in ("Retain", "RetainExceptOnCreate"):
            self._stack.show(resource, "DELETE_SKIPPED")
            return None
        self._stack.show(resource, "DELETE_IN_PROGRESS")
        if resource.physical_id != "":
            try:
                self._provider(resource).delete(
                    self._context(resource), resource.physical_id, with_secrets(self._stack.region, resource.properties)
                )
            except Exception as error:  # noqa: BLE001
                return self._failed(resource, "DELETE_FAILED", error)
        self._stack.show(resource, "DELETE_COMPLETE")
        return None

    # ---- help ----

    def _finish(self, status: str, definition: Definition) -> None:
        try:
            self._stack.outputs = self._outputs(definition)
        except TemplateError as error:
            self._stack.become(status.replace("COMPLETE", "FAILED"), str(error))
            return
        self._stack.become(status)

    def _outputs(self, definition: Definition) -> dict[str, dict[str, Any]]:
        resolver = self._resolver(definition)
        outputs = {}
        for name, entry in definition.template.get("Outputs", {}).items():
            if "Condition" in entry and not resolver.condition(entry["Condition"]):
                continue
            export = entry.get("Export", {}).get("Name")
            outputs[name] = {
                "OutputKey": name,
                "OutputValue": resolver.resolve(entry["Value"]),
                "Description": entry.get("Description"),
                "ExportName": resolver.resolve(export) if export is not None else None,
            }
        return outputs

    def _order(self, definition: Definition) -> list[str]:
        resolver = self._resolver(definition)
        entries = {
            name: entry
            for name, entry in definition.template["Resources"].items()
            if "Condition" not in entry or resolver.condition(entry["Condition"])
        }
        return order_of(entries)

    def _resolver(self, definition: Definition) -> Resolver:
        return resolver_for(self._stack, definition)

    def _context(self, resource: Resource) -> Context:
        stack = self._stack
        return Context(stack.region, stack.stack_id, stack.name, resource.logical_id, resource.kind)

    def _provider(self, resource: Resource) -> Provider:
        provider = provider_of(resource.kind)
        if provider is None:
            raise TemplateError(f"Unrecognized resource type {resource.kind}")
        return provider

    def _check(self, kind: str, properties: dict[str, Any]) -> None:
        found = [] if is_custom(kind) else schemas.problems(kind, properties)
        if found:
            raise TemplateError("; ".join(found))

    def _failed(self, resource: Resource, status: str, error: Exception) -> str:
        if isinstance(error, (KeyError, AttributeError, TypeError, IndexError)):
            traceback.print_exception(error)  # most probably a mistake of the emulator
        reason = str(error) or repr(error)
        self._stack.show(resource, status, reason)
        return reason
