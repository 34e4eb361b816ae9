"""Errors that a client is told of; every protocol words them in its own dialect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class ServiceError(Exception):
    """What went wrong, for whoever sent the request."""

    status: int
    """As in HTTP."""
    message: str
    code: str | None = None
    """A word for programs, such as `invalid_value`."""
    param: str | None = None
    """The field of the request."""
    retry_after_s: int | None = None

    def __str__(self) -> str:
        return self.message


def bad_request(message: str, code: str | None = None, param: str | None = None) -> ServiceError:
    """A request that cannot be followed as it is."""
    return ServiceError(400, message, code, param)


def busy(retry_after_s: int = 1) -> ServiceError:
    """A request that may be sent again later."""
    return ServiceError(
        429, "Too many texts are being spoken, try again later", "rate_limit_exceeded", None, retry_after_s
    )


INTERNAL = ServiceError(500, "The server failed while it spoke; its log says why", "server_error")
DRAINING = ServiceError(503, "The server is shutting down", "shutting_down", None, 5)
