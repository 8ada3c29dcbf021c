"""Errors of the APIs that are made here."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ApiError(ServiceException):
    """An error with a code of the service, and a message. moto takes the status from the service's model."""
