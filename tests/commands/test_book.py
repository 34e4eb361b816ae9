"""`vivavoce book`: chapters, captions, reading along, and going on after an interruption."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.text.epub_files import write_epub
from vivavoce.cli import main
from vivavoce.commands import book
from vivavoce.voice import load_voice
from vivavoce.voice.spool import SynthesisSpool
from vivavoce.voice.synthesizer import Voice

once = cache(load_voice)
Error = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a book, and a voice that is loaded once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(book, "load_voice", once)
    write_epub(tmp_path / "in.epub")
    return tmp_path


def run(*arguments: str) -> int:
    return main(["book", *arguments])


def test_chapters_are_listed(capsys: Error) -> None:
    assert run("in.epub", "--chapters") == 0
    assert capsys.readouterr().out.split("\n")[:3] == ["  1  One: The House", "  2  Two", "  3  Three"]


def test_captions_begin_with_their_quotation_marks(here: Path) -> None:
    (here / "in.txt").write_text('He came. "Who is there?" she asked.\n', encoding="utf-8")
    assert run("in.txt", "-o", "out.m4b", "--captions", "srt", "--prosody", "none") == 0
    assert '\n"Who is there?"' in (here / "out.srt").read_text(encoding="utf-8")


def test_an_m4b_has_chapters_cover_and_metadata(here: Path) -> None:
    av = pytest.importorskip("av")
    assert run("in.epub", "-o", "out.m4b", "--captions", "srt", "--prosody", "none") == 0
    with av.open(str(here / "out.m4b")) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One: The House", "Two", "Three"]
        assert container.metadata["title"] == "A Small Book"
        assert container.metadata["artist"] == "Ann Bell"
        assert len(container.streams.audio) == 1
        assert container.streams.video[0].disposition & av.stream.Disposition.attached_pic
        ends = [chapter["end"] for chapter in container.chapters()]
        assert container.duration / 1000 == pytest.approx(ends[-1], abs=60)
    captions = (here / "out.srt").read_text(encoding="utf-8")
    assert captions.startswith("1\n00:00:00,")
    assert "\nIt was late.\n" in captions
    if shutil.which("ffprobe"):
        probe = ["ffprobe", "-v", "error", "-show_chapters", "-of", "compact", "out.m4b"]
        shown = subprocess.run(probe, capture_output=True, text=True, timeout=60, check=True).stdout
        assert [line.rpartition("=")[2] for line in shown.split("\n")[:3]] == ["One: The House", "Two", "Three"]


def test_a_book_that_reads_along(here: Path) -> None:
    assert run("in.epub", "-o", "out.epub", "--prosody", "none") == 0
    with zipfile.ZipFile(here / "out.epub") as archive:
        assert archive.namelist()[0] == "mimetype"
        page = archive.read("OEBPS/chapter001.xhtml").decode()
        times = archive.read("OEBPS/chapter001.smil").decode()
    assert page.count("<span id=") == times.count("<par id=") == 11
    assert '<span id="w4">late</span>' in page
    assert "A note" not in page
    assert [chapter.title for chapter in book.open_book(here / "out.epub").chapters] == [
        "One: The House",
        "Two",
        "Three",
    ]


def test_a_file_for_each_chapter(here: Path) -> None:
    assert run("in.epub", "-o", "out.mp3", "--prosody", "none") == 0
    assert sorted(path.name for path in here.glob("*.mp3")) == [
        "out-01-one-the-house.mp3", "out-02-two.mp3", "out-03-three.mp3",
    ]  # fmt: skip


def test_an_interrupted_book_goes_on_and_is_the_same(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("in.epub", "-o", "whole.m4b", "--captions", "vtt", "--prosody", "none") == 0
    say = Voice.synthesize_sentence
    spoken: list[str] = []

    def stop_at_the_fourth(self: Voice, sentence: Any, *rest: Any, **more: Any) -> Any:
        spoken.append(sentence.text)
        if len(spoken) == 4:
            raise KeyboardInterrupt
        return say(self, sentence, *rest, **more)

    monkeypatch.setattr(Voice, "synthesize_sentence", stop_at_the_fourth)
    assert run("in.epub", "-o", "part.m4b", "--captions", "vtt", "--prosody", "none", "--resume") == 130
    assert not (here / "part.m4b").exists()
    assert run("in.epub", "-o", "part.m4b", "--captions", "vtt", "--prosody", "none", "--resume") == 0
    assert spoken[4] == spoken[3]
    for suffix in ("m4b", "vtt"):
        assert (here / f"part.{suffix}").read_bytes() == (here / f"whole.{suffix}").read_bytes()
    assert not (here / "part.m4b.part").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["in.epub", "-o", "out.wav"], "out.wav: a book is written as .m4b"),
        (["in.epub", "--speaker", "nobody"], "unknown speaker 'nobody'"),
        (["in.epub", "--quotation-speaker", "nobody"], "unknown speaker 'nobody'"),
        (["in.epub", "--language", "fr"], "the book is in 'fr'"),
    ],
)
def test_bad_input_is_one_line_and_two(arguments: list[str], complaint: str, capsys: Error) -> None:
    assert run(*arguments) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_a_spool_gives_a_part_of_its_sound(here: Path) -> None:
    import numpy as np

    spool = SynthesisSpool(here / "spool", "key")
    spool.add(np.linspace(-1, 1, 1000, dtype=np.float32))
    part = np.concatenate(list(spool.blocks(200, 300)))
    spool.remove()
    assert len(part) == 100
    assert part[0] == pytest.approx(-1 + 2 * 200 / 999, abs=1e-4)
