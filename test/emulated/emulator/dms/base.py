"""What the actions of DMS have in common."""

from __future__ import annotations

from typing import Any, TypeVar

from moto.core.responses import TYPE_RESPONSE, ActionResult, BaseResponse

from ..shapes import BadParameters, check
from .store import STORES, Store
from .things import Thing, chosen, fault

T = TypeVar("T", bound=Thing)


class DmsBase(BaseResponse):
    """One request to DMS. moto reads the parameters and writes the answer by the model of the SDK."""

    PROTOCOL_PARSER_MAP_TYPE = dict

    def __init__(self) -> None:
        super().__init__(service_name="dms")
        self.automated_parameter_parsing = True

    @property
    def store(self) -> Store:
        """The resources of the region."""
        return STORES[self.region]

    @property
    def given(self) -> dict[str, Any]:
        """The parameters, to change at will."""
        return dict(self.params)

    def call_action(self) -> TYPE_RESPONSE:
        """Refuses wrong parameters before anything else. One action at a time."""
        with self.store.lock:
            try:
                check("dms", self._get_action(), dict(self.params))
            except BadParameters as problem:
                return self.serialized(ActionResult(fault("InvalidParameterValueException", str(problem))))
            return super().call_action()

    def looked_at(self, kind: type[T], names: dict[str, str]) -> list[T]:
        """The resources that the filters of the request choose, one look further. DMS says so when there are none."""
        things = chosen(self.store.of(kind), self.given.get("Filters"), names)
        for thing in things:
            thing.look()
        left = [thing for thing in things if thing in self.store.of(kind)]
        if not left and self.given.get("Filters"):
            raise fault("ResourceNotFoundFault", f"No {kind.__name__} found matching the filter criteria")
        return left


def answer(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the API shows: no secrets."""
    shown = {key: value for key, value in data.items() if key not in ("Password", "CertificatePem")}
    return {**shown, **more}
