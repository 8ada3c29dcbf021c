"""What the emulator is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "123456789012"


@dataclass
class Settings:
    """Set once, by `__main__`, before anything is served."""

    port: int = 0
    node: str = "node"
    # Where the functions find the SDK that the runtime of Lambda brings along.
    node_modules: str = ""
    folder: Path = Path(".")

    @property
    def url(self) -> str:
        """`localhost` by name: the SDKs write buckets into the path for it."""
        return f"http://localhost:{self.port}"


SETTINGS = Settings()
