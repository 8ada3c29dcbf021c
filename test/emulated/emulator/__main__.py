"""Starts the emulator. Prints one line of JSON when it serves, and ends with its standard input."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import Any

from .settings import SETTINGS


def main() -> None:
    """Serves until its standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--node", required=True, help="the Node that runs the functions")
    parser.add_argument("--node-modules", required=True, help="where the functions find the SDK")
    parser.add_argument("--folder", required=True, type=Path, help="a folder for code and logs")
    parser.add_argument("--regions", required=True, help="the regions that are bootstrapped, with commas between them")
    given = parser.parse_args()
    SETTINGS.node, SETTINGS.node_modules, SETTINGS.folder = given.node, given.node_modules, given.folder
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, _late, threaded=True)
    SETTINGS.port = server.server_port
    # moto's state machines call functions there.
    os.environ["MOTO_PORT"] = str(SETTINGS.port)
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

    _start()
    threading.Thread(target=server.serve_forever, daemon=True).start()

    from .bootstrap import bootstrap

    bootstrap(given.regions.split(","))
    print(json.dumps({"port": SETTINGS.port, "pid": os.getpid()}), flush=True)
    sys.stdin.read()

    from .lambdas import ENVIRONMENTS

    ENVIRONMENTS.end()
    # Threads of operations that nobody waits for any more must not hold it back.
    os._exit(0)


_application: list[Any] = []


def _late(environ: dict[str, Any], start_response: Any) -> Any:
    return _application[0](environ, start_response)


def _start() -> None:
    """Loads moto, which reads its settings when it is imported."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    from . import moto_changes, providers  # noqa: F401 - the latter fills the list of resource types
    from .control import control
    from .gateway import Gateway
    from .services import application_for

    moto_changes.apply()
    _application.append(Gateway(DomainDispatcherApplication(application_for), control))


if __name__ == "__main__":
    main()
