"""Caption files as people have them: one bad cue costs itself alone, other code pages are read, positions count."""

from __future__ import annotations

from pathlib import Path

import pytest

from vivavoce.inspection import inspect_file
from vivavoce.inspection.captions import read_caption_file, read_captions
from vivavoce.inspection.captions.encoding import decode_captions

ARABIC = "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645 \u0641\u064a \u0627\u0644\u0645\u062f\u064a\u0646\u0629"


def problems(path: Path) -> list[str]:
    return [str(event.evidence["problem"]) for event in inspect_file(path, ["caption_quality"]).events]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", "1\n00:00:0x --> 00:00:02,000\nLost\n\n2\n00:00:03,000 --> 00:00:05,000\nStill here\n"),
        ("a.ttml", '<tt><body><p begin="soon">Lost</p><p begin="3s" end="5s">Still here</p></body></tt>'),
    ],
)
def test_a_bad_cue_costs_itself_alone(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert [cue.lines for cue in read_captions(path)] == [(), ("Still here",)]
    assert len(problems(path)) == 1


def test_oddly_written_times_are_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n0:1:5.2 --> 0:1:8.9\nOdd times.\n")
    assert (read_captions(path)[0].start_s, read_captions(path)[0].end_s) == pytest.approx((65.2, 68.9))
    assert problems(path) == ["line 3: times are written oddly: 0:1:5.2 --> 0:1:8.9"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])
def test_unicode_is_read_by_its_mark(tmp_path: Path, encoding: str) -> None:
    path, text = tmp_path / "a.srt", "1\n00:00:01,000 --> 00:00:03,000\n\u017dlu\u0165ou\u010dk\u00fd\n"
    path.write_bytes(("\ufeff" + text).encode(encoding) if encoding == "utf-16-le" else text.encode(encoding))
    assert read_caption_file(path).cues[0].text == "\u017dlu\u0165ou\u010dk\u00fd"
    assert not read_caption_file(path).notices


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Où est-il allé, déjà parti ?", "cp1252"),
        ("Grüße aus Köln, schönes Wetter heute", "cp1252"),
        ("Привет, как дела? Мы идём домой.", "cp1251"),
        ("Žluťoučký kůň pěl ďábelské ódy", "cp1250"),
        ("今日はとても良い天気です", "shift_jis"),
    ],
)
def test_code_pages_are_told_apart(text: str, encoding: str) -> None:
    lines = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}\n\n" for n in range(1, 9))
    decoded, guessed = decode_captions(lines.encode(encoding))
    assert decoded == lines
    assert guessed


def test_a_guessed_code_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(
        "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{ARABIC}\n\n" for n in range(1, 9)).encode("cp1256")
    )
    found = inspect_file(path, ["caption_quality"])
    assert read_captions(path)[0].text == ARABIC
    assert any("cp1256" in notice for notice in found.notices)


def test_captions_at_two_positions_do_not_overlap(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    cues = "00:01.000 --> 00:04.000 line:0\nIs anyone there?\n\n00:02.000 --> 00:05.000{}\nYes, on the roof.\n"
    path.write_text("WEBVTT\n\n" + cues.format(" line:90%"))
    assert problems(path) == []
    path.write_text("WEBVTT\n\n" + cues.format(" line:0"))
    assert problems(path) == ["overlaps the one before"]


def test_roll_up_captions_are_measured_by_what_is_new(tmp_path: Path) -> None:
    path, lines = tmp_path / "a.vtt", [f"And so the story went on, line {n}." for n in range(5)]
    cues = [f"00:0{n}.000 --> 00:0{n + 2}.000\n{lines[n]}\n{lines[n + 1]}\n" for n in range(4)]
    path.write_text("WEBVTT\n\n" + "\n".join(cues))
    assert "overlaps the one before" not in problems(path)
    assert len(problems(path)) <= 1  # the first one alone shows two new lines at once
