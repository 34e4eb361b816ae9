"""Which item of the EBU's catalogue of quality-control tests an event answers to (qc.ebu.io)."""

from __future__ import annotations

from vivavoce.inspection.event import Event

ITEMS = {"black": "0016B", "distortion": "0231B"}
SILENCES = frozenset({"silence", "ends early"})
SILENCE_ITEM = "0078B"


def ebu_qc_item(event: Event) -> str:
    """The item's id, empty where the catalogue has none that is known to us: black 0016B, audio silence 0078B, audio
    distortion 0231B."""
    if event.defect == "audio_dropout" and event.evidence.get("kind") in SILENCES:
        return SILENCE_ITEM
    return ITEMS.get(event.defect, "")
