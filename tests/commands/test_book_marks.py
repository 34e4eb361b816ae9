"""Marks of a book: one of a kind at a time, as players show them."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from vivavoce.commands.book_marks import BookMarks
from vivavoce.voice.timing import SpeechMark

TIMES = st.lists(st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 2.0)), min_size=1, max_size=12)


@given(TIMES)
def test_no_mark_begins_before_the_last_of_its_kind_has_ended(
    tmp_path_factory, times: list[tuple[float, float]]
) -> None:
    """Words of neighbouring sentences may overlap by the silence that is cut between them."""
    path: Path = tmp_path_factory.mktemp("marks") / "marks.jsonl"
    spoken = [BookMarks.chapter_line(0, "One", 0), BookMarks.paragraph_line("Hello there.", heading=False)]
    for kind in ("sentence", "word"):
        for begin, length in sorted(times):
            spoken.append(BookMarks.speech_line(SpeechMark(begin, begin + length, kind, 0, 5, "Hello")))
    path.write_text("\n".join(spoken), encoding="utf-8")
    read = list(BookMarks.read(path, 24_000, 24_000).lines())
    for kind in ("sentence", "word"):
        own = [line for line in read if line["type"] == kind]
        assert len(own) == len(times)
        assert all(line["from"] <= line["to"] for line in own)
        assert all(earlier["to"] <= later["from"] for earlier, later in pairwise(own))
