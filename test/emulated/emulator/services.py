"""Which application answers for a service: one that is made here, or moto's."""

from __future__ import annotations

from typing import Any

from flask import Flask
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import create_backend_app

from .cloudformation.api import CloudFormationApi
from .dms.api import DmsApi

# moto's DMS has 17 of 119 actions, and tasks that run at once; its CloudFormation skips types that it does not know,
# works in no dependable order and rolls nothing back.
_OWN: dict[str, Any] = {"cloudformation": CloudFormationApi, "dms": DmsApi}


def application_for(service: Any) -> Flask:
    """What moto's dispatcher passes the requests of a service to."""
    api = _OWN.get(service)
    if api is None:
        return create_backend_app(service)
    application = Flask(service)
    view = convert_to_flask_response(api.dispatch)
    application.add_url_rule("/", endpoint="api", methods=["POST"], view_func=view)
    return application
