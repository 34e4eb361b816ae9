from __future__ import annotations

import numpy as np

from tests.prosody.sounds import humming
from vivavoce.audio import Audio
from vivavoce.prosody.page import comparison_page
from vivavoce.voice.page import Take
from vivavoce.voice.timing import SpeechMark


def test_page_holds_players_tracks_and_durations():
    audio = humming(1.0)
    marks = (SpeechMark(0.1, 0.35, "word", 0, 3, "<b>"), SpeechMark(0.35, 0.9, "word", 4, 8, "word"))
    page = comparison_page("a & b", [Take("one", audio, marks), Take("two", audio, marks)])
    assert page.count("<audio") == 2
    assert page.count('class="energy"') == 2
    assert 'class="pitch"' in page
    assert "<td>250</td><td>250</td>" in page
    assert "a &amp; b" in page
    assert "<b>" not in page
    assert "{{" not in page


def test_silence_has_a_page():
    page = comparison_page("nothing", [Take("one", Audio(np.zeros(4800, np.float32), 24_000), ())])
    assert 'class="pitch"' not in page
