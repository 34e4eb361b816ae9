"""`vivavoce serve --engine ray`: the same application as a deployment of Ray Serve, `workers` replicas on a cluster."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from starlette.types import ASGIApp

from vivavoce.errors import InputError
from vivavoce.serve.app import create_app
from vivavoce.serve.server import build_warm_service
from vivavoce.serve.settings import Settings


def run(settings: Settings) -> int:
    """Serve until interrupted. Raises `InputError` without Ray, and for what Ray Serve cannot listen on."""
    if settings.unix or settings.wyoming:
        raise InputError("--engine ray serves HTTP and WebSockets alone: leave out unix and wyoming")
    try:
        serve: Any = import_module("ray.serve")
    except ModuleNotFoundError as error:
        raise InputError('--engine ray needs Ray Serve: pip install "vivavoce[serve,ray]"') from error

    def build() -> ASGIApp:  # in each replica, because a voice cannot be sent to another process
        return create_app(build_warm_service(settings))

    @serve.deployment(
        name="vivavoce", num_replicas=settings.workers, max_ongoing_requests=settings.max_connections,
        ray_actor_options={"num_cpus": settings.threads},
    )  # fmt: skip
    @serve.ingress(build)
    class Speech:
        pass

    deployment: Any = Speech
    serve.start(http_options={"host": settings.host, "port": settings.port})
    serve.run(deployment.bind(), name="vivavoce", route_prefix="/", blocking=True)
    return 0
