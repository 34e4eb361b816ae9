"""A speech whose text is still being written: what every WebSocket dialect and Wyoming have in common."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from vivavoce.audio import Samples
from vivavoce.serve.captions import MarkReader, TimedText
from vivavoce.serve.encoders import AudioEncoder
from vivavoce.serve.errors import bad_request
from vivavoce.serve.sentences import Piece, SentenceBuffer
from vivavoce.serve.service import Service
from vivavoce.serve.synthesis import Chunk, Style

GRACE_S = 0.01
"""How long a sentence that looks complete waits for something that would say otherwise."""
_REMEMBERED_WORDS = 10_000
_PENDING_TEXTS = 16
"""As many of the longest texts may wait to be spoken."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A chunk, with the words and sentences of what begins with it; places are in all that was written."""

    chunk: Chunk
    words: tuple[TimedText, ...] = ()
    sentences: tuple[TimedText, ...] = ()
    points: tuple[tuple[str, float], ...] = ()
    """SSML marks by name, with their seconds."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """All of one piece of text has been handed out: its words, and the seconds from and to which its sound goes."""

    piece: Piece
    words: tuple[TimedText, ...]
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Flushed:
    """All that was written before this flush has been spoken."""

    id: object


@dataclass(frozen=True, slots=True)
class _End:
    pass


def amplify(samples: Samples, volume: float) -> Samples:
    """Sound `volume` times as loud, clipped to [-1, 1]."""
    return samples if volume == 1.0 else np.clip(samples * np.float32(volume), -1.0, 1.0)


class TextSession:
    """One speech: `write`, `flush` and `end` from one task, `events` read by another."""

    def __init__(
        self,
        service: Service,
        style: Style,
        protocol: str,
        *,
        delay_s: float | None = None,
        prepare: Callable[[str], str] | None = None,
    ) -> None:
        """`delay_s` is the pause in the text that ends a sentence; `prepare` turns a dialect's own markup into SSML."""
        self._service, self._protocol, self._prepare = service, protocol, prepare
        self._delay_s = service.settings.sentence_delay_s if delay_s is None else delay_s
        self._speech = service.speech(style)
        self._buffer = SentenceBuffer()
        self._items: asyncio.Queue[str | Flushed | _End] = asyncio.Queue()
        self._pending = 0
        self._words: deque[TimedText] = deque(maxlen=_REMEMBERED_WORDS)
        self.sent_s = 0.0
        """Seconds of sound handed out."""

    @property
    def rate_hz(self) -> int:
        return self._speech.rate_hz

    def write(self, text: str) -> None:
        """Add text. Raises `ServiceError` when too much of it waits."""
        self._put(text, len(text))

    def flush(self, identity: object = None) -> None:
        """Speak what was written, as if it had ended; `Flushed` tells when that is done. Raises `ServiceError` as
        `write`."""
        self._put(Flushed(identity), 0)

    def end(self) -> None:
        """End the text: nothing more will be written."""
        self._items.put_nowait(_End())

    def _put(self, item: str | Flushed, length: int) -> None:
        """An item counts as a character at least, for it takes as much room however empty it is. One that is refused
        does not wait, and so counts for nothing."""
        pending = self._pending + max(1, length)
        self._check_length(pending)
        self._pending = pending
        self._items.put_nowait(item)

    def _check_length(self, length: int) -> None:
        most = _PENDING_TEXTS * self._service.settings.max_characters
        if length > most:
            raise bad_request(f"More than {most} characters wait to be spoken", "string_above_max_length", "text")

    def last_word(self, played_s: float | None = None) -> TimedText | None:
        """The last word that was begun in what was handed out, or in its first `played_s` seconds."""
        until_s = round(self.sent_s if played_s is None else min(played_s, self.sent_s), 4)  # as words are
        return next((word for word in reversed(self._words) if word.start < until_s), None)

    async def events(self) -> AsyncGenerator[Sound | Spoken | Flushed]:
        """Sound as it is made, to the end. Closing it stops within a chunk. Raises `ServiceError`."""
        while True:
            item = await self._next()
            match item:
                case str():
                    self._pending -= max(1, len(item))
                    pieces = self._buffer.write(item)
                    self._check_length(self._buffer.length)
                case _:
                    self._pending -= isinstance(item, Flushed)
                    pieces = self._buffer.flush()
            for piece in pieces:
                async with aclosing(self._speak_piece(piece)) as sounds:
                    async for sound in sounds:
                        yield sound
            if isinstance(item, Flushed):
                yield item
            elif isinstance(item, _End):
                if self.sent_s and len((closing := self._speech.closing()).samples):
                    self.sent_s = self._speech.seconds
                    yield Sound(closing)
                return

    async def sound(self, coder: AudioEncoder, volume: float = 1.0) -> AsyncGenerator[bytes]:
        """The sound of `events` alone, as a file of `coder`'s, `volume` times as loud."""
        begin = coder.begin()
        async with aclosing(self.events()) as events:
            async for event in events:
                if isinstance(event, Sound):
                    yield begin + coder.encode(amplify(event.chunk.samples, volume))
                    begin = b""
        yield begin + coder.finish()

    async def _next(self) -> str | Flushed | _End | None:
        """What comes next; None after a pause that ends a sentence."""
        if self._buffer.is_empty:
            return await self._items.get()
        try:
            async with asyncio.timeout(GRACE_S if self._buffer.may_be_complete else self._delay_s):
                return await self._items.get()
        except TimeoutError:
            return None

    async def _speak_piece(self, piece: Piece) -> AsyncGenerator[Sound | Spoken]:
        text = self._prepare(piece.text) if self._prepare else piece.text
        reader = MarkReader(text, piece.byte, piece.character)
        begin_s, said = self.sent_s, list[TimedText]()
        async with aclosing(self._service.say(self._speech, text, self._protocol, is_last=False)) as chunks:
            async for chunk in chunks:
                words = reader.words(chunk.marks)
                self._words += words
                said += words
                self.sent_s += len(chunk.samples) / self.rate_hz
                points = tuple((mark.value, round(mark.time_s, 4)) for mark in chunk.marks if mark.type == "ssml")
                yield Sound(chunk, tuple(words), tuple(reader.sentences(chunk.marks)), points)
        yield Spoken(piece, tuple(said), begin_s, self.sent_s)
