"""The resource types that the emulator has. Each module adds its own to the list."""

from . import compute, data, dms, ec2, iam, messages, observation, secrets, storage  # noqa: F401
