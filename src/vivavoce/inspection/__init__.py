"""Inspection: audiovisual defects found in one pass over a file, with times, scores and evidence.

Everything here needs PyAV. Without it only `registry`, `limits` and `event` can be imported, for help pages and the
check of options.
"""

from importlib.util import find_spec

from vivavoce.errors import InputError

__all__ = [
    "DEFAULT_LIMITS",
    "DETECTORS",
    "EVERY_PICTURE",
    "Detector",
    "Event",
    "Inspection",
    "Journal",
    "Limits",
    "MediaError",
    "Pass",
    "Sampling",
    "Severity",
    "Stamp",
    "UnavailableError",
    "Work",
    "detector_names",
    "inspect_events",
    "inspect_file",
    "inspect_files",
    "require_pyav",
]


def require_pyav() -> None:
    """Raises `InputError` that says what to install."""
    if not find_spec("av"):
        raise InputError('inspection needs PyAV to decode: pip install "vivavoce[inspect]"')


if find_spec("av"):
    from vivavoce.inspection.detector import EVERY_PICTURE, Detector, Sampling, UnavailableError
    from vivavoce.inspection.event import Event, Severity
    from vivavoce.inspection.inspector import Inspection, Pass, inspect_events, inspect_file
    from vivavoce.inspection.journal import Journal, Stamp
    from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits, MediaError
    from vivavoce.inspection.pool import Work, inspect_files
    from vivavoce.inspection.registry import DETECTORS, detector_names
else:

    def __getattr__(name: str) -> object:
        if name in __all__:
            require_pyav()
        raise AttributeError(name)
