"""The same over a Ray cluster: paths go out, results come back, pictures stay where they were decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from vivavoce.errors import InputError
from vivavoce.inspection.pool import InspectionJob, inspect_safely
from vivavoce.inspection.session import Inspection


def inspect_on_ray(paths: Sequence[Path], work: InspectionJob) -> Iterator[Inspection]:
    """Inspect files that every node of the cluster can read; results as they are ready.

    Joins the cluster that `RAY_ADDRESS` names, or starts one here. Raises `InputError` where Ray is not installed.
    """
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise InputError('--engine ray: Ray is not installed, pip install "vivavoce[ray]"') from error
    started = not ray.is_initialized()
    if started:
        ray.init(log_to_driver=False)
    try:
        task = ray.remote(inspect_safely).options(num_cpus=1, max_retries=1)
        asked = {task.remote(path, work): path for path in paths}
        while asked:
            ready, _ = ray.wait(list(asked), num_returns=1)
            for reference in ready:
                path = asked.pop(reference)
                try:
                    yield ray.get(reference)
                except ray.exceptions.RayError as error:
                    yield Inspection(str(path), (), error=f"{path}: the worker failed ({type(error).__name__})")
    finally:
        if started:
            ray.shutdown()
