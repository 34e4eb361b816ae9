"""A spoken book as sound: one M4B with chapters, or a file for each chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.audio import Samples, format_of, write_blocks
from vivavoce.commands.book_marks import BookMarks
from vivavoce.errors import InputError
from vivavoce.files import whole_file
from vivavoce.text.book import Book
from vivavoce.voice.spool import SynthesisSpool

BIT_RATE = 64_000
FRAME_SAMPLES = 1024


def import_av() -> Any:
    """PyAV, which not everybody needs. Raises `InputError` saying how to get it."""
    try:
        import av
    except ImportError as error:
        raise InputError('M4B needs PyAV: pip install "vivavoce[book]"') from error
    return av


def write_m4b(output: Path, book: Book, spool: SynthesisSpool, marks: BookMarks, rate_hz: int) -> None:
    """AAC with chapters, metadata and cover. The same book makes the same bytes."""
    av = import_av()
    options = {"movflags": "+faststart", "fflags": "+bitexact", "brand": "M4B "}
    with whole_file(output) as temporary, av.open(str(temporary), "w", format="mp4", options=options) as container:
        sound = container.add_stream("aac", rate=rate_hz, layout="mono")
        sound.bit_rate = BIT_RATE
        cover = _cover_stream(container, book) if book.cover else None
        container.metadata.update(_metadata(book))
        container.set_chapters(
            [
                {
                    "id": chapter.number,
                    "start": round(1000 * chapter.start / rate_hz),
                    "end": round(1000 * chapter.end / rate_hz),
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": chapter.title},
                }
                for chapter in marks.chapters
            ]
        )
        container.start_encoding()
        if cover and book.cover:
            packet = av.Packet(book.cover.data)
            packet.stream, packet.pts, packet.dts, packet.is_keyframe = cover, 0, 0, True
            container.mux(packet)
        _encode(av, container, sound, spool.blocks(), rate_hz)


def _encode(av: Any, container: Any, stream: Any, blocks: Iterator[Samples], rate_hz: int) -> None:
    done = 0
    for block in blocks:
        values = (np.clip(block, -1.0, 1.0) * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(values, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, done, Fraction(1, rate_hz)
        done += len(block)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _cover_stream(container: Any, book: Book) -> Any:
    """A stream for the cover; None where the picture cannot be read."""
    av = import_av()
    if book.cover is None:
        return None
    try:
        with av.open(BytesIO(book.cover.data)) as picture:
            frame = next(picture.decode(video=0))
    except (av.FFmpegError, StopIteration, IndexError):
        return None
    name = "png" if book.cover.media_type == "image/png" else "mjpeg"
    stream = container.add_mux_stream(name, width=frame.width, height=frame.height)
    stream.disposition = av.stream.Disposition.attached_pic
    return stream


def _metadata(book: Book) -> dict[str, str]:
    values = {
        "title": book.title,
        "album": book.title,
        "artist": ", ".join(book.authors),
        "album_artist": ", ".join(book.authors),
        "date": book.date,
        "publisher": book.publisher,
        "description": book.description[:1000],
        "genre": "Audiobook",
    }
    return {name: value for name, value in values.items() if value}


def write_chapters(output: Path, book: Book, spool: SynthesisSpool, marks: BookMarks, rate_hz: int) -> None:
    """`NAME-01-title.opus` and so on, beside where `output` would be."""
    name = format_of(output)
    for place, chapter in enumerate(marks.chapters, 1):
        slug = re.sub(r"[^a-z0-9]+", "-", chapter.title.lower()).strip("-")[:40]
        path = output.with_name("-".join(part for part in (output.stem, f"{place:02}", slug) if part) + output.suffix)
        write_blocks(path, spool.blocks(chapter.start, chapter.end), rate_hz, name)
