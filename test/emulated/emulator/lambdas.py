"""Runs the functions: each in a Node process, which stays warm for the next invocation."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import queue
import subprocess
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from .callers import key_for_function
from .clock import CLOCK
from .gateway import HOLDS
from .settings import SETTINGS

RESPONSE_HOST = "cloudformation-custom-resource-response.emulated"

_RUNTIME = Path(__file__).with_name("lambda-runtime.js")
# A request that the emulator holds has had its chance to time out in the function after this.
_REAL_SECONDS_WITHOUT_ANSWER = 6.0
# Longer than any honest invocation here, on a slow machine too.
_REAL_SECONDS_AT_MOST = 60.0
_WARM_AT_MOST = 16


@dataclass(frozen=True)
class FunctionSpec:
    """What a process is started with. Another code or configuration needs another process."""

    arn: str
    name: str
    role: str
    region: str
    handler: str
    timeout: int
    memory: int
    code: str
    environment: tuple[tuple[str, str], ...]


class Environment:
    """A Node process with the code of one function."""

    def __init__(self, spec: FunctionSpec) -> None:
        self.spec = spec
        self.key = key_for_function(spec.name, spec.role)
        read_end, write_end = os.pipe()
        self._log = open(SETTINGS.folder / "functions.log", "ab")  # noqa: SIM115
        self._process = subprocess.Popen(
            [SETTINGS.node, str(_RUNTIME)],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=(write_end,),
            env=_variables(spec, self.key, write_end),
            cwd=spec.code,
        )
        os.close(write_end)
        self._answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, args=(os.fdopen(read_end),), daemon=True).start()

    def _read(self, answers: IO[str]) -> None:
        with answers:
            for line in answers:
                self._answers.put(line)
        self._answers.put("")

    def invoke(self, event: Any) -> dict[str, Any]:
        """The answer of the handler: `{"result": …}` or `{"error": …}`."""
        request = {"requestId": str(uuid4()), "event": event, "now": CLOCK.now() * 1000}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        began = time.monotonic()
        while True:
            try:
                line = self._answers.get(timeout=0.2)
            except queue.Empty:
                spent = time.monotonic() - began
                in_vain = HOLDS.holds(self.key) and spent > _REAL_SECONDS_WITHOUT_ANSWER
                if in_vain or spent > _REAL_SECONDS_AT_MOST:
                    return self._time_out(request["requestId"])
                continue
            if line == "":
                return _failure("Runtime.ExitError", f"RequestId: {request['requestId']} Error: Runtime exited")
            answer: dict[str, Any] = json.loads(line)
            CLOCK.advance_to(answer.pop("now") / 1000)
            return answer

    def _time_out(self, request_id: str) -> dict[str, Any]:
        self.end()
        CLOCK.advance_to(CLOCK.now() + self.spec.timeout)
        message = f"RequestId: {request_id} Error: Task timed out after {self.spec.timeout}.00 seconds"
        return _failure("Sandbox.Timedout", message)

    @property
    def alive(self) -> bool:
        """Whether it can take another event."""
        return self._process.poll() is None

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._log.close()
        HOLDS.release(self.key)


def _failure(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"errorType": kind, "errorMessage": message, "trace": []}}


def _variables(spec: FunctionSpec, key: str, answers: int) -> dict[str, str]:
    return {
        **dict(spec.environment),
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(SETTINGS.folder),
        "AWS_REGION": spec.region,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL": SETTINGS.url,
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "LAMBDA_TASK_ROOT": spec.code,
        "_HANDLER": spec.handler,
        "NODE_PATH": SETTINGS.node_modules,
        "EMULATOR_ANSWERS": str(answers),
        "EMULATOR_FUNCTION_ARN": spec.arn,
        "EMULATOR_RESPONSE_HOST": RESPONSE_HOST,
        "EMULATOR_TIMEOUT": str(spec.timeout),
    }


class Environments:
    """The warm processes."""

    def __init__(self) -> None:
        self._idle: list[Environment] = []
        self._busy: set[Environment] = set()
        self._lock = threading.Lock()

    def invoke(self, spec: FunctionSpec, event: Any) -> dict[str, Any]:
        """Runs a function in a warm process, or in a new one."""
        environment = self._take(spec) or Environment(spec)
        with self._lock:
            self._busy.add(environment)
        try:
            return environment.invoke(event)
        finally:
            with self._lock:
                self._busy.discard(environment)
                if environment.alive:
                    self._idle.append(environment)
                surplus = self._idle[:-_WARM_AT_MOST]
                del self._idle[:-_WARM_AT_MOST]
            for environment in surplus:
                environment.end()

    @property
    def busy(self) -> bool:
        """Whether a function runs at this moment."""
        return len(self._busy) > 0

    def _take(self, spec: FunctionSpec) -> Environment | None:
        with self._lock:
            for environment in reversed(self._idle):
                if environment.spec == spec and environment.alive:
                    self._idle.remove(environment)
                    return environment
        return None

    def end(self) -> None:
        """Ends all of them."""
        with self._lock:
            environments = [*self._idle, *self._busy]
            self._idle.clear()
        for environment in environments:
            environment.end()


def unpacked(code: bytes) -> str:
    """A folder with what a zip file has; the same one for the same file."""
    folder = SETTINGS.folder / "code" / hashlib.sha256(code).hexdigest()[:16]
    if not folder.exists():
        made = folder.with_suffix(f".{uuid4()}")
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            archive.extractall(made)
        # Somebody else may have been faster.
        with contextlib.suppress(OSError):
            made.rename(folder)
    return str(folder)


ENVIRONMENTS = Environments()
