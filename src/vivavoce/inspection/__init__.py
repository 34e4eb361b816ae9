"""Inspection: audiovisual defects found in one pass over a file, with times, scores and evidence.

Everything here needs PyAV. Without it only `registry`, `limits` and `event` can be imported, for help pages and the
check of options.
"""

from importlib.util import find_spec

from vivavoce.errors import InputError

__all__ = [
    "DEFAULT_LIMITS", "EVERY_FRAME", "AudioBlock", "Baseline", "Cue", "Defect", "Detector", "Event", "Inspection",
    "InspectionJob", "InspectionSession", "Journal", "Limits", "MediaError", "MediaInfo", "Sampling", "Severity",
    "Stamp", "UnavailableError", "VideoFrame", "defect_names", "find_defect", "inspect_events", "inspect_file",
    "inspect_files", "require_pyav",
]  # fmt: skip


def require_pyav() -> None:
    """Check for PyAV. Raises `InputError` that says what to install where it is missing."""
    if not find_spec("av"):
        raise InputError('inspection needs PyAV to decode: pip install "vivavoce[inspect]"')


if find_spec("av"):
    from vivavoce.inspection.defect import Baseline, Defect
    from vivavoce.inspection.detector import EVERY_FRAME, Detector, Sampling
    from vivavoce.inspection.errors import MediaError, UnavailableError
    from vivavoce.inspection.event import Event, Severity
    from vivavoce.inspection.journal import Journal, Stamp
    from vivavoce.inspection.limits import DEFAULT_LIMITS, Limits
    from vivavoce.inspection.media import AudioBlock, Cue, MediaInfo, VideoFrame
    from vivavoce.inspection.pool import InspectionJob, inspect_files
    from vivavoce.inspection.registry import defect_names, find_defect
    from vivavoce.inspection.session import Inspection, InspectionSession, inspect_events, inspect_file
else:

    def __getattr__(name: str) -> object:
        if name in __all__:
            require_pyav()
        raise AttributeError(name)
