"""The same clips give the same events as ever, but for what was changed on purpose.

`python -m tests.inspection.test_stored_events` writes them anew; its difference is to be read before it is kept.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inspection.stored_events import clips, events

CLIPS = clips()
STORED = Path(__file__).parents[1] / "data" / "inspection" / "events.json"


@pytest.mark.parametrize("name", json.loads(STORED.read_text()) if STORED.exists() else ())
def test_events_are_those_that_were_stored(name: str) -> None:
    stored = json.loads(STORED.read_text())
    assert json.loads(json.dumps(events(CLIPS[name]))) == stored[name]


if __name__ == "__main__":
    made = {name: events(clip) for name, clip in clips().items()}
    STORED.write_text(json.dumps(made, indent=1) + "\n")
